"""Use cases: what operators ask, propose and approve."""
