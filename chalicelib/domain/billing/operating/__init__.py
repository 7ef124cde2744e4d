"""What operators see and decide: tomorrow's charges, what waits for a person, repairs by two."""
