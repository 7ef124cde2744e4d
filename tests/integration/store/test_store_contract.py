"""What every store does, the one in memory and the one on a table alike."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import TYPE_CHECKING, Any

import pytest

from chalicelib.application.ports import AgendaEntry, Store
from chalicelib.domain.billing.agenda import shard
from chalicelib.domain.billing.due import DueState
from chalicelib.domain.billing.numbering import assign_numbers
from chalicelib.domain.kernel import unique
from chalicelib.domain.kernel.change import (
    NOTHING,
    AlreadyStamped,
    Change,
    Insert,
    Remove,
    Replace,
    Stamp,
)
from chalicelib.domain.kernel.errors import Conflict, NotFound
from chalicelib.domain.kernel.ids import DueKey
from chalicelib.domain.kernel.value import Entity
from tests.fakes_things import (
    CUSTOMER_ID,
    SUBSCRIPTION_ID,
    a_checkout,
    a_customer,
    a_due,
    a_letter,
    a_notification,
    a_reversal,
    a_series,
    a_subscription,
    one_of_each,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.store.conftest import Kept

AT = datetime(2026, 11, 5, 4, tzinfo=UTC)
FAR = datetime(2030, 1, 1, tzinfo=UTC)
SHARD = shard(SUBSCRIPTION_ID)
KEY = DueKey(subscription_id=SUBSCRIPTION_ID, period=1)
THREADS = 8


def put(store: Store, *entities: Entity) -> None:
    for entity in entities:
        store.commit(Change((Insert(entity),)))


def a_stamp(**changes: Any) -> Stamp:
    return replace(Stamp(key=KEY, mark="sha256", facts={"sha256": "a" * 64}), **changes)


def read_back(store: Store, entity: Entity) -> Entity | bool | None:
    """What a store says about a sample, read by the port's own name for its kind."""
    readers: dict[str, Callable[[], Entity | bool | None]] = {
        "Checkout": lambda: store.checkout(SUBSCRIPTION_ID),
        "Subscription": lambda: store.subscription(SUBSCRIPTION_ID),
        "Contract": lambda: store.contract(SUBSCRIPTION_ID),
        "DueItem": lambda: store.due_item(KEY),
        "Customer": lambda: store.customer(CUSTOMER_ID),
        "BillingIdentity": lambda: store.billing_identity(CUSTOMER_ID, 1),
        "Unique": lambda: store.unique("live", f"solo#{CUSTOMER_ID}"),
        "Series": lambda: store.series("900000019", "F", 2026),
        "Reversal": lambda: store.reversal(KEY, 2),
        "SentLetter": lambda: store.letter_was_sent(SUBSCRIPTION_ID, a_letter().event_id),
    }
    return readers[type(entity).__name__]()


@pytest.mark.parametrize("entity", one_of_each(), ids=lambda entity: type(entity).__name__)
def test_every_thing_comes_back_as_it_was(store: Store, entity: Entity) -> None:
    put(store, entity)
    expected = True if entity == a_letter() else entity
    assert read_back(store, entity) == expected


@pytest.mark.parametrize("fresh", [False, True])
def test_what_is_not_there_is_not_found(store: Store, fresh: bool) -> None:  # noqa: FBT001
    reads: list[Callable[[], object]] = [
        lambda: store.checkout(SUBSCRIPTION_ID, fresh=fresh),
        lambda: store.subscription(SUBSCRIPTION_ID, fresh=fresh),
        lambda: store.contract(SUBSCRIPTION_ID),
        lambda: store.due_item(KEY, fresh=fresh),
        lambda: store.customer(CUSTOMER_ID, fresh=fresh),
        lambda: store.billing_identity(CUSTOMER_ID, 1),
        lambda: store.reversal(KEY, 1),
    ]
    for read in reads:
        with pytest.raises(NotFound):
            read()
    assert store.unique("live", "nobody") is None
    assert store.series("900000019", "F", 2026) is None
    assert not store.letter_was_sent(SUBSCRIPTION_ID, "none")
    assert store.due_items(SUBSCRIPTION_ID) == ()


