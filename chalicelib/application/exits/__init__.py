"""Use cases: exits."""
