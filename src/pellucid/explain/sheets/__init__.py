"""All about one activation function, cost or optimizer."""