def test_an_empty_change_is_no_call(kept: "Kept") -> None:
    kept.store.commit(NOTHING)
    assert kept.committed() == []


def test_a_thing_is_inserted_once(store: Store) -> None:
    put(store, a_customer())
    with pytest.raises(Conflict) as conflict:
        put(store, a_customer(lang="en"))
    assert not isinstance(conflict.value, AlreadyStamped)
    assert store.customer(CUSTOMER_ID, fresh=True).lang == "fr"


def test_only_the_version_after_the_stored_one_replaces_it(store: Store) -> None:
    put(store, a_customer())
    second = a_customer().next(lang="en")
    store.commit(Change((Replace(second),)))
    for stale in (second, second.next().next()):
        with pytest.raises(Conflict):
            store.commit(Change((Replace(stale),)))
    assert store.customer(CUSTOMER_ID, fresh=True) == second


def test_nothing_replaces_what_is_not_there(store: Store) -> None:
    with pytest.raises(Conflict):
        store.commit(Change((Replace(a_customer().next()),)))


def test_a_name_is_free_again_once_removed_at_its_version(store: Store) -> None:
    held = unique.live("solo", CUSTOMER_ID, SUBSCRIPTION_ID)
    put(store, held)
    with pytest.raises(Conflict):
        store.commit(Change((Remove(held.next()),)))
    store.commit(Change((Remove(held),)))
    assert store.unique(held.kind, held.value) is None
    with pytest.raises(Conflict):
        store.commit(Change((Remove(held),)))
    put(store, held)


def test_a_removal_tells_the_stream_that_nothing_is_left(kept: "Kept") -> None:
    held = unique.live("solo", CUSTOMER_ID, SUBSCRIPTION_ID)
    put(kept.store, held)
    kept.store.commit(Change((Remove(held),)))
    assert (kept.last().entity, kept.last().events) == (None, ())


def test_a_due_item_takes_a_stamp_once(store: Store) -> None:
    put(store, a_due())
    store.commit(Change((a_stamp(),)))
    with pytest.raises(AlreadyStamped) as refused:
        store.commit(Change((a_stamp(facts={"sha256": "b" * 64}),)))
    assert refused.value.keys == (KEY,)
    assert store.due_item(KEY, fresh=True) == a_due().next(sha256="a" * 64)


def test_a_stamp_of_instants_is_read_as_instants(store: Store) -> None:
    put(store, a_due())
    store.commit(Change((a_stamp(mark="mailed_at", facts={"mailed_at": AT}),)))
    assert store.due_item(KEY, fresh=True).mailed_at == AT


def test_a_stamp_waits_for_what_it_requires(store: Store) -> None:
    put(store, a_due())
    with pytest.raises(AlreadyStamped):
        store.commit(Change((a_stamp(requires=("paid_at",)),)))
    store.commit(Change((Replace(a_due().next(paid_at=AT)),)))
    store.commit(Change((a_stamp(requires=("paid_at",)),)))
    assert store.due_item(KEY, fresh=True).sha256 == "a" * 64


def test_nothing_stamps_what_is_not_there(store: Store) -> None:
    with pytest.raises(AlreadyStamped):
        store.commit(Change((a_stamp(),)))
    assert store.due_items(SUBSCRIPTION_ID) == ()


def test_a_stamp_makes_the_next_version(store: Store) -> None:
    put(store, a_due())
    store.commit(Change((a_stamp(),)))
    with pytest.raises(Conflict):
        store.commit(Change((Replace(a_due().next()),)))
    stamped = store.due_item(KEY, fresh=True)
    store.commit(Change((Replace(stamped.next(parked="unpaid")),)))


