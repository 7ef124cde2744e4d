"""Due items, attempts, settlement, numbering and the journal."""
