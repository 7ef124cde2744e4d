"""The ways out of a contract."""
