"""Money that was told and does not come, or comes after all."""

from datetime import date, timedelta
from typing import Any

import pytest

from chalicelib.domain.billing import settle as settling
from chalicelib.domain.billing.due import Attempt, DueItem, DueState
from chalicelib.domain.billing.journal import Account, balances
from chalicelib.domain.billing.outcomes import Authorised
from chalicelib.domain.billing.renewal import claim, suspend
from chalicelib.domain.billing.returns import capture
from chalicelib.domain.billing.reversal import Reversal
from chalicelib.domain.contract.subscription import Status, Subscription
from chalicelib.domain.exits.termination import owes
from chalicelib.domain.kernel.change import NOTHING, Change, Insert, Remove, Replace
from chalicelib.domain.kernel.policy import current_policy
from tests.examples import paris
from tests.fakes_things import a_due, a_subscription

CHARGED_AT = paris(2026, 11, 5, 5)
AT = paris(2026, 11, 8, 12)
POLICY = current_policy("recommended")
PAID = Authorised(provider_reference="P1")
CAPTURED = Authorised(provider_reference="P1", captured=True)


def settle(
    due: DueItem,
    outcome: Authorised,
    number: int = 1,
    latest: DueItem | None = None,
    **changes: Any,
) -> Change:
    subscription = a_subscription(policy=POLICY.name, **changes)
    return settling.settle(due, subscription, number, outcome, policy=POLICY, now=AT, latest=latest)


def charging(number: int = 1) -> DueItem:
    """A renewal whose attempt of that number is in flight, the earlier ones refused."""
    earlier = [
        Attempt(number=n, state="refused", opened_at=CHARGED_AT, code="2", kind="soft")
        for n in range(1, number)
    ]
    attempts = (*earlier, Attempt(number=number, opened_at=CHARGED_AT))
    return a_due(state=DueState.CHARGING, attempts=attempts)


def paid(attempt: int = 1, **changes: Any) -> DueItem:
    return the_due(settle(charging(attempt), PAID, attempt)).replace(**changes)


def uncapture(
    due: DueItem,
    number: int = 1,
    *,
    upcoming: DueItem | None = None,
    kind: Any = "soft",
    **subscription: Any,
) -> Change:
    return capture.uncapture(
        due,
        a_subscription(policy=POLICY.name, **subscription),
        upcoming,
        number,
        code="capture_failed",
        kind=kind,
        policy=POLICY,
        now=AT,
    )


def the_due(change: Change) -> DueItem:
    (due,) = [w.entity for w in change.writes if isinstance(w, Replace)
              and isinstance(w.entity, DueItem)]  # fmt: skip
    return due


def owed_by(change: Change) -> list[int]:
    """The periods that a change begins to owe."""
    inserted = [write.entity for write in change.writes if isinstance(write, Insert)]
    return [entity.period for entity in inserted if isinstance(entity, DueItem)]


def the_status(change: Change) -> Status | None:
    found = [w.entity.status for w in change.writes if isinstance(w, Replace)
             and isinstance(w.entity, Subscription)]  # fmt: skip
    return found[0] if found else None


