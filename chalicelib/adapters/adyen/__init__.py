"""Payments by Adyen."""
