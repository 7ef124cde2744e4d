"""Tacite: everything that ships."""
