"""Names with odd characters never stop an invoice."""

import pytest

from chalicelib.documents.compiler import compile_pdf
from chalicelib.documents.coverage import RANGES
from chalicelib.documents.invoice import invoice_view, render_invoice
from chalicelib.documents.printable import printable
from infra.papers.samples import BUYER, CUSTOMER, sample_invoice
from tests.unit.documents.reading import text


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("Marie Lefèvre", "Marie Lefèvre"),
        ("Marie Lefe\u0300vre", "Marie Lefèvre"),
        ("Ναυσικά Παπαδοπούλου", "Ναυσικά Παπαδοπούλου"),
        ("Олена Шевченко", "Олена Шевченко"),
        ("Nguyễn Thị Hạnh", "Nguyễn Thị Hạnh"),
        ("  Anna \t\n  Bell ", "Anna Bell"),
        ("Anna\u0000\u0007 Bell\ue000", "Anna Bell"),
        ("Anna 🎓\ufe0f 王", "Anna"),
        ("Ａｎｎａ 𝓑𝓮𝓵𝓵", "Anna Bell"),
        ("Anna\u202eBell\u200b", "AnnaBell"),
        ("a" + "\u0301" * 40, "á\u0301\u0301"),
        ("王小明", "fallback"),
        ("🎓🎓", "fallback"),
        ("", "fallback"),
        ("—…", "fallback"),
    ],
)
def test_what_can_be_drawn_is_kept(name: str, printed: str) -> None:
    assert printable(name, "fallback") == printed


def test_a_line_has_an_end() -> None:
    assert printable("a" * 500, "x") == "a" * 119 + "…"


@pytest.mark.parametrize("name", ["王小明", "🎓", "Анна \x00\x1b[31m", "\ud800", "W" * 400])
def test_an_invoice_is_made_under_any_name(name: str) -> None:
    pdf = render_invoice(sample_invoice(buyer=BUYER.replace(name=name)))
    assert "F2026-00000001" in text(pdf)


def test_a_name_that_cannot_be_drawn_gives_way_to_the_customer_reference() -> None:
    pdf = render_invoice(sample_invoice(lang="en", buyer=BUYER.replace(name="王小明")))
    assert f"Customer {CUSTOMER}" in text(pdf)


def test_every_covered_character_is_drawn() -> None:
    view = invoice_view(sample_invoice())
    view["notes"] = ["".join(map(chr, range(start, end + 1))) for start, end in RANGES]
    assert compile_pdf("invoice", view).startswith(b"%PDF")


def test_an_uncovered_character_would_have_stopped_the_renderer() -> None:
    view = invoice_view(sample_invoice())
    view["notes"] = ["王"]
    with pytest.raises(RuntimeError, match="font"):
        compile_pdf("invoice", view)
