"""Use cases: papers."""
