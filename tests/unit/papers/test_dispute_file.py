"""The file of a dispute: what it holds, that it is made once, and that its bytes never vary."""

import io
import zipfile
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.application.billing.returns.refund_due import ask_refund
from chalicelib.application.papers.file_dispute import (
    dispute_file_link,
    dispute_named,
    write_dispute_file,
)
from chalicelib.documents import check
from chalicelib.documents.dispute import dispute_view, render_dispute
from chalicelib.documents.dispute_words import ENGLISH, FRENCH
from chalicelib.domain.billing.returns.dispute import LADDER, Dispute
from chalicelib.domain.kernel.change import Change, Replace
from chalicelib.domain.kernel.errors import NotFound
from chalicelib.domain.kernel.language import Language
from chalicelib.domain.papers.dispute_file import DisputeFileRecord, Moment
from chalicelib.mails import facts
from tests.examples import Shop
from tests.fakes import FakePorts
from tests.unit.application.test_after_payment import payment, renewed, tell_all
from tests.unit.documents.reading import structure, text

PDF = b"%PDF summary"


def disputed() -> tuple[Shop, Dispute]:
    """A contract with a renewal that a bank took back, used, and partly refunded before."""
    shop = renewed()
    used = shop.subscription().next(first_used_at=shop.ports.clock())
    shop.ports.store.commit(Change((Replace(used),)))
    ask_refund(shop.key(0), 500, cause="goodwill", ports=shop.ports)
    shop.ports.clock.advance(timedelta(days=3))
    shop.ports.gateway.dispute("CHARGEBACK", payment(shop))
    tell_all(shop)
    return shop, dispute_named(shop.subscription_id, "DISPUTE1", ports=shop.ports)


def written(shop: Shop, dispute: Dispute, made: bytes = PDF) -> zipfile.ZipFile:
    """The archive that was put away."""
    name, link = write_dispute_file(dispute, lambda _: made, ports=shop.ports)
    assert name in link
    return zipfile.ZipFile(io.BytesIO(shop.ports.files.get(name)))


def record(shop: Shop, dispute: Dispute) -> DisputeFileRecord:
    """What the archive was made of."""
    archive = written(shop, dispute)
    return DisputeFileRecord.model_validate_json(archive.read("record.json"))


class TestFrm1:
    """FRM-1: a bank is shown what was accepted, in the words that were shown."""

    def test_the_archive_holds_the_summary_the_contract_and_every_invoice(self) -> None:
        """As they were sealed, under names of their own."""
        shop, dispute = disputed()
        archive = written(shop, dispute)
        numbers = [due.number for due in shop.dues() if due.number]
        assert len(numbers) == 2
        assert archive.namelist() == sorted(
            ["summary.pdf", "record.json", "contract.pdf", *(f"invoices/{n}.pdf" for n in numbers)]
        )
        assert archive.read("contract.pdf") == b"confirmation"
        assert archive.read(f"invoices/{numbers[0]}.pdf") == str(numbers[0]).encode()
        assert archive.testzip() is None

    def test_the_record_holds_acceptance_notices_use_and_payments(self) -> None:
        """Each consent with its words, each mail with its digest, each try with its reference."""
        shop, dispute = disputed()
        found = record(shop, dispute)
        contract = shop.ports.store.contract(shop.subscription_id)
        assert [consent.text for consent in found.consents] == [c.words for c in contract.consents]
        assert found.terms.sha256 == contract.terms_sha256
        assert found.first_used_at == shop.subscription().first_used_at
        assert [notice.template for notice in found.notices] == ["sample"] * 2
        assert {charge.provider_reference for charge in found.charges} == {
            payment(shop, 0), payment(shop, 1),
        }  # fmt: skip
        assert found.paid.provider_reference == payment(shop)
        assert (found.amount.minor, found.standing) == (2000, "taken")

    def test_the_timeline_is_in_order_and_tells_everything(self) -> None:
        """From the contract to the bank's last word."""
        shop, dispute = disputed()
        lines = record(shop, dispute).timeline
        assert [line.at for line in lines] == sorted(line.at for line in lines)
        kinds: set[Moment] = {
            "concluded", "confirmed", "invited", "first_used", "charged", "letter", "dispute",
            "refund",
        }  # fmt: skip
        assert {line.moment for line in lines} == kinds
        assert lines[-1].about == "CHARGEBACK"

    def test_a_young_contract_has_less_to_tell(self) -> None:
        """Nothing was sent, used or invoiced yet; nothing is made up."""
        shop, dispute = disputed()
        bare = shop.subscription().next(confirmed_at=None, invited_at=None, first_used_at=None)
        shop.ports.store.commit(Change((Replace(bare),)))
        shop.ports.store.commit(Change((Replace(shop.due(1).next(number=None, sha256=None)),)))
        shop.ports.files.contents.clear()
        found = record(shop, dispute)
        assert not {"confirmed", "invited", "first_used"} & {line.moment for line in found.timeline}
        assert len(found.invoices) == 1
        assert written(shop, dispute).namelist() == ["record.json", "summary.pdf"]

    def test_made_again_it_is_found_made(self) -> None:
        """Facts that came later are the next version's."""
        shop, dispute = disputed()
        name, _ = dispute_file_link(dispute, ports=shop.ports)
        first = shop.ports.files.get(name)
        shop.ports.store.commit(Change((Replace(shop.subscription().next(first_used_at=None)),)))
        written(shop, dispute, b"%PDF another")
        assert shop.ports.files.get(dispute_file_link(dispute, ports=shop.ports)[0]) == first

    def test_the_same_facts_give_the_same_bytes(self) -> None:
        """On another day, in another process."""
        archives = []
        for _ in range(2):
            shop, dispute = disputed()
            written(shop, dispute)
            shop.ports.clock.advance(timedelta(days=1))
            archives.append(shop.ports.files.get(dispute_file_link(dispute, ports=shop.ports)[0]))
        assert archives[0] == archives[1]

    def test_a_dispute_nobody_knows_has_no_file(self) -> None:
        """Nor one of another contract."""
        shop, _ = disputed()
        with pytest.raises(NotFound):
            dispute_named(shop.subscription_id, "DISPUTE2", ports=shop.ports)
        with pytest.raises(NotFound):
            dispute_named("01JDABCDEFGHJKMNPQRSTVWXY0", "DISPUTE1", ports=FakePorts())


