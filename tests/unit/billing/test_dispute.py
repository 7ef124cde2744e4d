"""Disputes: where they stand, where the money is, and what they do to the contract."""

from itertools import pairwise
from typing import Any

import pytest

from chalicelib.domain.billing.due import Attempt, DueItem, DueState
from chalicelib.domain.billing.journal import Account, balances
from chalicelib.domain.billing.returns.contested import contest, release
from chalicelib.domain.billing.returns.dispute import (
    LADDER,
    Dispute,
    Heard,
    after_hearing,
    standing,
)
from chalicelib.domain.billing.returns.unplaced import answered
from chalicelib.domain.contract.subscription import Status, Subscription
from chalicelib.domain.kernel.change import NOTHING, Change, Insert, Replace
from tests.examples import paris
from tests.fakes_things import a_dispute, a_due, a_subscription, unplaced_money

AT = paris(2026, 11, 20, 12)
PAID = a_due(
    state=DueState.PAID,
    attempts=(Attempt(number=1, state="authorised", opened_at=AT, provider_reference="P1"),),
)
HELD = a_subscription(held="disputed", status=Status.SUSPENDED)


def hears(dispute: Dispute, *events: str, minor: int = 2000) -> Dispute:
    """The dispute once it heard these events, one after the other."""
    for event in events:
        dispute = after_hearing(dispute, Heard(event=event, minor=minor, heard_at=AT))
    return dispute


def money(dispute: Dispute) -> dict[Account, int]:
    """Where the postings say the money is."""
    return {account: minor for account, minor in balances(dispute.postings).items() if minor}


def entered(before: Dispute | None, after: Dispute, due: DueItem = PAID, **known: Any) -> Change:
    """What the contract makes of it."""
    subscription = known.pop("subscription", a_subscription())
    dues = known.pop("dues", (due,))
    others = known.pop("others", ())
    return contest(before, after, due, subscription, dues=dues, others=others, now=AT)


def written(change: Change, kind: type) -> list[Any]:
    """The things of a kind that a change stores."""
    entities = [w.entity for w in change.writes if isinstance(w, Replace | Insert)]
    return [entity for entity in entities if isinstance(entity, kind)]


class TestFailure21:
    """Failure 21: a chargeback replayed after its reversal changes nothing."""

    @pytest.mark.parametrize(
        ("events", "stands", "where"),
        [
            (["REQUEST_FOR_INFORMATION"], "asked", {}),
            (["INFORMATION_SUPPLIED", "ISSUER_COMMENTS"], "asked", {}),
            (["DISPUTE_DEFENSE_PERIOD_ENDED"], "asked", {}),
            (["NOTIFICATION_OF_FRAUD"], "announced", {}),
            (["NOTIFICATION_OF_CHARGEBACK"], "announced", {}),
            (["NOTIFICATION_OF_CHARGEBACK", "DISPUTE_DEFENSE_PERIOD_ENDED"], "announced", {}),
            (["CHARGEBACK"], "taken", {"disputes": 2000}),
            (["CHARGEBACK", "DISPUTE_DEFENSE_PERIOD_ENDED"], "lost", {"losses": 2000}),
            (["CHARGEBACK", "CHARGEBACK_REVERSED"], "won", {}),
            (["CHARGEBACK_REVERSED"], "won", {}),
            (["CHARGEBACK", "ISSUER_RESPONSE_TIMEFRAME_EXPIRED"], "won", {}),
            (["CHARGEBACK_REVERSED", "SECOND_CHARGEBACK"], "taken", {"disputes": 2000}),
            (["SECOND_CHARGEBACK", "DISPUTE_DEFENSE_PERIOD_ENDED"], "lost", {"losses": 2000}),
            (["SECOND_CHARGEBACK", "PREARBITRATION_WON"], "won", {}),
            (["CHARGEBACK", "PREARBITRATION_LOST"], "lost", {"losses": 2000}),
            (["PREARBITRATION_LOST"], "lost", {"losses": 2000}),
        ],
    )
    def test_the_last_rung_says_where_the_money_is(
        self, events: list[str], stands: str, where: dict[str, int]
    ) -> None:
        """In order, in the opposite order, and with everything said twice."""
        first, *rest = events
        expected = {Account(name): minor for name, minor in where.items()}
        if expected:
            expected[Account.CLEARING] = -2000
        for start, others in ((first, rest), (events[-1], events[-2::-1])):
            dispute = hears(a_dispute(start), *others, *events)
            assert (dispute.standing, money(dispute)) == (stands, expected)
            assert sum(posting.minor for posting in dispute.postings) == 0

    def test_heard_again_it_is_the_same_dispute(self) -> None:
        """After the reversal an old chargeback is old news."""
        won = hears(a_dispute(), "CHARGEBACK_REVERSED")
        assert hears(won, "CHARGEBACK") is won
        assert money(won) == {}

    def test_each_rung_but_equals_outranks_those_before(self) -> None:
        """A later event implies its predecessors."""
        for lower, higher in pairwise(LADDER):
            assert standing({lower, higher}) == standing({higher})

    def test_a_part_taken_is_a_part(self) -> None:
        """The amount is that of the rung that decides; of two, the larger."""
        part = hears(a_dispute("NOTIFICATION_OF_CHARGEBACK"), "CHARGEBACK", minor=700)
        assert part.taken_minor == 700
        assert hears(part, "CHARGEBACK", minor=900).taken_minor == 900
        assert hears(part, "SECOND_CHARGEBACK", minor=600).taken_minor == 600

    def test_a_returned_debit_is_no_dispute(self) -> None:
        """It has no defence: the due item books it, nothing is held, nobody must act."""
        returned = a_dispute(is_return=True, postings=(), parked=None)
        assert (returned.standing, returned.taken_minor) == ("returned", 0)
        assert not returned.holds
        assert not returned.is_open


