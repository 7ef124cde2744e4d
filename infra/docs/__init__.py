"""Documents read out of the code: `python -m infra.docs.clauses`, `infra.docs.policies`."""
