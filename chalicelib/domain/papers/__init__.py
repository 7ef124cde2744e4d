"""What is put on paper: tax, numbers, invoices, confirmations; frozen once, never recomputed."""