def test_a_change_stands_or_falls_whole(kept: "Kept") -> None:
    store = kept.store
    put(store, a_series(), a_due(1), a_subscription())
    before = len(kept.committed())
    change = Change(
        (
            Replace(a_series().next(following=2)),
            a_stamp(),
            Insert(a_due(2)),
            Replace(a_subscription().next().next()),
        )
    )
    with pytest.raises(Conflict) as conflict:
        store.commit(change)
    assert not isinstance(conflict.value, AlreadyStamped)
    assert store.series("900000019", "F", 2026) == a_series()
    assert store.due_items(SUBSCRIPTION_ID) == (a_due(1),)
    assert len(kept.committed()) == before
    store.commit(Change((*change.writes[:3], Replace(a_subscription().next()))))
    assert [due.version for due in store.due_items(SUBSCRIPTION_ID)] == [2, 1]


def test_numbers_name_those_that_have_one_already(store: Store) -> None:
    dues = [a_due(n, paid_at=AT) for n in range(1, 5)]
    put(store, a_series(), *dues)
    keys = tuple(due.key for due in dues)
    store.commit(assign_numbers(a_series(), keys[:2], issued_on=AT.date()))
    counter = store.series("900000019", "F", 2026)
    assert counter is not None
    with pytest.raises(AlreadyStamped) as refused:
        store.commit(assign_numbers(counter, keys, issued_on=AT.date()))
    assert refused.value.keys == keys[:2]
    store.commit(assign_numbers(counter, keys[2:], issued_on=AT.date()))
    numbers = [due.number for due in store.due_items(SUBSCRIPTION_ID)]
    assert numbers == [f"F2026-0000000{n}" for n in (1, 2, 3, 4)]


def test_a_counter_that_moved_is_a_conflict_even_where_stamps_fail_too(store: Store) -> None:
    put(store, a_series(), a_due(1, paid_at=AT))
    change = assign_numbers(a_series(), (KEY,), issued_on=AT.date())
    store.commit(change)
    with pytest.raises(Conflict) as conflict:
        store.commit(change)
    assert not isinstance(conflict.value, AlreadyStamped)


def test_a_transaction_holds_a_hundred_writes_and_no_more(store: Store) -> None:
    inserts = tuple(Insert(a_due(n)) for n in range(101))
    with pytest.raises(AssertionError, match="hundred"):
        store.commit(Change(inserts))
    store.commit(Change(inserts[:100]))
    assert [due.period for due in store.due_items(SUBSCRIPTION_ID)] == list(range(100))


def test_a_transaction_names_a_thing_once(store: Store) -> None:
    put(store, a_due())
    with pytest.raises(AssertionError, match="once"):
        store.commit(Change((a_stamp(), Replace(a_due().next()))))


def test_due_items_are_those_of_one_contract_oldest_first(store: Store) -> None:
    other = "01JDAAAAAAAAAAAAAAAAAAAAAA"
    put(store, a_due(10), a_due(2), a_due(1, subscription_id=other), a_subscription())
    put(store, a_reversal(period=3))
    assert [due.period for due in store.due_items(SUBSCRIPTION_ID)] == [2, 10]


def test_the_agenda_is_oldest_first_however_old(store: Store) -> None:
    ancient = datetime(2001, 1, 1, tzinfo=UTC)
    put(
        store,
        a_due(1, agenda_at=AT),
        a_due(2, agenda_at=ancient),
        a_checkout(agenda_at=AT - timedelta(days=1)),
        a_subscription(agenda_at=AT + timedelta(days=1)),
        a_reversal(agenda_at=AT + timedelta(days=2)),
    )
    entries = store.due_entries(SHARD, FAR, 10)
    assert entries == (
        AgendaEntry("due", SUBSCRIPTION_ID, KEY.replace(period=2), ancient),
        AgendaEntry("checkout", SUBSCRIPTION_ID, None, AT - timedelta(days=1)),
        AgendaEntry("due", SUBSCRIPTION_ID, KEY, AT),
        AgendaEntry("subscription", SUBSCRIPTION_ID, None, AT + timedelta(days=1)),
        AgendaEntry("reversal", SUBSCRIPTION_ID, KEY, AT + timedelta(days=2), attempt=2),
    )
    assert store.due_entries(SHARD, FAR, 2) == entries[:2]
    assert store.due_entries(SHARD, AT, 10) == entries[:3]