class TestPay5:
    """PAY-5: a period whose capture fails is owed again, on the calendar, within the budget."""

    def test_a_paid_period_is_owed_again(self) -> None:
        """The postings go back, the sale stands, the learner is told, tomorrow it is tried."""
        change = uncapture(paid(), upcoming=a_due(2))
        due = the_due(change)
        assert (due.state, due.attempts[0].state, due.attempts[0].code) == (
            DueState.SCHEDULED, "uncaptured", "capture_failed",
        )  # fmt: skip
        assert {a: m for a, m in balances(due.postings).items() if m} == {
            Account.RECEIVABLE: 2000, Account.REVENUE: -1667, Account.VAT_PENDING: -333,
        }  # fmt: skip
        assert due.retry_at == due.agenda_at == paris(2026, 11, 9, 9)
        assert the_status(change) is Status.PAST_DUE
        assert change.writes[0] == Replace(due, events=("PaymentRefused",))

    def test_the_next_period_waits_until_this_one_is_paid(self) -> None:
        """Untouched, it is taken off, and comes back with the payment."""
        change = uncapture(paid(), upcoming=a_due(2))
        assert Remove(a_due(2)) in change.writes
        due = the_due(change)
        assert due.paid_at is None
        again = the_due(claim(due, a_subscription(), policy=POLICY, now=due.retry_at or AT))
        settled = settle(again, Authorised(provider_reference="P2"), 2, status=Status.PAST_DUE)
        assert Insert(a_due(2).replace(agenda_at=paris(2026, 12, 5, 5))) in settled.writes
        assert the_due(settled).owed_again_on is None

    @pytest.mark.parametrize(
        "upcoming",
        [
            a_due(2, attempts=(Attempt(number=1, opened_at=AT),), state=DueState.CHARGING),
            a_due(2, attempts=(Attempt(number=1, opened_at=AT, state="refused"),)),
            a_due(2, state=DueState.LAPSED),
            a_due(2, state=DueState.PAID),
        ],
    )
    def test_a_next_period_under_way_stays(self, upcoming: DueItem) -> None:
        """And is not owed twice once this one is paid."""
        change = uncapture(paid(), upcoming=upcoming)
        assert not any(isinstance(write, Remove) for write in change.writes)
        due = the_due(change)
        assert due.paid_at == AT
        settled = settle(due, CAPTURED)
        assert not any(isinstance(write, Insert) for write in settled.writes)

    def test_what_was_called_off_comes_back_and_nothing_before_it(self) -> None:
        """DUN-1: a period skipped for want of service is not owed because another payment fails."""
        due = the_due(uncapture(paid(), upcoming=a_due(3)))
        assert due.resumes_with == 3
        settled = settle(due, CAPTURED, status=Status.PAST_DUE)
        assert owed_by(settled) == [3]
        assert the_due(settled).resumes_with is None

    @pytest.mark.parametrize(
        ("latest", "owed"),
        [
            (a_due(2, state=DueState.PAID), [3]),
            (a_due(2, state=DueState.UNPAID), []),
            (a_due(1), [2]),
        ],
    )
    def test_later_periods_that_were_paid_meanwhile_are_not_owed_again(
        self, latest: DueItem, owed: list[int]
    ) -> None:
        """Whichever payment comes last brings the next period about, once."""
        due = the_due(uncapture(paid(), upcoming=a_due(2)))
        change = settle(due, CAPTURED, latest=latest)
        assert owed_by(change) == owed

    def test_the_last_period_of_a_contract_has_none_after_it(self) -> None:
        """The item itself is the last one."""
        due = the_due(uncapture(paid(), upcoming=paid()))
        assert due.paid_at is None
        assert the_due(uncapture(paid())).paid_at is None

    def test_its_papers_are_not_made_again(self) -> None:
        """Numbered and mailed once; paid again, nothing is left to do."""
        filed = paid(number="F2026-00000042", issued_on=date(2026, 11, 5), sha256="a" * 64)
        mailed = filed.replace(mailed_at=AT, agenda_at=None)
        assert the_due(settle(the_due(uncapture(mailed)), CAPTURED)).agenda_at is None
        assert the_due(settle(the_due(uncapture(filed)), CAPTURED)).agenda_at is not None

    def test_the_patience_of_the_suspension_counts_from_the_news(self) -> None:
        """DUN-1: until then the learner had paid."""
        due = the_due(uncapture(paid(), upcoming=a_due(2), kind="update"))
        assert (due.state, due.retry_at, due.agenda_at) == (
            DueState.UNPAID, None, paris(2026, 11, 15),
        )  # fmt: skip
        owing = a_subscription(status=Status.PAST_DUE)
        assert suspend(due, owing, policy=POLICY, now=AT) is NOTHING
        change = suspend(due, owing, policy=POLICY, now=paris(2026, 11, 15))
        assert the_status(change) is Status.SUSPENDED

    @pytest.mark.parametrize(
        ("due", "subscription"),
        [
            (paid(4), {}),
            (paid(refunded_minor=500), {}),
            (paid(), {"method": None}),
        ],
    )
    def test_no_retry_without_budget_or_method_or_after_a_refund(
        self, due: DueItem, subscription: dict[str, Any]
    ) -> None:
        """A person, or the learner, pays it."""
        number = len(due.attempts)
        assert the_due(uncapture(due, number, **subscription)).retry_at is None

    def test_the_debt_of_an_ended_contract_is_shown_to_a_person(self) -> None:
        """There is no service left to suspend, and its method is forgotten."""
        change = uncapture(paid(), status=Status.ENDED, method=None)
        due = the_due(change)
        assert (due.parked, due.agenda_at) == ("unpaid", None)
        assert change.writes[0] == Replace(due, events=("PaymentRefused", "Parked"))
        assert owes((due,))

    def test_a_charge_in_flight_that_fails_its_capture_is_over(self) -> None:
        """Failure 18: the authorisation that comes late is old news."""
        due = the_due(uncapture(charging()))
        assert (due.state, due.attempts[0].state) == (DueState.SCHEDULED, "uncaptured")
        assert balances(due.postings)[Account.RECEIVABLE] == 2000
        assert settle(due, PAID) is NOTHING

    def test_an_attempt_on_which_nothing_depends_is_only_noted(self) -> None:
        """Refused already, or another one paid."""
        both = paid(2)
        noted = the_due(uncapture(both, 1))
        assert (noted.state, noted.attempts[0].state) == (DueState.PAID, "uncaptured")
        assert noted.postings == both.postings

    def test_an_attempt_that_was_never_opened_is_a_bug(self) -> None:
        """Intent always comes first."""
        with pytest.raises(AssertionError, match="attempt"):
            uncapture(paid(), 7)


