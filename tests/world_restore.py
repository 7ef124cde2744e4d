"""A night that a restored table has forgotten: money taken on pages, invoices sent.

world = a_town(in_memory())
copy = copy_of(world)
forgotten_evening(world)
restore_from(world, copy)
"""

from collections.abc import Mapping
from datetime import timedelta

from chalicelib.adapters.dynamodb import keys
from chalicelib.application.billing.books.prove_day import prove_day
from chalicelib.domain.billing.agenda import shard
from chalicelib.domain.billing.due import Attempt, DueItem, DueState
from chalicelib.domain.billing.guards import Charging
from chalicelib.domain.billing.numbering import Series
from chalicelib.domain.billing.outcomes import Authorised
from chalicelib.domain.kernel.change import Change, Replace
from chalicelib.domain.kernel.value import Entity
from chalicelib.domain.papers.invoice import InvoiceRecord
from tests.examples import paris
from tests.fakes_store import FakeStore
from tests.world import World

PRICE = 20
PEOPLE = 5
Copy = Mapping[keys.Key, Entity]


def dues(world: World) -> list[DueItem]:
    """Everybody's second month, in the order of their contracts."""
    found = [due for due in world.ports.store.every_due_item() if due.period == 1]
    return sorted(found, key=lambda due: due.subscription_id)


def a_town(world: World) -> World:
    """Five people whose second month falls due tomorrow; the brake has been in use.

    Batches are closed by hand: which of them the copy knows is the matter.
    """
    world.settles_daily = False
    early = world.subscribe("early")
    world.fakes.clock.advance(timedelta(days=1))
    for number in range(PEOPLE):
        world.subscribe(f"buyer{number}")
    world.move_to_next_due(early)
    world.sweep()
    world.fakes.clock.advance(timedelta(hours=2))
    world.fakes.gateway.close_batch()
    world.sweep()
    return world


def copy_of(world: World) -> Copy:
    """What is in the table in memory now."""
    return dict(world.fakes.store.things)


def restore_from(world: World, copy: Copy, table_id: str = "restored") -> None:
    """A new table, filled with the copy; files and provider remember everything."""
    store = FakeStore(things=dict(copy), table_id=table_id)
    store.committed = world.fakes.store.committed
    world.fakes.store = store


def adopt(world: World) -> None:
    """As if there were no fence: the copy is taken for the table it was made from."""
    things = world.fakes.store.things
    for key, thing in things.items():
        if isinstance(thing, Charging | Series):
            things[key] = thing.replace(table_id="restored")


def open_page(world: World, due: DueItem) -> None:
    """A learner opens a payment page for their month the evening before, and pays on it."""
    page = Attempt(number=1, opened_at=world.now, channel="page")
    world.ports.store.commit(Change((Replace(due.next(attempts=(page,))),)))
    success = Authorised(provider_reference=f"PAGE{due.subscription_id[-6:]}")
    world.fakes.gateway._note(due.key.reference(1), due.gross, success)


def forgotten_evening(world: World) -> None:
    """All but one pay early on a page, and get their invoices."""
    waiting = [due for due in dues(world) if due.state is DueState.SCHEDULED]
    for due in waiting[1:]:
        open_page(world, due)
    world.rest()
    assert all(due.mailed_at for due in dues(world) if due.attempts)


def reports(world: World) -> tuple[str, ...]:
    """The batch that closes now: its report tells everything up to now."""
    name = world.fakes.gateway.close_batch()
    assert name is not None
    return (name,)


def assert_proved(world: World) -> None:
    """The daily proof asks for the batches that nobody told of; once they are read it is green."""
    prove_day(ports=world.ports)
    world.inhabited |= {shard(str(n + 1)) for n in range(len(world.fakes.gateway.reports))}
    world.sweep()
    found = [str(found) for found in prove_day(ports=world.ports).findings]
    assert found == []


def taken_twice(world: World) -> int:
    """Euros taken a second time for the same month, and kept."""
    captured = [len(world.fakes.gateway.captured(due.key)) for due in dues(world)]
    return PRICE * sum(count - 1 for count in captured if count > 1)


def numbers_on_two(world: World) -> int:
    """Numbers that the table gives to another month than the paper under that number."""
    on_paper = {
        paper.number: paper.due_reference.rpartition(".")[0]
        for paper in map(InvoiceRecord.model_validate_json, records(world))
    }
    return sum(
        on_paper.get(due.number, due.key.reference(0).rpartition(".")[0])
        != due.key.reference(0).rpartition(".")[0]
        for due in world.ports.store.every_due_item()
        if due.number is not None
    )


def records(world: World) -> list[bytes]:
    """The frozen records of every invoice."""
    files = world.fakes.files.contents
    return [files[n] for n in files if n.startswith("invoices/") and n.endswith(".json")]


def next_morning(world: World) -> None:
    """At five in Paris the schedule rings."""
    world.fakes.clock.move_to(paris(2026, 11, 6, 5))
    world.sweep()
