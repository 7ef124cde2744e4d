"""What every store does, the one in memory and the one on a table alike."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING

import pytest

from chalicelib.application.ports import Store
from chalicelib.domain.billing.due import Attempt, DueItem
from chalicelib.domain.billing.numbering import assign_numbers
from chalicelib.domain.kernel import unique
from chalicelib.domain.kernel.change import (
    NOTHING,
    AlreadyStamped,
    Change,
    Insert,
    Remove,
    Replace,
)
from chalicelib.domain.kernel.errors import Conflict, NotFound
from chalicelib.domain.kernel.ids import DueKey, RefundKey
from chalicelib.domain.kernel.value import Entity
from tests.fakes_things import (
    CONCLUDED_AT,
    CUSTOMER_ID,
    SUBSCRIPTION_ID,
    a_contract,
    a_customer,
    a_dispute,
    a_due,
    a_letter,
    a_notification,
    a_proposal,
    a_refund,
    a_reversal,
    a_series,
    a_settlement,
    a_subscription,
    one_of_each,
    unplaced_money,
)
from tests.integration.store.writing import AT, KEY, a_stamp, put

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.integration.store.conftest import Kept

THREADS = 8


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
        "Settlement": lambda: store.settlement(12),
        "Charging": store.charging,
        "Tries": lambda: store.tries("mailbox#" + "m" * 32, CONCLUDED_AT),
        "Beat": lambda: store.last_beat("sweep"),
        "Refund": lambda: store.refund(a_refund().key),
        "Dispute": lambda: store.disputes(SUBSCRIPTION_ID)[0],
        "UnplacedMoney": lambda: store.unplaced_money(
            unplaced_money().provider_reference, "CHARGEBACK", "true"
        ),
        "Proposal": lambda: store.proposal(a_proposal().id),
        "LatestProof": store.latest_proof,
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
        lambda: store.refund(RefundKey(due=KEY, number=1), fresh=fresh),
        lambda: store.unplaced_money("QFQTPCQ8HXSKGK82", "CHARGEBACK", "true"),
        lambda: store.proposal("01JD"),
        lambda: store.notification("QFQTPCQ8HXSKGK82", "CHARGEBACK", "true"),
    ]
    for read in reads:
        with pytest.raises(NotFound):
            read()
    assert store.unique("live", "nobody") is None
    assert store.series("900000019", "F", 2026) is None
    assert not store.letter_was_sent(SUBSCRIPTION_ID, "none")
    assert store.due_items(SUBSCRIPTION_ID) == ()
    assert store.refunds(SUBSCRIPTION_ID) == ()
    assert store.disputes(SUBSCRIPTION_ID) == ()
    assert store.letters(SUBSCRIPTION_ID) == ()


def test_what_belongs_to_a_contract_comes_in_order(store: Store) -> None:
    """Two digits sort like the numbers they are; another contract's things stay its own."""
    other = "01JDABCDEFGHJKMNPQRSTVWXY0"
    refunds = [
        a_refund(refund=number, period=period) for period, number in ((1, 2), (1, 10), (12, 1))
    ]
    disputes = [a_dispute(), a_dispute(dispute="ZZZ"), a_dispute(period=12)]
    letters = [a_letter(event_id=name) for name in ("a", "b")]
    strangers = [
        each.replace(subscription_id=other) for each in (refunds[0], disputes[0], letters[0])
    ]
    put(store, *reversed([*refunds, *disputes, *letters]), *strangers)
    assert store.refunds(SUBSCRIPTION_ID) == tuple(refunds)
    assert store.disputes(SUBSCRIPTION_ID) == tuple(disputes)
    assert store.letters(SUBSCRIPTION_ID) == tuple(letters)


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


def test_a_notification_comes_back_as_it_was(store: Store) -> None:
    kept = a_notification()
    store.keep_notification(kept)
    assert store.notification(kept.provider_reference, kept.event, kept.success) == kept


