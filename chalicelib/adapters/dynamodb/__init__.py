"""The one table: keys, items, conditional writes."""
