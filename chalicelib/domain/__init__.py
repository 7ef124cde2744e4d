"""Values and decisions: pure, no clock, no randomness, no I/O."""
