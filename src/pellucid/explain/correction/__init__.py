"""How one parameter, and all of them at once, are corrected."""
