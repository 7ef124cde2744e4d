"""CGS 3.3, INV-2, ACC-1: the invoice as a reader finds it."""

import hashlib
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import pytest

from chalicelib.documents import check
from chalicelib.documents.invoice import invoice_view, render_invoice
from chalicelib.domain.papers.invoice import Exemption
from chalicelib.domain.papers.seller import Buyer
from infra.papers.samples import BUYER, euros, sample_invoice
from tests.unit.documents.reading import pages, reader, root, structure, text

IN_A_NEW_PROCESS = (
    "import hashlib; from chalicelib.documents.invoice import render_invoice;"
    "from infra.papers.samples import sample_invoice;"
    "print(hashlib.sha256(render_invoice(sample_invoice())).hexdigest())"
)


class TestContent:
    """INV-2: content of an invoice."""

    def test_a_french_invoice_says_all_the_law_wants(self) -> None:
        """CGI ann. II art. 242 nonies A."""
        said = text(render_invoice(sample_invoice()))
        for part in (
            "Facture F2026-00000001",
            "Clairière SAS au capital de 10 000 €",
            "SIREN 900 000 019",
            "RCS Paris",
            "TVA FR32900000019",
            "12 rue des Tilleuls",
            "Facturé à Marie Lefèvre",
            "4 allée des Érables",
            "Date d’émission 15 novembre 2026",
            "Date de paiement 15 novembre 2026",
            "Du 15 novembre 2026 au 14 décembre 2026",
            "Premium Solo",
            "Total HT 16,67 €",
            "TVA 20 % sur 16,67 € 3,33 €",
            "Total TTC 20,00 €",
            "Reste à payer 0,00 €",
            "Payée le 15 novembre 2026 par Visa •••• 1111",
            "prestation de services",
            "exigible à l’encaissement",
        ):
            assert part in said, part
        assert "débits" not in said

    def test_an_english_invoice_says_the_same(self) -> None:
        """FRM-5: documents in the language of the contract."""
        said = text(render_invoice(sample_invoice(lang="en")))
        for part in (
            "Invoice F2026-00000001",
            "Billed to Marie Lefèvre",
            "From 15 November 2026 to 14 December 2026",
            "Total excl. VAT €16.67",
            "VAT 20% on €16.67 €3.33",
            "Total incl. VAT €20.00",
            "Paid on 15 November 2026 by Visa •••• 1111",
            "cash basis",
        ):
            assert part in said, part

    def test_a_discount_stands_on_its_own_line(self) -> None:
        """Reductions granted at the time of the operation are shown."""
        record = sample_invoice(
            gross=euros(1500), discount=euros(500), discount_label="Offre de bienvenue"
        )
        said = text(render_invoice(record))
        assert "Offre de bienvenue Soit 5,00 € TTC de moins 1 −4,17 € 20 % −4,17 €" in said
        assert "Total HT 12,50 €" in said

    def test_an_exempt_invoice_gives_its_reason_instead(self) -> None:
        """VAT-1."""
        mention = "Exonération de TVA, article 261-4-4° a du CGI"
        reason = Exemption(code="VATEX-FR-CGI261-4", mention=mention)
        record = sample_invoice(rate_bps=0, exemption=reason)
        said = text(render_invoice(record))
        assert mention in said
        assert "encaissement" not in said

    def test_what_is_unknown_leaves_no_hole(self) -> None:
        """No method, no mailbox, no address: the sentence and the block close up."""
        buyer = Buyer(customer_id="01", name="Marie Lefèvre")
        said = text(render_invoice(sample_invoice(method_label="", buyer=buyer)))
        assert "Payée le 15 novembre 2026 Période de service" in said
        assert "Facturé à Marie Lefèvre Date d’émission" in said

    def test_the_number_is_on_every_page(self) -> None:
        """INV-2: number on every page."""
        record = sample_invoice()
        many = tuple(
            record.lines[0].replace(description="Une description longue. " * 12) for _ in range(12)
        )
        total = record.total.replace(
            net=euros(1667 * 12), vat=euros(333 * 12), gross=euros(2000 * 12)
        )
        made = pages(render_invoice(record.replace(lines=many, total=total)))
        assert len(made) > 1
        for number, page in enumerate(made, start=1):
            assert "Facture F2026-00000001" in page
            assert f"Page {number} sur {len(made)}" in page

    def test_a_period_ends_the_day_before_the_next(self) -> None:
        """REN-1: the next period starts where this one stops."""
        record = sample_invoice(period_from_on=date(2027, 1, 31), period_to_on=date(2027, 2, 28))
        assert invoice_view(record)["period"]["last"] == "27\u00a0févr. 2027"


class TestForm:
    """ACC-1: tagged, titled, in a stated language; INV-3: archivable and reproducible."""

    @pytest.mark.parametrize("lang", ["fr", "en"])
    def test_it_tells_its_language_title_and_dates(self, lang: str) -> None:
        """What a screen reader announces first, and what an archive indexes."""
        pdf = render_invoice(sample_invoice(lang=lang))
        document = reader(pdf)
        assert root(pdf)["/Lang"].startswith(lang)
        assert root(pdf)["/ViewerPreferences"]["/DisplayDocTitle"]
        assert document.metadata is not None
        assert "F2026-00000001 – Clairière" in str(document.metadata.title)
        assert document.metadata.creation_date is not None
        assert document.metadata.creation_date.date() == date(2026, 11, 15)

    def test_its_tags_give_headings_and_a_table_whose_cells_have_headers(self) -> None:
        """One title, one table with a head; drawings are not announced."""
        tags = structure(render_invoice(sample_invoice()))
        assert tags.count("/H1") == 1
        assert tags.count("/Table") == 1
        assert tags.count("/TH") == 5
        assert "/Figure" not in tags

    def test_every_font_travels_with_it(self) -> None:
        """INV-3: readable in ten years."""
        page: Any = reader(render_invoice(sample_invoice())).pages[0]
        fonts = page["/Resources"]["/Font"]
        assert fonts
        for font in fonts.values():
            (descendant,) = font.get_object()["/DescendantFonts"]
            assert "/FontFile2" in descendant.get_object()["/FontDescriptor"]

    def test_it_passes_its_own_check(self) -> None:
        """What is sealed was looked at."""
        check(render_invoice(sample_invoice()), "F2026-00000001")

    def test_another_process_and_other_threads_make_the_same_bytes(self) -> None:
        """INV-3: a digest proves that nothing was altered."""
        here = hashlib.sha256(render_invoice(sample_invoice())).hexdigest()
        run = subprocess.run(  # noqa: S603  our own interpreter
            [sys.executable, "-c", IN_A_NEW_PROCESS], capture_output=True, text=True, check=True
        )
        with ThreadPoolExecutor(4) as pool:
            made = pool.map(render_invoice, [sample_invoice()] * 8)
            digests = {hashlib.sha256(pdf).hexdigest() for pdf in made}
        assert digests == {here} == {run.stdout.strip()}

    def test_the_buyer_is_data_and_never_markup(self) -> None:
        """A name cannot run code or leave its line."""
        name = '#panic("x") *b* $1$ = h \\ @l'
        said = text(render_invoice(sample_invoice(buyer=BUYER.replace(name=name))))
        assert '#panic("x") *b* $1$ = h' in said
