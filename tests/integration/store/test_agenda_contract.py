"""The agenda of every store: what is due, in which order, and what leaves it."""

from datetime import UTC, datetime, timedelta

from chalicelib.application.ports import AgendaEntry, Store
from chalicelib.domain.billing.due import DueState
from chalicelib.domain.kernel.change import Change, Replace
from tests.fakes_things import (
    SUBSCRIPTION_ID,
    a_checkout,
    a_due,
    a_refund,
    a_reversal,
    a_subscription,
)
from tests.integration.store.writing import AT, FAR, KEY, SHARD, a_stamp, put


def test_the_agenda_is_oldest_first_however_old(store: Store) -> None:
    ancient = datetime(2001, 1, 1, tzinfo=UTC)
    put(
        store,
        a_due(1, agenda_at=AT),
        a_due(2, agenda_at=ancient),
        a_checkout(agenda_at=AT - timedelta(days=1)),
        a_subscription(agenda_at=AT + timedelta(days=1)),
        a_reversal(agenda_at=AT + timedelta(days=2)),
        a_refund(agenda_at=AT + timedelta(days=3)),
    )
    entries = store.due_entries(SHARD, FAR, 10)
    assert entries == (
        AgendaEntry("due", SUBSCRIPTION_ID, KEY.replace(period=2), ancient),
        AgendaEntry("checkout", SUBSCRIPTION_ID, None, AT - timedelta(days=1)),
        AgendaEntry("due", SUBSCRIPTION_ID, KEY, AT),
        AgendaEntry("subscription", SUBSCRIPTION_ID, None, AT + timedelta(days=1)),
        AgendaEntry("reversal", SUBSCRIPTION_ID, KEY, AT + timedelta(days=2), attempt=2),
        AgendaEntry("refund", SUBSCRIPTION_ID, KEY, AT + timedelta(days=3), refund=1),
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