def test_the_daily_proof_sees_everything(store: Store) -> None:
    other = "01JDAAAAAAAAAAAAAAAAAAAAAA"
    put(store, *one_of_each(), a_due(1, subscription_id=other), a_series(year=2027))
    store.keep_notification(a_notification())
    owners = sorted(due.subscription_id for due in store.every_due_item())
    assert owners == sorted([SUBSCRIPTION_ID, other])
    for event in ("REFUND", "CHARGEBACK", "DISPUTE_DEFENSE_PERIOD_ENDED"):
        store.keep_notification(replace(a_notification(), event=event))
    assert list(store.every_reversal()) == [a_reversal()]
    assert list(store.every_refund()) == [a_refund()]
    assert list(store.every_dispute()) == [a_dispute()]
    assert list(store.every_unplaced_money()) == [unplaced_money()]
    assert sorted(series.year for series in store.every_series()) == [2026, 2027]


def test_one_scan_gives_everything_that_is_in_the_books(store: Store) -> None:
    everything = one_of_each()
    put(store, *everything, a_series(year=2027))
    store.keep_notification(a_notification())
    found = Counter(type(entry).__name__ for entry in store.every_book_entry())
    once = ("DueItem", "Reversal", "Refund", "Dispute", "Settlement", "UnplacedMoney")
    assert found == {**dict.fromkeys(once, 1), "Series": 2}
    kept = list(store.every_book_entry())
    assert all(entry in [*everything, a_series(year=2027)] for entry in kept)


def test_before_the_first_proof_there_is_none(store: Store) -> None:
    assert store.latest_proof() is None


def test_a_batch_is_found_by_its_number(store: Store) -> None:
    put(store, a_settlement())
    assert store.settlement(12) == a_settlement()
    with pytest.raises(NotFound):
        store.settlement(13)


def test_several_are_read_at_once_and_the_absent_left_out(store: Store) -> None:
    owners = [f"{number:026}" for number in range(205)]
    for start in range(0, len(owners), 50):
        batch = owners[start : start + 50]
        inserts = [Insert(a_due(subscription_id=owner)) for owner in batch]
        inserts += [Insert(a_subscription(id=owner)) for owner in batch]
        store.commit(Change(tuple(inserts)))
    put(store, a_contract(subscription_id=owners[0]))
    keys = [KEY.replace(subscription_id=owner) for owner in (*owners, "nobody")]
    dues = store.due_items_at(keys)
    assert dues == {key: a_due(subscription_id=key.subscription_id) for key in keys[:-1]}
    assert set(store.subscriptions([*owners, "nobody"])) == set(owners)
    assert store.contracts(owners) == {owners[0]: a_contract(subscription_id=owners[0])}
    assert store.due_items_at([]) == {}
    assert {each.id for each in store.every_subscription()} == set(owners)


def test_what_is_parked_is_found_by_reason_oldest_first(store: Store) -> None:
    def parked(owner: str, reason: str, day: int) -> DueItem:
        tried = Attempt(number=1, state="refused", opened_at=AT + timedelta(days=day))
        return a_due(subscription_id=owner, parked=reason, agenda_at=None, attempts=(tried,))

    dues = [parked("A", "unpaid", 3), parked("B", "disputed", 9), parked("C", "unpaid", 1)]
    untried = a_due(subscription_id="D", parked="unpaid", agenda_at=None)
    put(store, *dues, untried, a_due(subscription_id="E"))

    def owners(reason: str | None, limit: int) -> list[str]:
        found = store.parked(reason, limit)
        return [each.subscription_id for each in found if isinstance(each, DueItem)]

    assert owners(None, 10) == ["B", "D", "C", "A"]
    assert owners("unpaid", 10) == ["D", "C", "A"]
    assert owners("unpaid", 2) == ["D", "C"]
    assert owners("un", 10) == []
    store.commit(Change((Replace(untried.next(parked=None, agenda_at=AT)),)))
    assert owners("unpaid", 1) == ["C"]
    put(store, a_settlement(parked="settlement_differs", agenda_at=None))
    assert store.parked("settlement_differs", 1) == (
        a_settlement(parked="settlement_differs", agenda_at=None),
    )


def test_proposals_are_told_newest_first(store: Store) -> None:
    ids = [f"01JDREPA1R{number:016}" for number in (1, 3, 2)]
    put(store, *[a_proposal(id=each) for each in ids])
    assert [each.id for each in store.proposals(10)] == sorted(ids, reverse=True)
    assert [each.id for each in store.proposals(1)] == [max(ids)]


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
