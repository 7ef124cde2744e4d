"""One use case per file: load, decide, commit."""
