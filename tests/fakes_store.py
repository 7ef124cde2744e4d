"""The table in memory: versions, marks, agenda and events as the real one keeps them."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from threading import RLock
from typing import Literal, TypeVar

from pydantic_core import to_jsonable_python

from chalicelib.adapters.dynamodb import keys
from chalicelib.application.ports import AgendaEntry, Counted, Notification
from chalicelib.domain.billing.books.proof import LatestProof
from chalicelib.domain.billing.books.settlement import Settlement
from chalicelib.domain.billing.due import DueItem
from chalicelib.domain.billing.guards import Ask, Charging, admits, counted
from chalicelib.domain.billing.numbering import Series
from chalicelib.domain.billing.operating.proposal import Proposal
from chalicelib.domain.billing.returns.dispute import Dispute
from chalicelib.domain.billing.returns.refund import Refund
from chalicelib.domain.billing.returns.unplaced import UnplacedMoney
from chalicelib.domain.billing.reversal import Reversal
from chalicelib.domain.contract.subscription import Contract, Subscription
from chalicelib.domain.kernel.beat import Beat, BeatName
from chalicelib.domain.kernel.change import (
    AlreadyStamped,
    Change,
    Insert,
    Remove,
    Replace,
    Stamp,
    Write,
)
from chalicelib.domain.kernel.errors import Conflict, NotFound
from chalicelib.domain.kernel.ids import DueKey, RefundKey
from chalicelib.domain.kernel.unique import Unique
from chalicelib.domain.kernel.value import Entity
from chalicelib.domain.people.correspondence import SentLetter
from chalicelib.domain.people.customer import BillingIdentity, Customer
from chalicelib.domain.selling.checkout import Checkout
from chalicelib.domain.selling.throttle import Tries, hour_of

E = TypeVar("E", bound=Entity)
WRITES_MAX = 100


@dataclass(frozen=True, slots=True)
class Committed:
    """One item as it stands after a write, with the events that ride on it; None when removed."""

    key: keys.Key
    entity: Entity | Notification | None
    events: tuple[str, ...] = ()


@dataclass
class FakeStore:
    """Everything in one dictionary; `committed` is what the table's stream would have carried."""

    things: dict[keys.Key, Entity] = field(default_factory=dict)
    notifications: dict[keys.Key, Notification] = field(default_factory=dict)
    committed: list[Committed] = field(default_factory=list)
    lock: RLock = field(default_factory=RLock)
    table_id: str = "table-1"

    def checkout(self, checkout_id: str, *, fresh: bool = False) -> Checkout:
        return self._found(Checkout, keys.checkout(checkout_id))

    def subscription(self, subscription_id: str, *, fresh: bool = False) -> Subscription:
        return self._found(Subscription, keys.subscription(subscription_id))

    def contract(self, subscription_id: str) -> Contract:
        return self._found(Contract, keys.contract(subscription_id))

    def due_item(self, key: DueKey, *, fresh: bool = False) -> DueItem:
        return self._found(DueItem, keys.due(key))

    def due_items(self, subscription_id: str) -> tuple[DueItem, ...]:
        return self._of(subscription_id, DueItem)

    def customer(self, customer_id: str, *, fresh: bool = False) -> Customer:
        return self._found(Customer, keys.customer(customer_id))

    def billing_identity(self, customer_id: str, number: int) -> BillingIdentity:
        return self._found(BillingIdentity, keys.billing_identity(customer_id, number))

    def unique(self, kind: Literal["mailbox", "live"], value: str) -> Unique | None:
        found = self.things.get(keys.unique(kind, value))
        assert found is None or isinstance(found, Unique)
        return found

    def settlement(self, batch: int) -> Settlement:
        return self._found(Settlement, keys.settlement(batch))

    def series(self, legal_entity: str, series: str, year: int) -> Series | None:
        found = self.things.get(keys.series(legal_entity, series, year))
        assert found is None or isinstance(found, Series)
        return found

    def due_entries(self, shard: int, until: datetime, limit: int) -> tuple[AgendaEntry, ...]:
        assert limit > 0
        with self.lock:
            agenda = [(key, keys.agenda_of(thing)) for key, thing in self.things.items()]
        due = [
            (attributes["gsk"], key)
            for key, attributes in agenda
            if attributes is not None
            and attributes["gpk"] == keys.agenda_partition(shard)
            and attributes["gsk"] <= keys.up_to(until)
        ]
        return tuple(keys.entry(key, gsk) for gsk, key in sorted(due)[:limit])

    def reversal(self, key: DueKey, attempt: int) -> Reversal:
        return self._found(Reversal, keys.reversal(key, attempt))

    def refund(self, key: RefundKey, *, fresh: bool = False) -> Refund:
        return self._found(Refund, keys.refund(key))

    def refunds(self, subscription_id: str) -> tuple[Refund, ...]:
        return self._of(subscription_id, Refund)

    def disputes(self, subscription_id: str) -> tuple[Dispute, ...]:
        return self._of(subscription_id, Dispute)

    def letters(self, subscription_id: str) -> tuple[SentLetter, ...]:
        return self._of(subscription_id, SentLetter)

    def unplaced_money(self, provider_reference: str, event: str, success: str) -> UnplacedMoney:
        return self._found(UnplacedMoney, keys.unplaced(provider_reference, event, success))

    def every_due_item(self) -> Iterator[DueItem]:
        return self._every(DueItem)

    def every_reversal(self) -> Iterator[Reversal]:
        return self._every(Reversal)

    def every_refund(self) -> Iterator[Refund]:
        return self._every(Refund)

    def every_dispute(self) -> Iterator[Dispute]:
        return self._every(Dispute)

    def every_unplaced_money(self) -> Iterator[UnplacedMoney]:
        return self._every(UnplacedMoney)

    def every_book_entry(self) -> Iterator[Entity]:
        with self.lock:
            found = list(self.things.items())
        return (thing for key, thing in found if keys.is_book_entry(key))

    def latest_proof(self) -> LatestProof | None:
        found = self.things.get(keys.latest_proof())
        assert found is None or isinstance(found, LatestProof)
        return found

    def every_series(self) -> Iterator[Series]:
        return self._every(Series)

    def every_subscription(self) -> Iterator[Subscription]:
        return self._every(Subscription)

    def due_items_at(self, wanted: Iterable[DueKey]) -> dict[DueKey, DueItem]:
        found = {key: self.things.get(keys.due(key)) for key in wanted}
        return {key: thing for key, thing in found.items() if isinstance(thing, DueItem)}

    def subscriptions(self, ids: Iterable[str]) -> dict[str, Subscription]:
        found = {each: self.things.get(keys.subscription(each)) for each in ids}
        return {each: thing for each, thing in found.items() if isinstance(thing, Subscription)}

    def contracts(self, ids: Iterable[str]) -> dict[str, Contract]:
        found = {each: self.things.get(keys.contract(each)) for each in ids}
        return {each: thing for each, thing in found.items() if isinstance(thing, Contract)}

    def parked(self, reason: str | None, limit: int) -> tuple[Entity, ...]:
        assert limit > 0
        with self.lock:
            agenda = [(keys.agenda_of(thing), thing) for thing in self.things.values()]
        waiting = [
            (attributes["gsk"], thing)
            for attributes, thing in agenda
            if attributes is not None
            and attributes["gpk"] == keys.PARKED
            and attributes["gsk"].startswith(f"{reason}#" if reason else "")
        ]
        waiting.sort(key=lambda each: each[0])
        return tuple(thing for _, thing in waiting[:limit])

    def proposal(self, proposal_id: str) -> Proposal:
        return self._found(Proposal, keys.proposal(proposal_id))

    def proposals(self, limit: int) -> tuple[Proposal, ...]:
        assert limit > 0
        newest = sorted(self._every(Proposal), key=lambda each: each.id, reverse=True)
        return tuple(newest[:limit])

    def letter_was_sent(self, subscription_id: str, event_id: str) -> bool:
        return keys.letter(subscription_id, event_id) in self.things

    def commit(self, change: Change) -> None:
        if not change:
            return
        touched = [_key(write) for write in change.writes]
        assert len(touched) <= WRITES_MAX, "a transaction holds a hundred writes"
        assert len(set(touched)) == len(touched), "a transaction names a thing once"
        with self.lock:
            failed = [write for write in change.writes if not self._may(write)]
            if failed:
                raise _conflict(failed)
            for write in change.writes:
                self._apply(write)

    def keep_notification(self, notification: Notification) -> bool:
        key = keys.notification(
            notification.provider_reference, notification.event, notification.success
        )
        with self.lock:
            if key in self.notifications:
                return False
            self.notifications[key] = notification
            self.committed.append(Committed(key, notification))
            return True

    def notification(self, provider_reference: str, event: str, success: str) -> Notification:
        found = self.notifications.get(keys.notification(provider_reference, event, success))
        if found is None:
            raise NotFound(detail=provider_reference)
        return found

    def identity(self) -> str:
        return self.table_id

    def charging(self) -> Charging | None:
        found = self.things.get(keys.charging())
        assert found is None or isinstance(found, Charging)
        return found

    def note_try(self, subject: str, at: datetime, *, refused: int = 0, paid: int = 0) -> None:
        hour_at = hour_of(at)
        with self.lock:
            known = self.tries(subject, at)
            before = known or Tries(subject=subject, hour_at=hour_at)
            counts = {"refused": before.refused + refused, "paid": before.paid + paid}
            self._note(before.next(**counts) if known else before.replace(**counts))

    def tries(self, subject: str, at: datetime) -> Tries | None:
        found = self.things.get(keys.tries(subject, hour_of(at)))
        assert found is None or isinstance(found, Tries)
        return found

    def before_payment(
        self, subjects: tuple[str, ...], at: datetime
    ) -> tuple[Charging | None, tuple[Tries, ...]]:
        found = (self.tries(subject, at) for subject in subjects)
        return self.charging(), tuple(tries for tries in found if tries is not None)

    def beat(self, name: BeatName, at: datetime) -> None:
        with self.lock:
            known = self.last_beat(name)
            self._note(known.next(at=at) if known else Beat(name=name, at=at))

    def last_beat(self, name: BeatName) -> Beat | None:
        found = self.things.get(keys.beat(name))
        assert found is None or isinstance(found, Beat)
        return found

    def _note(self, thing: Entity) -> None:
        self.things[keys.of(thing)] = thing
        self.committed.append(Committed(keys.of(thing), thing))

    def count(self, ask: Ask) -> Counted:
        with self.lock:
            brake = self.charging()
            if brake is None or not admits(brake, ask):
                return Counted(brake, is_counted=False)
            after = counted(brake, ask)
            self.things[keys.charging()] = after
            self.committed.append(Committed(keys.charging(), after))
            return Counted(after, is_counted=True)

    def _found(self, kind: type[E], key: keys.Key) -> E:
        thing = self.things.get(key)
        if not isinstance(thing, kind):
            raise NotFound(detail="|".join(key))
        return thing

    def _of(self, subscription_id: str, kind: type[E]) -> tuple[E, ...]:
        partition = keys.subscription(subscription_id).pk
        with self.lock:
            found = sorted(self.things.items(), key=lambda each: each[0])
        return tuple(t for key, t in found if key.pk == partition and isinstance(t, kind))

    def _every(self, kind: type[E]) -> Iterator[E]:
        with self.lock:
            found = list(self.things.values())
        return (thing for thing in found if isinstance(thing, kind))

    def _may(self, write: Write) -> bool:
        thing = self.things.get(_key(write))
        match write:
            case Insert():
                return thing is None
            case Replace(entity=entity):
                return thing is not None and thing.version == entity.version - 1
            case Remove(entity=entity):
                return thing is not None and thing.version == entity.version
            case Stamp():
                return isinstance(thing, DueItem) and _takes(thing, write)

    def _apply(self, write: Write) -> None:
        key = _key(write)
        if isinstance(write, Remove):
            del self.things[key]
            self.committed.append(Committed(key, None))
            return
        if isinstance(write, Stamp):
            before = self.things[key]
            assert isinstance(before, DueItem)
            after: Entity = stamped(before, write)
        else:
            after = write.entity
        self.things[key] = after
        self.committed.append(Committed(key, after, write.events))


def stamped(due: DueItem, stamp: Stamp) -> DueItem:
    """The due item once it bears the stamp."""
    facts: dict[str, object] = {**due.model_dump(mode="json"), **stamp.facts}
    after = DueItem.model_validate_json(json.dumps(to_jsonable_python(facts)))
    return after.next(agenda_at=None) if stamp.leaves_agenda else after.next()


def _takes(due: DueItem, stamp: Stamp) -> bool:
    stands = all(getattr(due, fact) is not None for fact in stamp.requires)
    return stands and getattr(due, stamp.mark) is None


def _key(write: Write) -> keys.Key:
    return keys.due(write.key) if isinstance(write, Stamp) else keys.of(write.entity)


def _conflict(failed: list[Write]) -> Conflict:
    stamps = tuple(write.key for write in failed if isinstance(write, Stamp))
    if len(stamps) == len(failed):
        return AlreadyStamped(stamps)
    return Conflict(detail=",".join("|".join(_key(write)) for write in failed))
