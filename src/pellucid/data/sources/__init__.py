"""What people have, as labelled examples: one module a format, and one that finds out which a path holds."""
