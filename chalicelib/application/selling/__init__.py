"""Use cases: selling."""
