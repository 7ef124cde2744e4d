"""What an operator may do about one amount owed, and what it is refused for."""

from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.billing import journal
from chalicelib.domain.billing.due import Attempt, DueItem, DueState
from chalicelib.domain.billing.journal import Account, balances
from chalicelib.domain.billing.operating.repair import grant_attempt, re_drive, write_off
from chalicelib.domain.billing.outcomes import Authorised
from chalicelib.domain.billing.renewal import claim
from chalicelib.domain.billing.settle import settle
from chalicelib.domain.contract.subscription import Status, Subscription
from chalicelib.domain.kernel.change import Change, Replace
from chalicelib.domain.kernel.errors import Refused
from chalicelib.domain.kernel.policy import current_policy
from tests.examples import paris
from tests.fakes_things import a_due, a_subscription

AT = paris(2026, 12, 1, 9)
TRIED_AT = paris(2026, 11, 5, 5)
POLICY = current_policy("recommended")
SUSPENDED = a_subscription(status=Status.SUSPENDED)


def refused(count: int, kind: str = "soft") -> tuple[Attempt, ...]:
    return tuple(
        Attempt(
            number=n,
            state="refused",
            opened_at=TRIED_AT + timedelta(days=n),
            code="2",
            kind=kind,  # type: ignore[arg-type]  # of the table
        )
        for n in range(1, count + 1)
    )


def unpaid(count: int = 4, **changes: Any) -> DueItem:
    """Refused so often, parked."""
    return a_due(
        state=DueState.UNPAID,
        attempts=refused(count),
        postings=journal.sale(net_minor=1667, vat_minor=333),
        parked="unpaid",
        agenda_at=None,
    ).replace(**changes)


def the_due(change: Change) -> DueItem:
    (due,) = [w.entity for w in change.writes if isinstance(w, Replace)
              and isinstance(w.entity, DueItem)]  # fmt: skip
    return due


def driven(due: DueItem, subscription: Subscription = SUSPENDED) -> DueItem:
    return the_due(re_drive(due, subscription, policy=POLICY, now=AT))


class TestReDrive:
    def test_an_unpaid_item_is_charged_once_more_at_once(self) -> None:
        due = driven(unpaid())
        assert (due.state, due.agenda_at, due.parked) == (DueState.SCHEDULED, AT, None)
        claimed = the_due(claim(due, SUSPENDED, policy=POLICY, now=AT))
        assert [attempt.state for attempt in claimed.attempts] == ["refused"] * 4 + ["open"]

    def test_what_was_never_tried_waits_for_its_own_date_no_longer(self) -> None:
        """Parked by a dispute that is over: charged as any other, at the contract's price."""
        due = driven(a_due(parked="disputed", agenda_at=None))
        assert (due.retry_at, due.agenda_at) == (None, AT)
        assert the_due(claim(due, SUSPENDED, policy=POLICY, now=AT)).open_attempt is not None

    def test_the_papers_of_a_paid_item_are_asked_for_again(self) -> None:
        paid = a_due(state=DueState.PAID, paid_at=TRIED_AT, agenda_at=None)
        assert driven(paid).agenda_at == AT

    @pytest.mark.parametrize(
        ("due", "subscription", "code"),
        [
            (unpaid(5), SUSPENDED, "ATTEMPTS_EXCEEDED"),
            (unpaid(attempts=refused(1, "stop")), SUSPENDED, "REFUSED_FOR_GOOD"),
            (unpaid(), SUSPENDED.replace(held="disputed"), "CONTRACT_HELD"),
            (
                unpaid(state=DueState.CHARGING, parked="outcome_unknown",
                       attempts=(Attempt(number=1, opened_at=TRIED_AT),)),
                SUSPENDED, "OUTCOME_UNKNOWN",
            ),
            (a_due(), a_subscription(), "NOTHING_TO_DRIVE"),
            (a_due(state=DueState.LAPSED), SUSPENDED, "NOTHING_TO_DRIVE"),
            (a_due(state=DueState.PAID, mailed_at=TRIED_AT), SUSPENDED, "NOTHING_TO_DRIVE"),
        ],
        ids=["budget", "stop", "held", "unknown", "waits", "lapsed", "done"],
    )  # fmt: skip
    def test_it_is_refused(self, due: DueItem, subscription: Subscription, code: str) -> None:
        with pytest.raises(Refused) as refusal:
            re_drive(due, subscription, policy=POLICY, now=AT)
        assert refusal.value.code == code


