"""What the mails say when a payment fails and when a contract ends."""

import re
from datetime import UTC, date, datetime

from chalicelib.domain.kernel.language import Language
from chalicelib.domain.kernel.money import Money
from chalicelib.mails.facts import Fact, Period
from chalicelib.mails.render import render
from tests.unit.mails.samples import acknowledged, by_link, ended, invoiced, recovered, refused

TWENTY = Money(minor=2000, currency="EUR")


def said(fact: Fact, lang: Language = "en") -> str:
    return " ".join(render(fact, lang).text.replace("\u00a0", " ").split())


class TestCgs21d:
    """CGS art. 2.1 d §3: the contract ends with the period, and the acknowledgement says so."""

    def test_the_acknowledgement_gives_the_instant_of_receipt(self) -> None:
        """REN-3: date and time of the request, in Paris, with the name of the zone."""
        just_before = datetime(2026, 12, 14, 22, 59, 59, tzinfo=UTC)
        words = said(acknowledged(received_at=just_before))
        assert "14 December 2026 at 23:59 (Paris time)" in words

    def test_the_end_and_the_last_day_are_two_dates(self) -> None:
        """REN-1: ends on 15 December at 00:00, so the last day of access is the 14th."""
        words = said(acknowledged())
        assert "End of the contract: 15 December 2026 at 00:00 (Paris time)" in words
        assert "Last day of access: 14 December 2026" in words

    def test_nothing_more_is_charged_once_the_month_is_paid(self) -> None:
        """Payments stop from the following month."""
        assert "Nothing more will be charged" in said(acknowledged())

    def test_a_begun_month_stays_due(self) -> None:
        """CGS 3 §5: the amount owed is named."""
        words = said(acknowledged(amount_due=TWENTY))
        assert "Still to pay: €20.00" in words
        assert "Nothing more will be charged" not in words

    def test_what_stays_open_after_the_end_is_said(self) -> None:
        """DEF-2: certificates, invoices and account outlive the contract."""
        for fact in (acknowledged(), ended()):
            assert "certificates and your invoices stay available" in said(fact)


class TestCgs32:
    """CGS art. 3.2: a refused payment is told with what follows."""

    def test_a_retry_is_announced_with_its_date(self) -> None:
        """PAY-5: when we try again by ourselves."""
        words = said(refused())
        assert "We will try again on 16 December 2026" in words

    def test_a_final_refusal_brings_a_link(self) -> None:
        """No promise of a retry that will not come; the payer can act, without signing in."""
        words = said(by_link("soft"))
        assert "try again on" not in words
        assert "pay this month by the link below" in words
        assert "Next attempt" not in words

    def test_each_reason_is_said_in_plain_words(self) -> None:
        """Never the code of a bank; a method is not blamed for what it did not do."""
        told = {
            why: said(by_link(why)) for why in ("tech", "soft", "sca", "update", "stop", "none")
        }
        assert len(set(told.values())) == len(told)
        assert "confirm this payment yourself" in told["sca"]
        assert "We will not use it any more" in told["stop"]
        assert not [words for words in told.values() if re.search(r"SCA|3DS|code|refusal", words)]

    def test_a_closed_access_is_said_as_it_is(self) -> None:
        """DUN-1: after a refusal for good access is closed already."""
        words = said(by_link("stop", suspension_on=None, access_closed=True))
        assert "Access to paid content is suspended. It opens again" in words

    def test_the_consequences_have_their_dates(self) -> None:
        """DUN-1: suspension and possible end; what is not planned is not threatened."""
        words = said(refused())
        assert "suspended on 22 December 2026" in words
        assert "may end on 14 January 2027" in words
        calm = said(refused(suspension_on=None, termination_on=None))
        assert "uspended" not in calm
        assert "may end" not in calm

    def test_no_recovery_fee_is_asked_of_a_consumer(self) -> None:
        """DUN-2: asking for it would be unlawful; only the amount due is asked."""
        for lang in ("fr", "en"):
            words = said(refused(), lang)
            assert "40" not in words
        assert "€20.00 only" in said(refused())

    def test_recovery_keeps_the_dates(self) -> None:
        """DUN-1: the anchor never moves; access is said to be back only if it was closed."""
        assert "has not moved your dates" in said(recovered())
        assert "restored" in said(recovered())
        assert "restored" not in said(recovered(access_restored=False))

    def test_an_end_for_want_of_payment_says_so(self) -> None:
        """The cause is told, and what is still owed."""
        words = said(ended(cause="unpaid", amount_due=TWENTY))
        assert "For lack of payment" in words
        assert "Still to pay: €20.00" in words


class TestCgs33:
    """CGS art. 3.3: each due date has its invoice, and the mail says what it is about."""

    def test_number_amount_period_and_link(self) -> None:
        """INV-1: what a reader needs to know without opening the file."""
        words = said(invoiced(), "fr")
        assert "F2026-000042" in words
        assert "20,00 € TTC, déjà payé" in words
        assert "du 15 novembre 2026 au 14 décembre 2026 inclus" in words
        assert "https://clairiere.example/fr/account/documents/0042" in words

    def test_an_unpaid_invoice_is_not_called_paid(self) -> None:
        """INV-1: status `to pay` until money came."""
        words = said(invoiced(paid_on=None))
        assert "still to be paid" in words
        assert "already paid" not in words

    def test_a_period_in_a_short_month(self) -> None:
        """REN-1: 31 January to 28 February is said with its own last day."""
        period = Period(start_on=date(2027, 1, 31), end_on=date(2027, 2, 28))
        assert "from 31 January 2027 to 27 February 2027 inclusive" in said(invoiced(period=period))
