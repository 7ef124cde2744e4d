"""An invoice never fails because of a name, an address or a label."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.documents.compiler import compile_pdf
from chalicelib.documents.invoice import invoice_view, render_invoice
from chalicelib.documents.printable import LONGEST, is_covered, printable
from chalicelib.domain.papers.seller import PostalAddress
from infra.papers.samples import BUYER, sample_invoice

pytestmark = pytest.mark.property
ANY_TEXT = st.text(st.characters(codec=None), max_size=40)


@given(st.text(st.characters(codec=None)))
def test_what_is_printed_can_be_drawn(text: str) -> None:
    line = printable(text, "x")
    assert all(is_covered(character) for character in line)
    assert 0 < len(line) <= LONGEST
    assert line == " ".join(line.split())


@given(st.text(st.characters(codec=None)))
def test_printing_what_was_printed_changes_nothing(text: str) -> None:
    once = printable(text, "x")
    assert printable(once, "x") == once


@settings(max_examples=40, deadline=None)
@given(ANY_TEXT, ANY_TEXT, ANY_TEXT, ANY_TEXT)
def test_any_buyer_gets_an_invoice(name: str, street: str, city: str, label: str) -> None:
    address = PostalAddress(street=street, postal_code="75011", city=city, country="FR")
    buyer = BUYER.replace(name=name, email=label, address=address)
    record = sample_invoice(buyer=buyer, plan_name=label, method_label=label)
    assert render_invoice(record).startswith(b"%PDF-1.7")


@settings(max_examples=10, deadline=None)
@given(st.lists(ANY_TEXT, min_size=50, max_size=50))
def test_fifty_names_at_once_can_be_set(names: list[str]) -> None:
    view = invoice_view(sample_invoice())
    view["notes"] = [printable(name, "x") for name in names]
    assert compile_pdf("invoice", view).startswith(b"%PDF-1.7")