class TestFailure20:
    """Failure 20: a lattice of news: authorised, then not captured, then captured after all."""

    def test_a_capture_pays_again_what_had_failed(self) -> None:
        """Adyen mends some failures itself."""
        failed = the_due(uncapture(paid(), upcoming=a_due(2)))
        change = settle(failed, CAPTURED, status=Status.PAST_DUE)
        due = the_due(change)
        assert (due.state, due.attempts[0].captured, due.retry_at) == (DueState.PAID, True, None)
        assert the_status(change) is Status.ACTIVE
        assert balances(due.postings)[Account.CLEARING] == 2000

    def test_a_capture_goes_back_when_another_attempt_paid(self) -> None:
        """A second success is surplus, whatever its way."""
        failed = the_due(uncapture(paid(), upcoming=a_due(2)))
        claimed = the_due(claim(failed, a_subscription(), policy=POLICY, now=failed.retry_at or AT))
        twice = the_due(settle(claimed, Authorised(provider_reference="P2"), 2))
        change = settle(twice, CAPTURED)
        (back,) = [w.entity for w in change.writes if isinstance(w, Insert)]
        assert isinstance(back, Reversal)
        assert (back.attempt, back.provider_reference) == (1, "P1")
        assert uncapture(the_due(change), 1) is NOTHING

    def test_a_failure_older_than_the_capture_changes_nothing(self) -> None:
        """The capture is remembered, once."""
        confirmed = the_due(settle(paid(), CAPTURED))
        assert confirmed.attempts[0].captured
        assert settle(confirmed, CAPTURED) is NOTHING
        assert settle(confirmed, PAID) is NOTHING
        assert uncapture(confirmed) is NOTHING

    def test_heard_twice_a_failure_is_one_failure(self) -> None:
        """And the authorisation told again does not undo it."""
        failed = the_due(uncapture(paid(), upcoming=a_due(2)))
        assert uncapture(failed) is NOTHING
        assert settle(failed, PAID) is NOTHING

    def test_a_capture_of_a_charge_in_flight_pays_it(self) -> None:
        """It says more than its authorisation, which is then known."""
        due = the_due(settle(charging(), CAPTURED))
        assert (due.state, due.attempts[0].captured) == (DueState.PAID, True)


class TestNumbers:
    """The reference of an attempt is never used twice, whatever the order's pages were."""

    def test_a_first_period_owed_again_is_charged_under_a_number_of_its_own(self) -> None:
        """The order had up to eight payment pages, each with a number."""
        first = paid(1).replace(period=0)
        assert the_due(uncapture(first)).next_number == 9
        assert a_due().next_number == 1
        assert paid(2).next_number == 3


class TestDirectDebits:
    """PAY-5: a direct debit comes back without a defence; only want of funds is tried again."""

    @pytest.mark.parametrize(
        ("reason", "returned", "kind"),
        [
            ("AM04", 0, "soft"), (" ms03", 1, "soft"), ("AM04", 2, "update"),
            ("AC04", 0, "update"), ("", 0, "update"), (None, 0, "update"),
        ],
    )  # fmt: skip
    def test_want_of_funds_is_tried_twice(
        self, reason: str | None, returned: int, kind: str
    ) -> None:
        """The schemes allow two; a closed account is never tried."""
        attempts = tuple(
            Attempt(number=n + 1, state="uncaptured", opened_at=AT) for n in range(returned)
        )
        assert capture.kind_of_return(a_due(attempts=attempts), reason) == kind

    @pytest.mark.parametrize(
        ("label", "is_debit"),
        [
            ("SEPA •••• 0123", True),
            ("sepadirectdebit", True),
            ("visa •••• 1111", False),
            (None, False),
        ],
    )
    def test_the_method_tells(self, label: str | None, is_debit: bool) -> None:  # noqa: FBT001
        """By the name that was frozen when it was charged."""
        assert a_due(method_label=label).is_direct_debit is is_debit

    def test_a_return_weeks_later_is_tried_the_next_day(self) -> None:
        """The calendar counts from the news, not from the charge."""
        late = AT + timedelta(days=20)
        change = capture.uncapture(
            paid(), a_subscription(policy=POLICY.name), a_due(2), 1,
            code="AM04", kind="soft", policy=POLICY, now=late,
        )  # fmt: skip
        assert the_due(change).retry_at == paris(2026, 11, 29, 9)
