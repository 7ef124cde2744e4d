"""The last look at a document before it is sealed: is it whole, archivable, and the right one?

Cheap assertions on the bytes, without a PDF library: they cost microseconds and stop the one
mistake that cannot be undone, sealing a broken or foreign file under an invoice's number.
"""

import re

from chalicelib.domain.kernel.errors import BillingError

LAST_XREF = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*$")
PROMISES = {
    "LANGUAGE_MISSING": re.compile(rb"/Lang\s*\((?:fr|en)"),
    "NOT_TAGGED": re.compile(rb"/Marked\s+true"),
    "STRUCTURE_MISSING": re.compile(rb"/StructTreeRoot\b"),
    "NOT_PDFA_3": re.compile(rb"<pdfaid:part>3</pdfaid:part>"),
    "NOT_PDFA_A": re.compile(rb"<pdfaid:conformance>A</pdfaid:conformance>"),
    "NOT_PDFUA": re.compile(rb"<pdfuaid:part>1</pdfuaid:part>"),
    "COLOURS_UNDEFINED": re.compile(rb"/OutputIntents\b"),
}
TITLE = re.compile(rb"<dc:title>.*?</dc:title>", re.DOTALL)


class UnfitDocument(BillingError):
    """The renderer made something that must not be sealed; `code` says what is wrong."""

    code = "UNFIT_DOCUMENT"


def check(pdf: bytes, number: str) -> None:
    """Accept a document that is whole, tagged, archivable, and titled with `number`.

    Raises:
        UnfitDocument: with the first thing found wrong.
    """
    end = LAST_XREF.search(pdf)
    if not pdf.startswith(b"%PDF-1.7") or end is None:
        raise UnfitDocument("NOT_A_WHOLE_PDF", number)
    if not pdf[int(end.group(1)) :].startswith(b"xref"):
        raise UnfitDocument("CROSS_REFERENCES_BROKEN", number)
    for code, promise in PROMISES.items():
        if promise.search(pdf) is None:
            raise UnfitDocument(code, number)
    title = TITLE.search(pdf)
    if title is None or number.encode() not in title.group():
        raise UnfitDocument("NOT_TITLED_WITH_NUMBER", number)
