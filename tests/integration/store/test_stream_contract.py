"""What every store tells its stream: each write, with its events, once."""

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from chalicelib.application.ports import Store
from chalicelib.domain.kernel import unique
from chalicelib.domain.kernel.change import Change, Insert, Remove, Replace
from chalicelib.domain.kernel.errors import Conflict
from tests.fakes_things import (
    CUSTOMER_ID,
    SUBSCRIPTION_ID,
    a_due,
    a_notification,
    a_subscription,
)
from tests.integration.store.writing import KEY, a_stamp, put

if TYPE_CHECKING:
    from tests.integration.store.conftest import Kept


def test_a_removal_tells_the_stream_that_nothing_is_left(kept: "Kept") -> None:
    held = unique.live("solo", CUSTOMER_ID, SUBSCRIPTION_ID)
    put(kept.store, held)
    kept.store.commit(Change((Remove(held),)))
    assert (kept.last().entity, kept.last().events) == (None, ())


def test_events_ride_on_the_thing_as_it_stands_after_the_write(kept: "Kept") -> None:
    kept.store.commit(Change((Insert(a_due(), events=("PeriodPaid", "Parked")),)))
    assert (kept.last().entity, kept.last().events) == (a_due(), ("PeriodPaid", "Parked"))
    kept.store.commit(Change((Replace(a_due().next(), events=("PaymentRefused",)),)))
    assert (kept.last().entity, kept.last().events) == (a_due().next(), ("PaymentRefused",))
    kept.store.commit(Change((a_stamp(events=("InvoiceFiled",)),)))
    stamped = kept.store.due_item(KEY, fresh=True)
    assert (kept.last().entity, kept.last().events) == (stamped, ("InvoiceFiled",))


def test_events_of_the_write_before_do_not_ride_again(kept: "Kept") -> None:
    kept.store.commit(Change((Insert(a_due(), events=("PeriodPaid",)),)))
    kept.store.commit(Change((a_stamp(),)))
    assert kept.last().events == ()
    kept.store.commit(Change((Replace(kept.store.due_item(KEY, fresh=True).next()),)))
    assert kept.last().events == ()


def test_a_refused_change_says_nothing(kept: "Kept") -> None:
    put(kept.store, a_due())
    with pytest.raises(Conflict):
        kept.store.commit(Change((Insert(a_due(), events=("PeriodPaid",)),)))
    assert [each.events for each in kept.committed()] == [()]


def test_every_write_of_a_transaction_reaches_the_stream(kept: "Kept") -> None:
    kept.store.commit(
        Change(
            (
                Insert(a_subscription(), events=("SubscriptionConcluded",)),
                Insert(a_due(), events=("PeriodPaid",)),
            )
        )
    )
    carried = {each.events: each.entity for each in kept.committed()}
    assert carried == {
        ("SubscriptionConcluded",): a_subscription(),
        ("PeriodPaid",): a_due(),
    }


def test_a_notification_is_kept_once_and_reaches_the_stream_as_it_came(kept: "Kept") -> None:
    assert kept.store.keep_notification(a_notification())
    assert not kept.store.keep_notification(replace(a_notification(), raw=b"{}"))
    assert [each.entity for each in kept.committed()] == [a_notification()]


def test_the_opposite_news_is_another_notification(store: Store) -> None:
    assert store.keep_notification(a_notification("false"))
    assert store.keep_notification(a_notification("true"))
