"""Computational graphs, and what it costs to find derivatives on them."""
