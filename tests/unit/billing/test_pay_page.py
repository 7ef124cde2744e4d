"""A month paid on a page: who may open one, how many, and what a link is worth."""

from datetime import datetime, timedelta
from typing import Any, Literal

import pytest

from chalicelib.domain.billing.agenda import PAGE_OPEN_FOR
from chalicelib.domain.billing.due import Attempt, DueItem, DueState
from chalicelib.domain.billing.outcomes import Authorised, Refused
from chalicelib.domain.billing.pay_page import PAGES_MAX, edition, open_page, page_of, standing
from chalicelib.domain.billing.renewal import claim
from chalicelib.domain.billing.settle import settle
from chalicelib.domain.contract.subscription import Status, Subscription
from chalicelib.domain.kernel.change import NOTHING, Change, Replace
from chalicelib.domain.kernel.policy import current_policy
from tests.examples import paris
from tests.fakes_things import a_due, a_subscription

POLICY = current_policy("recommended")
CHARGED_AT = paris(2026, 11, 5, 5)
NOW = paris(2026, 11, 5, 10)
LATE = a_subscription(status=Status.PAST_DUE, policy=POLICY.name)


def attempts(
    *states: str, channel: Literal["auto", "page"] = "auto", at: datetime = CHARGED_AT
) -> tuple[Attempt, ...]:
    return tuple(
        Attempt.model_validate({"number": n, "state": state, "opened_at": at, "channel": channel})
        for n, state in enumerate(states, 1)
    )


def owed(**changes: Any) -> DueItem:
    """A month refused once, with nothing tried again by itself."""
    facts: dict[str, Any] = {
        "state": DueState.UNPAID,
        "attempts": attempts("refused"),
        "agenda_at": paris(2026, 11, 12),
    }
    return a_due(**facts | changes)


def the_due(change: Change) -> DueItem:
    first = change.writes[0]
    assert isinstance(first, Replace)
    assert isinstance(first.entity, DueItem)
    return first.entity


def opened(due: DueItem, at: datetime = NOW, subscription: Subscription = LATE) -> DueItem:
    return the_due(open_page(due, subscription, policy=POLICY, now=at))


class TestDun1:
    """DUN-1: what is owed can be paid by hand, on the very month that is owed."""

    def test_the_attempt_exists_before_the_provider_is_asked(self) -> None:
        """Intent before act: number two of the same month, with the learner present."""
        page = page_of(opened(owed()), NOW)
        assert page == Attempt(number=2, opened_at=NOW, channel="page")

    def test_a_page_that_is_open_is_the_one_to_pay_on(self) -> None:
        """Pressing twice, or in two windows, opens one."""
        due = opened(owed())
        later = NOW + PAGE_OPEN_FOR - timedelta(seconds=1)
        assert open_page(due, LATE, policy=POLICY, now=later) == NOTHING

    def test_a_page_that_is_over_makes_room_for_another(self) -> None:
        """The unused one is expired, and counts nothing against the budget."""
        due = opened(owed())
        again = opened(due, NOW + PAGE_OPEN_FOR)
        assert [a.state for a in again.attempts] == ["refused", "expired", "open"]
        assert again.refusals == 1

    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"state": DueState.PAID}, "paid"),
            ({"state": DueState.CHARGING}, "checking"),
            ({"state": DueState.LAPSED}, "closed"),
            ({"state": DueState.WRITTEN_OFF}, "closed"),
            ({"state": DueState.SCHEDULED, "attempts": ()}, "closed"),
            ({"state": DueState.SCHEDULED}, "owed"),
            ({}, "owed"),
        ],
    )
    def test_only_what_is_owed_opens_a_page(self, changes: dict[str, Any], expected: str) -> None:
        """While a charge is under way nobody is asked to pay a second time."""
        due = owed(**changes)
        assert standing(due, POLICY, NOW) == expected
        assert bool(open_page(due, LATE, policy=POLICY, now=NOW)) == (expected == "owed")

    def test_a_payment_on_the_page_settles_the_month_and_opens_the_access(self) -> None:
        """Whatever the channel: the contract is active again, and the next month is owed."""
        due = opened(owed())
        suspended = LATE.replace(status=Status.SUSPENDED)
        paid = Authorised(provider_reference="P2")
        change = settle(due, suspended, 2, paid, policy=POLICY, now=NOW)
        assert the_due(change).state is DueState.PAID
        restored = change.writes[1]
        assert isinstance(restored, Replace)
        assert restored.events == ("PaymentRecovered", "EntitlementChanged")

    def test_a_link_is_spent_by_what_it_brought(self) -> None:
        """Its edition counts successes, those that were undone too."""
        states = ("refused", "uncaptured", "returned", "authorised", "expired", "open")
        assert edition(owed(attempts=attempts(*states))) == 3
        assert edition(owed()) == 0


