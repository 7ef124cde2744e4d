"""The store of a world: the one in memory, with indexes for speed and copies that lag behind."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from chalicelib.adapters.dynamodb import keys
from chalicelib.application.ports import AgendaEntry
from chalicelib.domain.billing.due import DueItem
from chalicelib.domain.contract.subscription import Subscription
from chalicelib.domain.kernel.change import Remove, Stamp, Write
from chalicelib.domain.kernel.ids import DueKey
from chalicelib.domain.kernel.value import Entity
from chalicelib.domain.people.customer import Customer
from chalicelib.domain.selling.checkout import Checkout
from tests.fakes_store import FakeStore

E = TypeVar("E", bound=Entity)
LAGS = timedelta(seconds=1)
AGENDA = "AGENDA#"
Place = tuple[str, keys.Key]


def _never() -> bool:
    return False


def _unseen(key: keys.Key, before: Entity | None, after: Entity | None) -> None:
    """Nobody watches."""


@dataclass
class Table(FakeStore):
    """As `FakeStore`, for many subscribers and for years.

    Attributes:
        clock: when a write happens; a copy lags behind for a second.
        lags: whether the copy that is read now is an old one.
        watch: told of each write, what was there before and what is there now.
    """

    clock: Callable[[], datetime] | None = None
    lags: Callable[[], bool] = _never
    watch: Callable[[keys.Key, Entity | None, Entity | None], None] = _unseen
    _agenda: dict[str, list[Place]] = field(default_factory=dict)
    _placed: dict[keys.Key, tuple[str, str]] = field(default_factory=dict)
    _owned: dict[str, dict[keys.Key, DueItem]] = field(default_factory=dict)
    _before: dict[keys.Key, tuple[Entity, datetime]] = field(default_factory=dict)

    # ---- reads that may lag -------------------------------------------------------------------

    def checkout(self, checkout_id: str, *, fresh: bool = False) -> Checkout:
        return self._copy(Checkout, keys.checkout(checkout_id), fresh=fresh)

    def subscription(self, subscription_id: str, *, fresh: bool = False) -> Subscription:
        return self._copy(Subscription, keys.subscription(subscription_id), fresh=fresh)

    def due_item(self, key: DueKey, *, fresh: bool = False) -> DueItem:
        return self._copy(DueItem, keys.due(key), fresh=fresh)

    def customer(self, customer_id: str, *, fresh: bool = False) -> Customer:
        return self._copy(Customer, keys.customer(customer_id), fresh=fresh)

    def _copy(self, kind: type[E], key: keys.Key, *, fresh: bool) -> E:
        if not fresh and self.clock is not None:
            old = self._before.get(key)
            is_recent = old is not None and self.clock() - old[1] < LAGS
            if old is not None and is_recent and isinstance(old[0], kind) and self.lags():
                return old[0]
        return self._found(kind, key)

    # ---- what is due --------------------------------------------------------------------------

    def due_items(self, subscription_id: str) -> tuple[DueItem, ...]:
        own = self._owned.get(subscription_id, {}).values()
        return tuple(sorted(own, key=lambda due: (due.period, due.instalment)))

    def due_entries(self, shard: int, until: datetime, limit: int) -> tuple[AgendaEntry, ...]:
        assert limit > 0
        agenda = self._agenda.get(keys.agenda_partition(shard), [])
        end = bisect_right(agenda, keys.up_to(until), key=lambda place: place[0])
        return tuple(keys.entry(key, gsk) for gsk, key in agenda[: min(end, limit)])

    def has_due(self, shard: int, until: datetime) -> bool:
        """Whether a worker would find anything in a shard."""
        agenda = self._agenda.get(keys.agenda_partition(shard), [])
        return bool(agenda) and agenda[0][0] <= keys.up_to(until)

    def next_due_at(self, after: datetime | None = None) -> datetime | None:
        """The earliest instant on the agenda, or the earliest after another."""
        shards = [part for name, part in self._agenda.items() if name.startswith(AGENDA)]
        if after is None:
            found = [agenda[0][0] for agenda in shards if agenda]
        else:
            last = keys.up_to(after)
            ends = [(part, bisect_right(part, last, key=lambda at: at[0])) for part in shards]
            found = [agenda[end][0] for agenda, end in ends if end < len(agenda)]
        return datetime.fromisoformat(min(found).partition("#")[0]) if found else None

    # ---- writes -------------------------------------------------------------------------------

    def _apply(self, write: Write) -> None:
        key = keys.due(write.key) if isinstance(write, Stamp) else keys.of(write.entity)
        before = self.things.get(key)
        super()._apply(write)
        after = None if isinstance(write, Remove) else self.things[key]
        if before is not None and self.clock is not None:
            self._before[key] = before, self.clock()
        self._index(key, before, after)
        self.watch(key, before, after)

    def become(self, things: dict[keys.Key, Entity]) -> None:
        """Another table, which holds a copy: what was written since is forgotten."""
        kind, _, number = self.table_id.partition("-")
        self.table_id = f"{kind}-{int(number) + 1}"
        self.committed = []
        for stored in (self._agenda, self._placed, self._owned, self._before):
            stored.clear()
        self.things = dict(things)
        for key, thing in things.items():
            self._index(key, None, thing)

    def _index(self, key: keys.Key, before: Entity | None, after: Entity | None) -> None:
        placed = self._placed.pop(key, None)
        if placed is not None:
            agenda = self._agenda[placed[0]]
            del agenda[bisect_left(agenda, (placed[1], key))]
        agenda_key = None if after is None else keys.agenda_of(after)
        if agenda_key is not None:
            self._placed[key] = agenda_key["gpk"], agenda_key["gsk"]
            insort(self._agenda.setdefault(agenda_key["gpk"], []), (agenda_key["gsk"], key))
        if isinstance(before, DueItem):
            del self._owned[before.subscription_id][key]
        if isinstance(after, DueItem):
            self._owned.setdefault(after.subscription_id, {})[key] = after
