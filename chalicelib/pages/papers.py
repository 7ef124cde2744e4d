"""The documents of an account (CGS 3.3)."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from chalicelib.domain.kernel.money import Money
from chalicelib.pages.chrome import Chrome
from chalicelib.pages.rendering import render


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentRow:
    """One document, newest first in its list.

    `path` (after the language) opens the file; none while the file is in preparation. `number` and
    `gross` are none for papers that have none, such as the contract.
    """

    kind: Literal["invoice", "credit_note", "contract", "statement"]
    dated_on: date
    status: Literal["paid", "to_pay", "refunded", "in_preparation", "kept"]
    number: str | None = None
    gross: Money | None = None
    path: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DocumentsView:
    """The list of documents; `next_path` leads to older ones."""

    rows: tuple[DocumentRow, ...]
    next_path: str | None = None


def render_documents(view: DocumentsView, chrome: Chrome) -> str:
    """The list: date, number, amount all taxes included, status."""
    return render("documents.html", chrome, view=view)
