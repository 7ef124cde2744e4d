"""The text of an invoice number; who counts is decided elsewhere (INV-2)."""

import re

INVOICE_SERIES = "F"
NUMBER = re.compile(r"[A-Z]\d{4}-\d{8}")
LAST_RANK = 99_999_999


def number_text(year: int, rank: int, series: str = INVOICE_SERIES) -> str:
    """`F2026-00000001`: series, Paris year of issue, rank in the series counted from 1.

    The width is fixed, so that numbers sort as text in the order they were issued.
    """
    assert 1 <= rank <= LAST_RANK, "ranks start at one and never outgrow their width"
    text = f"{series}{year:04}-{rank:08}"
    assert NUMBER.fullmatch(text), text
    return text


def invoice_name(number: str) -> str:
    """Where an invoice and its record lie, but for their extensions; names sort as numbers do."""
    return f"invoices/{number[1:5]}/{number}"


def rank_of(number: str) -> int:
    """The rank of a number in its series and year."""
    assert NUMBER.fullmatch(number), number
    return int(number.rpartition("-")[2])