class TestSummary:
    """DISPUTE FILE: an archivable, tagged document in the language of the contract."""

    @pytest.mark.parametrize("lang", ["fr", "en"])
    def test_it_says_what_the_record_holds(self, lang: Language) -> None:
        """Every consent, digest, reference and number stands in it; the same bytes each time."""
        shop, dispute = disputed()
        found = record(shop, dispute).replace(lang=lang)
        pdf = render_dispute(found)
        assert pdf == render_dispute(found)
        check(pdf, found.dispute)
        said = text(pdf).replace("\u200b", "").replace(" ", "").replace("\n", "")
        for part in (
            found.dispute,
            found.terms.sha256,
            found.subscription_id,
            payment(shop),
            *(consent.text for consent in found.consents),
            *(notice.sha256 for notice in found.notices),
            *(invoice.number for invoice in found.invoices),
            *(charge.reference for charge in found.charges),
        ):
            assert part.replace(" ", "") in said, part

    def test_its_tables_have_headers(self) -> None:
        """PDF/UA: a reader who cannot see the columns hears their names."""
        shop, dispute = disputed()
        pdf = render_dispute(record(shop, dispute))
        roles = structure(pdf)
        assert "/TH" in roles
        assert "/Table" in roles

    def test_what_is_not_there_is_said_to_be_nothing(self) -> None:
        """An empty table would be a question."""
        shop, dispute = disputed()
        empty: dict[str, Any] = {"notices": (), "charges": (), "invoices": (), "timeline": ()}
        view = dispute_view(record(shop, dispute).replace(**empty, first_used_at=None, reason=None))
        kinds = [block["kind"] for section in view["sections"] for block in section["blocks"]]
        assert "table" not in kinds
        assert b"%PDF" in render_dispute(record(shop, dispute).replace(**empty))

    def test_every_mail_and_every_standing_has_a_name_in_both_languages(self) -> None:
        """A bank reads no code of ours."""
        mails = {fact.template for fact in facts.Fact.__subclasses__()}
        for words in (FRENCH, ENGLISH):
            assert mails <= set(dict(words.letters))
            assert {*LADDER.values(), "returned"} == set(dict(words.standings))
        assert dict(FRENCH.letters).keys() == dict(ENGLISH.letters).keys()
        assert dict(FRENCH.outcomes).keys() == dict(ENGLISH.outcomes).keys()
