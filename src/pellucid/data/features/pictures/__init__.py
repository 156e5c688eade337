"""Pictures: files that strangers send, and how each becomes an example of fixed size."""
