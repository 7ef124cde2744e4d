"""Due items from scheduled to paid: attempts, settling, numbering, guards and the journal."""
