"""A payment method taken, renewed or lost, and the one charge that it buys a month unpaid."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.billing.due import Attempt, DueItem, DueState
from chalicelib.domain.billing.outcomes import Refused
from chalicelib.domain.billing.rearm import (
    first_owed,
    lose_method,
    rearm,
    renew_method,
    take_method,
)
from chalicelib.domain.billing.settle import settle
from chalicelib.domain.contract.subscription import Status, Subscription
from chalicelib.domain.kernel.change import NOTHING, Change, Replace
from chalicelib.domain.kernel.policy import current_policy
from chalicelib.domain.selling.checkout import StoredMethod
from tests.examples import paris
from tests.fakes import VISA
from tests.fakes_things import a_due, a_subscription

POLICY = current_policy("recommended")
NOW = paris(2026, 11, 6, 10)
INVITED_AT = paris(2026, 10, 5, 12)
MASTERCARD = StoredMethod(
    token="TOKEN00000000002", kind="scheme", brand="mc", last_four="2222", expires="12/2031",
    stored_at=NOW,
)  # fmt: skip


def late(**changes: Any) -> Subscription:
    facts: dict[str, Any] = {"status": Status.PAST_DUE, "invited_at": INVITED_AT}
    return a_subscription(**facts | changes)


def owed(refusals: int = 1, **changes: Any) -> DueItem:
    tries = tuple(
        Attempt(number=n, state="refused", opened_at=NOW, kind="update")
        for n in range(1, refusals + 1)
    )
    facts: dict[str, Any] = {"state": DueState.UNPAID, "attempts": tries, "parked": "unpaid",
                             "agenda_at": None}  # fmt: skip
    return a_due(**facts | changes)


def taken(change: Change) -> tuple[Subscription, DueItem | None, tuple[str, ...]]:
    """The contract, the month and the letters of a change."""
    first, *rest = change.writes
    assert isinstance(first, Replace)
    assert isinstance(first.entity, Subscription)
    due = rest[0].entity if rest else None  # type: ignore[union-attr]
    assert due is None or isinstance(due, DueItem)
    return first.entity, due, first.events


def take(subscription: Subscription, method: StoredMethod, due: DueItem | None = None,
         cause: str | None = "EV1") -> Change:  # fmt: skip
    return take_method(subscription, method, due, cause=cause, policy=POLICY, now=NOW)


class TestPay5:
    """PAY-5: a new method pays from now on, and once at once for what is owed."""

    def test_a_replaced_card_is_tried_once_at_once(self) -> None:
        """In the commit that takes the method: never one without the other."""
        after, due, events = taken(take(late(), MASTERCARD, owed()))
        assert (after.method, after.method_cause) == (MASTERCARD, "EV1")
        assert events == ("MethodReplaced",)
        assert due is not None
        assert (due.state, due.retry_at, due.agenda_at) == (DueState.SCHEDULED, NOW, NOW)
        assert due.parked is None

    def test_what_changed_it_is_heard_once(self) -> None:
        """The return from the page and the event name the same payment; repeats do nothing."""
        after, due, _ = taken(take(late(), MASTERCARD, owed()))
        assert due is not None
        refused = due.replace(state=DueState.UNPAID, retry_at=None, attempts=owed(2).attempts)
        for again in (take_method, renew_method):
            change = again(after, MASTERCARD, refused, cause="EV1", policy=POLICY, now=NOW)
            assert change == NOTHING

    def test_the_same_method_told_again_buys_nothing(self) -> None:
        """A notification that comes a month late is no new card."""
        assert take(late(), VISA, owed(), "EV0") == NOTHING

    def test_a_card_given_anew_is_worth_a_try_even_unchanged(self) -> None:
        """Its holder had the limit raised, or the account updater says it works again."""
        change = renew_method(late(), VISA, owed(), cause="EV1", policy=POLICY, now=NOW)
        after, due, events = taken(change)
        assert (after.method, after.method_cause, events) == (VISA, "EV1", ())
        assert due is not None
        assert due.retry_at == NOW

    def test_unchanged_and_nothing_owed_is_nothing(self) -> None:
        for due in (None, a_due(state=DueState.PAID)):
            change = renew_method(late(), VISA, due, cause="EV1", policy=POLICY, now=NOW)
            assert change == NOTHING

    def test_a_method_stored_before_the_present_one_does_not_come_back(self) -> None:
        """Events come in any order; the provider says which was stored last."""
        present = late(method=MASTERCARD)
        older = VISA.replace(stored_at=NOW - timedelta(days=1))
        assert take(present, older) == NOTHING

    @pytest.mark.parametrize(
        ("due", "held"),
        [
            (owed(POLICY.attempts_max), None),
            (owed(), "disputed"),
            (owed(state=DueState.CHARGING), None),
            (owed(state=DueState.WRITTEN_OFF), None),
            (owed(0, state=DueState.SCHEDULED), None),
        ],
    )
    def test_a_method_buys_no_charge_that_may_not_be_made(self, due: DueItem, held: Any) -> None:
        """The budget, a dispute, a charge under way, a month never refused."""
        assert rearm(due, late(held=held), policy=POLICY, now=NOW) is None

    def test_what_was_held_against_a_card_does_not_follow_the_next(self) -> None:
        """Failed tries and a bar belong to the token; its update keeps them."""
        marked = late(failed_tries=(NOW,), barred_token=VISA.token)
        after, _, _ = taken(take(marked, MASTERCARD))
        assert (after.failed_tries, after.barred_token) == ((), None)
        updated, _, events = taken(take(marked, VISA.replace(expires="01/2033")))
        assert (updated.failed_tries, updated.barred_token) == ((NOW,), VISA.token)
        assert events == ()

    def test_the_first_method_of_a_contract_is_no_news(self) -> None:
        """It is in the confirmation; one given after a removal is told."""
        bare = a_subscription(method=None, invited_at=INVITED_AT)
        assert taken(take(bare, MASTERCARD, cause=None))[2] == ()
        removed = bare.replace(method_cause="deleted.T")
        after, _, events = taken(take(removed, MASTERCARD, cause=None))
        assert (events, after.method_cause) == (("MethodReplaced",), "deleted.T")

    def test_an_ended_contract_wakes_for_its_method_to_be_forgotten(self) -> None:
        """It looks at its debt when it wakes (REN-2); one that lost its method need not wake."""
        ended = late(status=Status.ENDED, agenda_at=None)
        after, due, _ = taken(take(ended, MASTERCARD, owed()))
        assert after.agenda_at == NOW
        assert due is not None
        assert due.agenda_at == NOW
        lost = taken(lose_method(ended, None, cause="EV9", policy=POLICY, now=NOW))[0]
        assert lost.agenda_at is None


class TestDun1:
    """DUN-1: without a usable method the learner is asked, and told when access closes."""

    def test_a_method_that_is_gone_is_told(self) -> None:
        """Nothing is owed: the next due date sends a link."""
        marked = late(status=Status.ACTIVE, failed_tries=(NOW,), barred_token=VISA.token)
        change = lose_method(marked, None, cause="EV9", policy=POLICY, now=NOW)
        after, due, events = taken(change)
        assert (after.method, after.method_cause, due) == (None, "EV9", None)
        assert (after.failed_tries, after.barred_token) == ((), None)
        assert events == ("MethodRemoved",)
        assert lose_method(after, None, cause="EV9", policy=POLICY, now=NOW) == NOTHING

    def test_of_several_months_the_oldest_owed_counts(self) -> None:
        """One may be owed again while the next is under way."""
        dues = (a_due(0, state=DueState.PAID), owed(), a_due(2))
        assert first_owed(dues) == dues[1]
        assert first_owed(dues[2:]) is None

    def test_what_is_owed_gets_its_link_at_once(self) -> None:
        """No retry is left planned that could only fail; the suspension keeps its date."""
        due = owed(state=DueState.SCHEDULED, retry_at=paris(2026, 11, 8, 18), parked=None)
        change = lose_method(late(), due, cause="EV9", policy=POLICY, now=NOW)
        left = change.writes[1]
        assert isinstance(left, Replace)
        assert left.events == ("PayLinkAsked",)
        asked = left.entity
        assert isinstance(asked, DueItem)
        assert (asked.state, asked.retry_at, asked.link_asked_at) == (DueState.UNPAID, None, NOW)
        assert (asked.agenda_at, asked.parked) == (paris(2026, 11, 12), None)

    def test_where_access_is_closed_a_person_is_called(self) -> None:
        """Nothing more happens by itself: the month is parked."""
        due = owed(state=DueState.SCHEDULED, retry_at=NOW + timedelta(days=2), parked=None)
        suspended = late(status=Status.SUSPENDED)
        left = lose_method(suspended, due, cause="EV9", policy=POLICY, now=NOW).writes[1]
        assert isinstance(left, Replace)
        assert left.events == ("PayLinkAsked", "Parked")

    def test_a_refusal_for_good_bars_the_token_that_met_it(self) -> None:
        """Suspended at once; one stored since the charge did not meet the refusal."""
        charging = a_due(state=DueState.CHARGING, attempts=(Attempt(number=1, opened_at=NOW),))
        since = MASTERCARD.replace(stored_at=NOW + timedelta(seconds=1))
        for method, barred in ((VISA, VISA.token), (None, None), (since, None)):
            active = a_subscription(method=method)
            change = settle(charging, active, 1, Refused(code="26"), policy=POLICY, now=NOW)
            behind = change.writes[1]
            assert isinstance(behind, Replace)
            assert isinstance(behind.entity, Subscription)
            assert behind.entity.status is Status.SUSPENDED
            assert behind.entity.barred_token == barred
