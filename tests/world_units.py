"""What a life costs in units of the table, as the embedded database itself counts them."""

from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any

from chalicelib.application.ports import QueueName
from chalicelib.domain.billing.agenda import SHARDS
from chalicelib.domain.billing.due import DueState
from tests.world import WRITES, World

TAIL: tuple[QueueName, ...] = ("numbering", "documents", "mail")
STEP_OF_OPERATION = {
    "query": "find what is due, sixteen shards",
    "get_item": "read the due item and the subscription",
    "update_item": "permit to charge",
    "put_item": "claim, with the attempt; once a day the brake",
    "transact_write_items": "outcome, and the next due item",
}
STEP_OF_QUEUE: dict[QueueName, str] = {
    "numbering": "number, by ten",
    "documents": "file",
    "mail": "mail",
}
KEEP, APPLY = "keep the notification", "apply the notification"


@dataclass(frozen=True, slots=True)
class Cost:
    """Calls and units, read and written."""

    reads: float = 0
    read_units: float = 0
    writes: float = 0
    write_units: float = 0

    def __add__(self, other: "Cost") -> "Cost":
        return Cost(
            self.reads + other.reads,
            self.read_units + other.read_units,
            self.writes + other.writes,
            self.write_units + other.write_units,
        )

    def shared_by(self, count: int) -> "Cost":
        """The part of each of `count`."""
        return Cost(
            self.reads / count,
            self.read_units / count,
            self.writes / count,
            self.write_units / count,
        )


@dataclass
class Counter:
    """A store's meter that is read and set back."""

    consumed: list[tuple[str, float]] = field(default_factory=list)

    def __call__(self, operation: str, units: float) -> None:
        self.consumed.append((operation, units))

    def taken(self) -> Cost:
        """Everything since the last reading."""
        return sum(self.by_operation().values(), Cost())

    def by_operation(self) -> dict[str, Cost]:
        """The same, apart by operation."""
        costs: dict[str, Cost] = defaultdict(Cost)
        for operation, units in self.consumed:
            is_write = operation in WRITES
            costs[operation] += Cost(0, 0, 1, units) if is_write else Cost(1, units, 0, 0)
        self.consumed.clear()
        return costs


@dataclass(frozen=True, slots=True)
class RenewalCosts:
    """Each step of a renewal, shared by all that were due on the day."""

    steps: dict[str, Cost]

    @property
    def alone(self) -> Cost:
        """From the sweep to the mail, without the provider's notification."""
        notified = (KEEP, APPLY)
        return sum((cost for name, cost in self.steps.items() if name not in notified), Cost())

    @property
    def kept(self) -> Cost:
        """With the notification kept, as its HTTP request does."""
        return self.alone + self.steps[KEEP]

    @property
    def applied(self) -> Cost:
        """With the notification kept and applied."""
        return self.kept + self.steps[APPLY]


def renewal_costs(world: World, counter: Counter, count: int) -> RenewalCosts:
    """Renew `count` subscriptions that fall due on the same day, and count every step."""
    owners = [world.subscribe(f"buyer{number}") for number in range(count)]
    world.move_to_next_due(owners[0])
    steps = _charged(world, counter) | _papered(world, counter) | _notified(world, counter)
    dues = [world.ports.store.due_items(owner)[1] for owner in owners]
    assert all(due.state is DueState.PAID and due.mailed_at for due in dues)
    assert not world.failures
    return RenewalCosts({name: cost.shared_by(count) for name, cost in steps.items()})


def _charged(world: World, counter: Counter) -> dict[str, Cost]:
    world.inhabited = set(range(SHARDS))
    world.paused, world.news = set(TAIL), "held"
    counter.taken()
    world.sweep()
    return {STEP_OF_OPERATION[name]: cost for name, cost in counter.by_operation().items()}


def _papered(world: World, counter: Counter) -> dict[str, Cost]:
    steps = {}
    for queue in TAIL:
        world.paused.remove(queue)
        world.rest()
        steps[STEP_OF_QUEUE[queue]] = counter.taken()
    return steps


def _notified(world: World, counter: Counter) -> dict[str, Cost]:
    world.news = "delivered"
    world.deliver_news()
    kept = counter.taken()
    world.rest()
    return {KEEP: kept, APPLY: counter.taken()}


def item_bytes(item: dict[str, Any]) -> int:
    """The size of an item as the table bills it: names and values."""
    return sum(len(name.encode()) + _bytes(value) for name, value in item.items())


def _bytes(value: dict[str, Any]) -> int:
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return len(content) // 2 + 2
        case "B":
            return len(content)
        case "L":
            return 3 + sum(1 + _bytes(part) for part in content)
        case "M":
            return 3 + sum(1 + len(name.encode()) + _bytes(p) for name, p in content.items())
        case _:
            return 1
