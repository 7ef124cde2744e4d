"""A fact becomes an HTML and text mail; pure rendering, nothing is sent here."""
