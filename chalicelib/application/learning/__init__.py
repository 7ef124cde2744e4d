"""Use cases: learning."""
