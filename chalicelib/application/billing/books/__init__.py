"""Reading reports, proving the day, lifting the fence of a restored table."""
