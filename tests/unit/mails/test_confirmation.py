"""What the confirmation says of the right to withdraw and of leaving."""

from datetime import date
from typing import Literal

import pytest

from chalicelib.domain.papers.confirmation import Withdrawal
from chalicelib.mails.render import render
from tests.unit.mails.reading import Document
from tests.unit.mails.samples import DEFERRED, confirmed

Kind = Literal["kept", "kept_pro_rata", "lost_at_first_use", "lost_at_sign_in"]
LAST = date(2026, 11, 30)


def said(kind: Kind) -> str:
    fact = confirmed(withdrawal=Withdrawal(kind=kind, last_on=LAST))
    return " ".join(render(fact, "en").text.split())


class TestCgs61:
    """CGS art. 6.1: the right to withdraw, and what the confirmation must say of it."""

    def test_consent_and_loss_are_confirmed(self) -> None:
        """WDR-2 (3): the mail confirms the request, the acknowledgement and when the right goes."""
        words = said("lost_at_first_use")
        assert "expressly asked for immediate access" in words
        assert "acknowledged that you lose your right of withdrawal" in words
        assert "We confirm this to you" in words

    def test_a_right_that_stands_is_not_called_lost(self) -> None:
        """WDR-1: without a request for immediate access nothing is waived."""
        words = said("kept")
        assert "lose" not in words
        assert "Everything you have paid is then refunded" in words

    def test_days_served_stay_due_where_the_service_began(self) -> None:
        """L221-25: pro rata, and the rest comes back."""
        assert "only the days gone by then remain due" in said("kept_pro_rata")

    def test_the_terms_alone_are_quoted_when_they_alone_decide(self) -> None:
        """The profile that follows the terms to the letter names article 6.1."""
        words = said("lost_at_sign_in")
        assert "article 6.1" in words
        assert "We confirm this to you" not in words

    @pytest.mark.parametrize("kind", ["kept", "kept_pro_rata", "lost_at_first_use"])
    def test_the_last_day_and_the_function_are_always_given(self, kind: Kind) -> None:
        """WFN-1: where the function is and until when, whatever became of the right."""
        words = said(kind)
        assert "30 November 2026" in words
        assert "https://clairiere.example/fr/withdraw" in words


class TestCgs21b:
    """CGS art. 2.1 b §2: two mails follow the order, the confirmation and the access."""

    def test_the_confirmation_holds_the_order(self) -> None:
        """FRM-4: plan, price, what was paid, period, terms version and the file that goes along."""
        words = Document(render(confirmed(), "fr").html).words.replace("\u00a0", " ")
        for fact in ("Premium Solo", "20,00 €", "14,00 €", "14 décembre 2026", "2026-09-01"):
            assert fact in words
        assert "confirmation.pdf" in words

    def test_the_confirmation_carries_no_access_link(self) -> None:
        """The access comes in a mail of its own."""
        rendered = render(confirmed(), "fr")
        assert "/password" not in rendered.html + rendered.text

    def test_access_that_waits_has_its_date(self) -> None:
        """WDR-2: without immediate start the courses open after the withdrawal period."""
        rendered = render(DEFERRED, "fr")
        assert "vos cours s'ouvrent le\n1er décembre 2026" in rendered.text
        assert "Début du mois payé\u00a0: 1er décembre 2026" in rendered.text
        assert "Un autre message vous donne votre accès" not in rendered.text


class TestCgs21d:
    """CGS art. 2.1 d: renewal and leaving are said before they matter."""

    def test_the_confirmation_says_how_to_leave(self) -> None:
        """REN-3: the address of the termination function, and what a begun month costs."""
        words = " ".join(render(confirmed(), "en").text.split())
        assert "https://clairiere.example/en/account/cancel" in words
        assert "tacitly renewed" in words
        assert "Every month that has begun is due" in words
