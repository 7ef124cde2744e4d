"""Plans, prices and the checkout."""
