"""A change in words: what it was, what it becomes, nothing about a person."""

from datetime import timedelta

import pytest

from chalicelib.domain.billing import journal
from chalicelib.domain.billing.due import Attempt, DueState
from chalicelib.domain.billing.operating.plainly import amount, money, name_of, planned
from chalicelib.domain.kernel.change import Change, Insert, Replace, Stamp
from chalicelib.domain.kernel.money import Money
from tests.examples import paris
from tests.fakes import VISA
from tests.fakes_things import SUBSCRIPTION_ID, a_due, a_subscription

AT = paris(2026, 12, 1, 9)


def test_what_changes_is_told_and_nothing_else() -> None:
    due = a_due(state=DueState.UNPAID, parked="unpaid", agenda_at=None, attempts=(
        Attempt(number=1, state="refused", opened_at=AT, code="12", kind="soft"),
    ))  # fmt: skip
    after = due.next(
        state=DueState.SCHEDULED,
        parked=None,
        agenda_at=AT,
        retry_at=AT + timedelta(days=1),
        attempts=(*due.attempts, Attempt(number=2, opened_at=AT)),
        postings=journal.sale(net_minor=1667, vat_minor=333),
    )
    plan = planned(Change((Replace(after),)), (due, a_subscription()), now=AT, notes=("a note",))
    assert plan.basis == (
        f"DueItem {SUBSCRIPTION_ID}.1.1 version 1",
        f"Subscription {SUBSCRIPTION_ID} version 1",
    )
    assert plan.shown == (
        "a note",
        f"DueItem {SUBSCRIPTION_ID}.1.1",
        "  state: unpaid -> scheduled",
        "  retry_at: none -> 2026-12-02 08:00 UTC",
        "  parked: unpaid -> none",
        "  agenda_at: none -> at once",
        "  attempt 2: none -> open",
        "  receivable: 0.00 EUR -> 20.00 EUR",
        "  revenue: 0.00 EUR -> -16.67 EUR",
        "  vat_pending: 0.00 EUR -> -3.33 EUR",
    )


def test_the_same_change_reads_the_same_later() -> None:
    """Instants of the change itself are those of whoever does it."""
    due = a_due()
    later = AT + timedelta(hours=5)
    first, second = (
        planned(Change((Replace(due.next(agenda_at=now)),)), (due,), now=now)
        for now in (AT, later)
    )  # fmt: skip
    assert (first.basis, first.shown) == (second.basis, second.shown)
    assert first.change != second.change


def test_a_card_is_not_for_other_eyes() -> None:
    subscription = a_subscription()
    after = subscription.next(method=None, failed_tries=(AT,), ends_on=AT.date())
    (_, line) = planned(Change((Replace(after),)), (subscription,), now=AT).shown
    assert line == "  ends_on: none -> 2026-12-01"
    new = planned(Change((Insert(a_subscription(failed_tries=(AT,))),)), (), now=AT)
    text = "\n".join(new.shown)
    assert new.shown[0] == f"Subscription {SUBSCRIPTION_ID}: new"
    assert VISA.token not in text
    assert "1111" not in text


def test_what_has_no_number_of_its_own_is_counted() -> None:
    due = a_due().replace(postings=())
    tuples = planned(Change((Insert(a_due()),)), (), now=AT)
    assert due.key.name.split(".")[0] in tuples.shown[0]


@pytest.mark.parametrize(
    ("minor", "currency", "told"),
    [(2000, "EUR", "20.00 EUR"), (-5, "EUR", "-0.05 EUR"), (1500, "JPY", "1500 JPY")],
)
def test_amounts_have_the_places_of_their_currency(minor: int, currency: str, told: str) -> None:
    assert amount(minor, currency) == told
    assert money(Money(minor=minor, currency=currency)) == told


def test_a_repair_writes_whole_things_that_it_shows() -> None:
    due = a_due()
    stamp = Stamp(key=due.key, mark="sha256", facts={"sha256": "a"})
    with pytest.raises(AssertionError, match="whole"):
        planned(Change((stamp,)), (due,), now=AT)
    with pytest.raises(AssertionError, match="shows"):
        planned(Change((Replace(due.next()),)), (), now=AT)
    assert name_of(due) == f"DueItem {SUBSCRIPTION_ID}.1.1"
