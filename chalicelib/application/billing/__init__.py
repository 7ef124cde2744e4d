"""Use cases: billing."""
