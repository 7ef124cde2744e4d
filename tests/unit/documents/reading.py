"""What a reader, or a machine that reads aloud, finds in a PDF."""

import io
from typing import Any

from pypdf import PdfReader


def reader(pdf: bytes) -> PdfReader:
    """The document, opened."""
    return PdfReader(io.BytesIO(pdf))


def root(pdf: bytes) -> Any:
    """The catalogue of the document: language, preferences, tag tree."""
    return reader(pdf).trailer["/Root"]


def pages(pdf: bytes) -> list[str]:
    """The text of each page, with plain spaces."""
    return [" ".join(page.extract_text().split()) for page in reader(pdf).pages]


def text(pdf: bytes) -> str:
    """The text of the whole document, with plain spaces."""
    return " ".join(pages(pdf))


def structure(pdf: bytes) -> list[str]:
    """Every structure type of the tag tree, in reading order."""
    found: list[str] = []
    _walk(root(pdf)["/StructTreeRoot"], found)
    return found


def _walk(node: Any, found: list[str]) -> None:
    node = node.get_object()
    if isinstance(node, list):
        for child in node:
            _walk(child, found)
    elif isinstance(node, dict):
        if "/S" in node:
            found.append(str(node["/S"]))
        if "/K" in node:
            _walk(node["/K"], found)
