"""Frozen record -> PDF: tagged, archivable (PDF/A-3a and PDF/UA-1), the same bytes every time."""

from chalicelib.documents.selfcheck import UnfitDocument, check

__all__ = ["UnfitDocument", "check"]
