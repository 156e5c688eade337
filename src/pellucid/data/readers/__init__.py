"""Files in, arrays out: one module a format."""
