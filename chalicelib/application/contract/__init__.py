"""Use cases: contract."""
