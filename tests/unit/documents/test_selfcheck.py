"""A broken or foreign file is never sealed under a number."""

import pytest

from chalicelib.documents import UnfitDocument, check
from chalicelib.documents.invoice import render_invoice
from infra.papers.samples import sample_invoice

NUMBER = "F2026-00000001"


@pytest.fixture(scope="module")
def pdf() -> bytes:
    return render_invoice(sample_invoice())


def test_a_sound_document_passes(pdf: bytes) -> None:
    check(pdf, NUMBER)


@pytest.mark.parametrize(
    ("sound", "broken", "code"),
    [
        (b"%PDF-1.7", b"%PDX-1.7", "NOT_A_WHOLE_PDF"),
        (b"%%EOF", b"", "NOT_A_WHOLE_PDF"),
        (b"\nxref\n", b"\nxerf\n", "CROSS_REFERENCES_BROKEN"),
        (b"/Lang", b"/Long", "LANGUAGE_MISSING"),
        (b"/Marked true", b"/Marked fals", "NOT_TAGGED"),
        (b"/StructTreeRoot", b"/StructTreeRxxt", "STRUCTURE_MISSING"),
        (b"<pdfaid:part>3", b"<pdfaid:part>2", "NOT_PDFA_3"),
        (b"<pdfaid:conformance>A", b"<pdfaid:conformance>B", "NOT_PDFA_A"),
        (b"<pdfuaid:part>1", b"<pdfuaid:part>2", "NOT_PDFUA"),
        (b"/OutputIntents", b"/OutputIntentx", "COLOURS_UNDEFINED"),
    ],
)
def test_each_flaw_is_named(pdf: bytes, sound: bytes, broken: bytes, code: str) -> None:
    assert sound in pdf
    with pytest.raises(UnfitDocument) as caught:
        check(pdf.replace(sound, broken), NUMBER)
    assert (caught.value.code, caught.value.detail) == (code, NUMBER)


def test_the_document_of_another_number_is_refused(pdf: bytes) -> None:
    with pytest.raises(UnfitDocument) as caught:
        check(pdf, "F2026-00000002")
    assert caught.value.code == "NOT_TITLED_WITH_NUMBER"


@pytest.mark.parametrize("part", [b"", b"<html></html>"])
def test_what_is_no_pdf_is_refused(part: bytes) -> None:
    with pytest.raises(UnfitDocument):
        check(part, NUMBER)


def test_a_cut_file_is_refused(pdf: bytes) -> None:
    with pytest.raises(UnfitDocument):
        check(pdf[: len(pdf) // 2], NUMBER)