class TestPay3:
    """PAY-3: once a bank announces a dispute nothing is charged by itself, until it is won."""

    @pytest.mark.parametrize(
        "event", ["NOTIFICATION_OF_FRAUD", "NOTIFICATION_OF_CHARGEBACK", "CHARGEBACK"]
    )
    def test_a_contract_in_dispute_is_held(self, event: str) -> None:
        """And a person is told, once."""
        opened = a_dispute(event)
        change = entered(None, opened)
        assert [s.held for s in written(change, Subscription)] == ["disputed"]
        assert change.writes[0] == Insert(opened, events=("DisputeHeard", "Parked"))
        later = hears(opened, "SECOND_CHARGEBACK")
        again = entered(opened, later)
        assert again.writes[0] == Replace(later, events=("DisputeHeard",))
        assert written(again, Subscription) == []

    def test_a_question_of_the_bank_holds_nothing(self) -> None:
        """It wants an answer; money and contract stay as they are."""
        change = entered(None, a_dispute("REQUEST_FOR_INFORMATION"))
        assert written(change, Subscription) == []
        assert written(change, DueItem) == []
        assert written(change, Dispute)[0].parked == "disputed"

    def test_what_a_bank_took_is_counted_on_the_due_item(self) -> None:
        """So that it is never refunded as well; given back, it may be."""
        taken = a_dispute()
        (counted,) = written(entered(None, taken), DueItem)
        assert (counted.disputed_minor, counted.refundable_minor) == (2000, 0)
        won = hears(taken, "CHARGEBACK_REVERSED")
        (free,) = written(entered(taken, won, counted, subscription=HELD), DueItem)
        assert (free.disputed_minor, won.parked) == (0, None)

    def test_a_won_dispute_releases_what_was_withheld(self) -> None:
        """The period still runs: it is charged now."""
        withheld = a_due(2, parked="disputed", agenda_at=None, from_on=AT.date())
        won = hears(a_dispute(), "CHARGEBACK_REVERSED")
        due = PAID.replace(disputed_minor=2000)
        change = entered(a_dispute(), won, due, subscription=HELD, dues=(due, withheld))
        assert [s.held for s in written(change, Subscription)] == [None]
        freed = [d for d in written(change, DueItem) if d.period == 2]
        assert [(d.parked, d.agenda_at, d.state) for d in freed] == [
            (None, AT, DueState.SCHEDULED)
        ]  # fmt: skip

    def test_a_period_nobody_served_costs_nothing(self) -> None:
        """DUN-1: it went by while the contract was suspended; the next one is owed."""
        withheld = a_due(1, parked="disputed", agenda_at=None)
        now = paris(2027, 1, 20)
        change = release(HELD, (withheld, a_due(0)), now)
        gone, upcoming = written(change, DueItem)
        assert (gone.state, gone.parked) == (DueState.LAPSED, None)
        assert (upcoming.period, upcoming.from_on.isoformat()) == (4, "2027-02-05")
        ending = HELD.replace(ends_on=upcoming.from_on)
        assert len(written(release(ending, (withheld,), now), DueItem)) == 1

    def test_money_owed_before_the_dispute_stays_owed(self) -> None:
        """A period that was served is not forgotten with time."""
        owed = a_due(1, parked="disputed", agenda_at=None)
        owed = owed.replace(postings=a_dispute().postings)
        (freed,) = written(release(HELD, (owed,), paris(2027, 1, 20)), DueItem)
        assert (freed.parked, freed.agenda_at) == (None, paris(2027, 1, 20))

    def test_another_dispute_keeps_the_contract_held(self) -> None:
        """One of two won is not enough; a lost one holds as well."""
        taken = a_dispute()
        won = hears(taken, "CHARGEBACK_REVERSED")
        for other in (a_dispute(dispute="D2"), a_dispute("PREARBITRATION_LOST", dispute="D2")):
            change = entered(taken, won, PAID.replace(disputed_minor=2000), others=(other,))
            assert written(change, Subscription) == []

    def test_two_disputes_that_cross_meet_on_the_subscription(self) -> None:
        """Held already, it is written all the same: whoever releases it at that moment loses."""
        change = entered(None, a_dispute(), subscription=HELD)
        assert [s.version for s in written(change, Subscription)] == [2]

    def test_a_disputed_item_that_was_itself_withheld_is_written_once(self) -> None:
        """Its money failed to come, it was owed again and withheld; then the dispute is won."""
        due = PAID.replace(
            state=DueState.SCHEDULED, parked="disputed", disputed_minor=2000, agenda_at=None
        )
        won = hears(a_dispute(), "CHARGEBACK_REVERSED")
        change = entered(a_dispute(), won, due, subscription=HELD)
        (freed,) = written(change, DueItem)
        assert (freed.disputed_minor, freed.parked, freed.version) == (0, None, 2)


class TestFailure11:
    """Failure 11: what cannot be placed is parked, not dropped; a person's answer closes it."""

    def test_an_answer_takes_it_off_the_list_once(self) -> None:
        """With what was done."""
        change = answered(unplaced_money(), "booked by hand on F2026-00000042")
        (write,) = change.writes
        assert isinstance(write, Replace)
        fact = write.entity
        assert fact == unplaced_money(
            version=2, parked=None, answer="booked by hand on F2026-00000042"
        )
        assert answered(unplaced_money(parked=None), "again") is NOTHING
