"""Pellucid measured beside other tools that do the same work, on the same machine and in the same run: `make bench`."""
