"""Backpropagation set beside other ways to the same derivatives."""