class TestFailure22:
    """One attempt budget per amount owed: a person grants each try beyond it, one at a time."""

    def test_one_attempt_more_and_no_other(self) -> None:
        spent = unpaid(5, parked="attempts_exceeded")
        granted = the_due(grant_attempt(spent, SUSPENDED, policy=POLICY, now=AT))
        assert (granted.state, granted.retry_at) == (DueState.SCHEDULED, AT)
        with pytest.raises(Refused) as refusal:
            grant_attempt(granted, SUSPENDED, policy=POLICY, now=AT)
        assert refusal.value.code == "NOTHING_TO_DRIVE"

    def test_nothing_is_granted_while_the_budget_lasts(self) -> None:
        with pytest.raises(Refused) as refusal:
            grant_attempt(unpaid(4), SUSPENDED, policy=POLICY, now=AT)
        assert refusal.value.code == "BUDGET_LEFT"

    def test_never_after_a_stop(self) -> None:
        stopped = unpaid(5, attempts=refused(5, "stop"))
        with pytest.raises(Refused) as refusal:
            grant_attempt(stopped, SUSPENDED, policy=POLICY, now=AT)
        assert refusal.value.code == "REFUSED_FOR_GOOD"


class TestWriteOff:
    def test_the_price_is_lost_and_its_vat_was_never_due(self) -> None:
        due = the_due(write_off(unpaid(), SUSPENDED, now=AT))
        assert (due.state, due.parked, due.agenda_at) == (DueState.WRITTEN_OFF, None, None)
        assert {account: minor for account, minor in balances(due.postings).items() if minor} == {
            Account.REVENUE: -1667,
            Account.LOSSES: 1667,
        }

    def test_it_restores_no_service(self) -> None:
        change = write_off(unpaid(), SUSPENDED, now=AT)
        assert [type(w.entity) for w in change.writes if isinstance(w, Replace)] == [DueItem]

    def test_an_ended_contract_wakes_to_have_its_method_forgotten(self) -> None:
        ended = a_subscription(status=Status.ENDED)
        _, woken = write_off(unpaid(), ended, now=AT).writes
        assert isinstance(woken, Replace)
        assert woken.entity == ended.next(agenda_at=AT)

    def test_money_that_comes_all_the_same_takes_it_back(self) -> None:
        """Success beats everything: revenue and VAT are those of any paid month."""
        lost = the_due(write_off(unpaid(), SUSPENDED, now=AT))
        success = Authorised(provider_reference="WNS7GQ4TG5PFWR50")
        change = settle(lost, SUSPENDED, 2, success, policy=POLICY, now=AT)
        paid = the_due(change)
        assert paid.state is DueState.PAID
        assert {account: minor for account, minor in balances(paid.postings).items() if minor} == {
            Account.CLEARING: 2000,
            Account.REVENUE: -1667,
            Account.VAT_DUE: -333,
        }
        restored = [w.entity for w in change.writes if isinstance(w.entity, Subscription)]  # type: ignore[union-attr]  # no stamp here
        assert [subscription.status for subscription in restored] == [Status.ACTIVE]

    @pytest.mark.parametrize(
        ("due", "code"),
        [
            (unpaid(state=DueState.PAID), "PAID_ALREADY"),
            (unpaid(state=DueState.WRITTEN_OFF), "WRITTEN_OFF_ALREADY"),
            (
                unpaid(state=DueState.CHARGING, parked="outcome_unknown",
                       attempts=(Attempt(number=1, opened_at=TRIED_AT),)),
                "OUTCOME_UNKNOWN",
            ),
            (unpaid(state=DueState.SCHEDULED, parked=None, agenda_at=AT), "STILL_TRIED"),
            (a_due(), "NOT_OWED"),
            (unpaid(state=DueState.LAPSED), "NOT_OWED"),
            (unpaid(postings=journal.sale(net_minor=100, vat_minor=20)), "NOT_OWED"),
        ],
        ids=["paid", "twice", "unknown", "retried", "untried", "lapsed", "another debt"],
    )  # fmt: skip
    def test_it_is_refused(self, due: DueItem, code: str) -> None:
        with pytest.raises(Refused) as refusal:
            write_off(due, SUSPENDED, now=AT)
        assert refusal.value.code == code
