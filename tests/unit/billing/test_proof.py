"""The daily proof finds what is wrong, and nothing else."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.billing import journal
from chalicelib.domain.billing.due import Attempt, DueItem, DueState
from chalicelib.domain.billing.numbering import Series
from chalicelib.domain.billing.proof import Proof, prove
from chalicelib.domain.billing.reversal import Reversal
from tests.examples import paris
from tests.fakes_things import a_due, a_reversal, a_series

NOW = paris(2026, 11, 6, 3)
PAYING = Attempt(number=1, state="authorised", opened_at=NOW, provider_reference="PSP1")
BALANCED = (
    *journal.sale(net_minor=1667, vat_minor=333),
    *journal.payment(gross_minor=2000, vat_minor=333),
)


def a_paid_due(period: int = 1, **changes: Any) -> DueItem:
    facts: dict[str, Any] = {
        "state": DueState.PAID,
        "attempts": (PAYING,),
        "postings": BALANCED,
        "paid_at": NOW,
        "number": f"F2026-{period:08}",
        "mailed_at": NOW,
        "agenda_at": None,
    }
    return a_due(period, **(facts | changes))


def proof_of(
    *dues: DueItem, reversals: tuple[Reversal, ...] = (), series: Series | None = None
) -> Proof:
    counter = series or a_series(following=1 + sum(due.number is not None for due in dues))
    return prove(dues, reversals, (counter,), now=NOW)


class TestInv2:
    """INV-2: the books of a day: numbers without gap, journal at zero, nothing forgotten."""

    def test_sound_books_are_green(self) -> None:
        """And counted."""
        lapsed = a_due(3, state=DueState.LAPSED, agenda_at=None)
        returned = a_reversal(asked_at=NOW, agenda_at=None)
        proof = proof_of(a_paid_due(1), a_paid_due(2), a_due(4), lapsed, reversals=(returned,))
        assert proof.is_green
        assert proof.due_count == {"paid": 2, "scheduled": 1, "lapsed": 1}
        assert (proof.captures, proof.captured_minor, proof.returned_minor) == (2, 4000, 2000)
        assert (proof.numbers, proof.journal_minor) == (2, 0)

    @pytest.mark.parametrize(
        ("due", "finding"),
        [
            (a_paid_due(attempts=(PAYING, PAYING.replace(number=2))), "paid twice"),
            (a_paid_due(attempts=()), "disagree"),
            (a_due(attempts=(PAYING,)), "disagree"),
            (a_due(agenda_at=None), "neither done, scheduled nor parked"),
            (a_due(agenda_at=NOW - timedelta(days=1, seconds=1)), "late on the agenda"),
            (
                a_paid_due(attempts=(PAYING, Attempt(number=2, opened_at=NOW - timedelta(days=2)))),
                "another attempt has no outcome",
            ),
        ],
    )
    def test_a_due_item_that_is_wrong_is_named(self, due: DueItem, finding: str) -> None:
        """By its reference, with what is wrong."""
        proof = proof_of(due)
        assert not proof.is_green
        assert any(finding in found and "0001.1" in found for found in proof.findings)

    def test_an_agenda_one_day_old_is_not_late_yet(self) -> None:
        """Nor an attempt opened a moment ago."""
        on_time = a_due(agenda_at=NOW - timedelta(days=1))
        asked = a_paid_due(2, attempts=(PAYING, Attempt(number=2, opened_at=NOW)))
        assert proof_of(on_time, asked, series=a_series(following=2)).findings == (
            "number F2026-00000001 is missing",
            "number F2026-00000002 is not counted",
        )

    def test_gaps_strangers_and_doubles_are_told_apart(self) -> None:
        """Four numbers given: one missing, one twice, one nobody counted."""
        dues = (
            a_paid_due(1), a_paid_due(2, number="F2026-00000001"),
            a_paid_due(3), a_paid_due(4, number="F2026-00000009"),
        )  # fmt: skip
        assert proof_of(*dues, series=a_series(following=4)).findings == (
            "number F2026-00000002 is missing",
            "number F2026-00000009 is not counted",
            "number F2026-00000001 stands twice",
        )

    def test_a_journal_that_does_not_sum_to_zero_is_found(self) -> None:
        """To the cent."""
        proof = proof_of(a_paid_due(postings=BALANCED[1:]))
        assert "the journal sums to -2000" in proof.findings

    def test_what_is_parked_is_not_wrong_but_needs_a_person(self) -> None:
        """So the day is not green."""
        proof = proof_of(a_due(state=DueState.UNPAID, agenda_at=None, parked="unpaid"))
        assert (len(proof.findings), len(proof.parked), proof.is_green) == (0, 1, False)

    def test_money_that_waits_a_day_to_go_back_is_found(self) -> None:
        """Its reference says which."""
        waiting = a_reversal(agenda_at=NOW - timedelta(days=2))
        proof = proof_of(reversals=(waiting, a_reversal(agenda_at=NOW)))
        assert proof.findings == (f"{waiting.reference} not given back",)
