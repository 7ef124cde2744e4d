"""Terms, their acceptance, and the subscription."""
