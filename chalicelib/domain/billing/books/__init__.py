"""Are the books true: settlement reports and their batches, the daily proof, a restored table."""