def test_the_agenda_holds_nothing_before_its_instant(store: Store) -> None:
    put(store, a_due(1, agenda_at=AT + timedelta(microseconds=1)))
    assert store.due_entries(SHARD, AT, 10) == ()
    assert store.due_entries(SHARD, AT + timedelta(milliseconds=999), 10) == ()
    (entry,) = store.due_entries(SHARD, AT + timedelta(seconds=1), 10)
    assert entry.at == AT + timedelta(seconds=1)


def test_another_shard_has_another_agenda(store: Store) -> None:
    put(store, a_due(1, agenda_at=AT))
    assert [len(store.due_entries(n, FAR, 10)) for n in range(16)].count(0) == 15
    assert len(store.due_entries(SHARD, FAR, 10)) == 1


def test_what_has_nothing_more_to_do_leaves_the_agenda(store: Store) -> None:
    put(store, a_due(1, agenda_at=AT), a_due(2, agenda_at=AT), a_due(3, agenda_at=None))
    lapsed = a_due(1).next(state=DueState.LAPSED, agenda_at=None)
    store.commit(Change((Replace(lapsed),)))
    mailed = a_stamp(
        key=KEY.replace(period=2), mark="mailed_at", facts={"mailed_at": AT}, leaves_agenda=True
    )
    store.commit(Change((mailed,)))
    assert store.due_entries(SHARD, FAR, 10) == ()
    assert [due.agenda_at for due in store.due_items(SUBSCRIPTION_ID)] == [None, None, None]


def test_a_stamp_that_stays_keeps_its_place_on_the_agenda(store: Store) -> None:
    put(store, a_due(1, agenda_at=AT))
    store.commit(Change((a_stamp(),)))
    assert [entry.at for entry in store.due_entries(SHARD, FAR, 10)] == [AT]


def test_a_thing_that_moves_is_on_the_agenda_once(store: Store) -> None:
    put(store, a_due(1, agenda_at=AT))
    moved = a_due(1).next(agenda_at=AT + timedelta(days=1))
    store.commit(Change((Replace(moved),)))
    entries = store.due_entries(SHARD, FAR, 10)
    assert [entry.at for entry in entries] == [AT + timedelta(days=1)]


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


def test_the_daily_proof_sees_everything(store: Store) -> None:
    other = "01JDAAAAAAAAAAAAAAAAAAAAAA"
    put(store, *one_of_each(), a_due(1, subscription_id=other), a_series(year=2027))
    store.keep_notification(a_notification())
    owners = sorted(due.subscription_id for due in store.every_due_item())
    assert owners == sorted([SUBSCRIPTION_ID, other])
    assert list(store.every_reversal()) == [a_reversal()]
    assert sorted(series.year for series in store.every_series()) == [2026, 2027]


def test_of_eight_that_want_the_same_one_wins(store: Store) -> None:
    put(store, a_due())
    gate = Barrier(THREADS)

    def claim(number: int) -> bool:
        gate.wait()
        try:
            store.commit(Change((Replace(a_due().next(parked=f"claimed by {number}")),)))
        except Conflict:
            return False
        return True

    with ThreadPoolExecutor(THREADS) as pool:
        won = list(pool.map(claim, range(THREADS)))
    assert won.count(True) == 1
    winner = won.index(True)
    assert store.due_item(KEY, fresh=True) == a_due().next(parked=f"claimed by {winner}")


def test_of_eight_that_number_every_number_is_given_once(store: Store) -> None:
    dues = [a_due(n, paid_at=AT) for n in range(THREADS)]
    put(store, a_series(), *dues)

    def number(due_key: DueKey) -> None:
        while True:
            counter = store.series("900000019", "F", 2026)
            assert counter is not None
            try:
                store.commit(assign_numbers(counter, (due_key,), issued_on=AT.date()))
            except Conflict:
                continue
            return

    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(number, [due.key for due in dues]))
    numbers = sorted(str(due.number) for due in store.due_items(SUBSCRIPTION_ID))
    assert numbers == [f"F2026-{n:08}" for n in range(1, THREADS + 1)]