class TestFailure22:
    """Failure 22: one budget counts every channel, and ends in a state with a name."""

    def test_refusals_on_pages_count_like_the_others(self) -> None:
        """Two by ourselves and three on pages are five: no more page opens, a person is called."""
        auto, page = attempts("refused", "refused"), attempts("refused", channel="page")
        due = owed(attempts=(*auto, *(page[0].replace(number=n) for n in (3, 4, 5))))
        assert standing(due, POLICY, NOW) == "exceeded"
        change = open_page(due, LATE, policy=POLICY, now=NOW)
        after = the_due(change)
        assert (after.state, after.parked) == (DueState.UNPAID, "attempts_exceeded")
        assert after.agenda_at == paris(2026, 11, 12), "the suspension keeps its date"
        assert change.writes[0] == Replace(after, events=("Parked",))
        assert open_page(after, LATE, policy=POLICY, now=NOW) == NOTHING

    def test_a_charge_of_ours_is_stopped_by_refusals_on_pages(self) -> None:
        """The retry was planned before the learner tried four cards; the last one spends it all."""
        tried = attempts(*["refused"] * 4, "open", channel="page")
        due = owed(state=DueState.SCHEDULED, retry_at=NOW, agenda_at=NOW, attempts=tried)
        suspended = LATE.replace(status=Status.SUSPENDED)
        no = Refused(code="2")
        change = settle(due, suspended, 5, no, policy=POLICY, now=NOW)
        after = the_due(change)
        assert (after.state, after.retry_at, after.agenda_at) == (DueState.UNPAID, None, None)
        assert (after.refusals, after.parked) == (5, "attempts_exceeded")
        assert change.writes[0] == Replace(after, events=("Parked",))
        late = after.replace(
            attempts=(*after.attempts[:4], after.attempts[4].replace(state="open"))
        )
        again = the_due(settle(late, suspended, 5, no, policy=POLICY, now=NOW))
        assert (again.refusals, again.parked) == (5, "attempts_exceeded")

    def test_a_charge_that_a_person_granted_is_left_alone(self) -> None:
        """The page says no more, and stops nothing."""
        due = owed(state=DueState.SCHEDULED, retry_at=NOW, attempts=attempts(*["refused"] * 5))
        assert standing(due, POLICY, NOW) == "exceeded"
        assert open_page(due, LATE, policy=POLICY, now=NOW) == NOTHING

    def test_unused_pages_have_an_end_too(self) -> None:
        """Eight pages of one month: the ninth is somebody trying cards, or a robot."""
        due = owed()
        for hour in range(PAGES_MAX):
            due = opened(due, NOW + hour * PAGE_OPEN_FOR)
        last = NOW + (PAGES_MAX - 1) * PAGE_OPEN_FOR
        assert standing(due, POLICY, last) == "owed", "the last one is still open"
        assert standing(due, POLICY, last + PAGE_OPEN_FOR) == "exceeded"
        assert due.refusals == 1


class TestFailure15:
    """Failure 15: paid by link and the card charged too."""

    def test_no_charge_of_ours_while_a_page_is_open(self) -> None:
        """The claim waits for the page; afterwards it goes on."""
        due = opened(owed(state=DueState.SCHEDULED, retry_at=NOW, agenda_at=NOW))
        waiting = the_due(claim(due, LATE, policy=POLICY, now=NOW))
        assert waiting.agenda_at == NOW + PAGE_OPEN_FOR
        over = NOW + PAGE_OPEN_FOR
        charging = the_due(claim(waiting, LATE, policy=POLICY, now=over))
        assert charging.state is DueState.CHARGING

    def test_of_two_successes_the_second_goes_back(self) -> None:
        """Two pages, both paid in two windows: the month is paid once."""
        first = opened(owed())
        noted = settle(first, LATE, 2, Refused(code="2"), policy=POLICY, now=NOW)
        second = opened(the_due(noted), NOW)
        paid = settle(second, LATE, 3, Authorised(provider_reference="P3"), policy=POLICY, now=NOW)
        twice = settle(
            the_due(paid), LATE, 2, Authorised(provider_reference="P2"), policy=POLICY, now=NOW
        )
        assert [a.state for a in the_due(twice).attempts] == ["refused", "returned", "authorised"]
        back = twice.writes[1].entity  # type: ignore[union-attr]
        assert (back.reason, back.provider_reference) == ("paid_twice", "P2")  # type: ignore[union-attr]
