"""Customers and their capacity to contract."""
