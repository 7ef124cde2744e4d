"""Queues and the stream are the fast path, never the memory: the agenda finds what they lost."""

from datetime import timedelta

import pytest

from chalicelib.application.billing.advance import advance
from chalicelib.application.ports import AgendaEntry, QueueName
from chalicelib.domain.billing.agenda import PAPERS_PATIENCE
from chalicelib.domain.billing.due import DueState
from tests.world import World, in_memory
from tests.world_verdicts import assert_at_rest, assert_books_close, assert_sound, due_key, letters

A_DAY = timedelta(days=1)
TAIL: tuple[QueueName, ...] = ("numbering", "documents", "mail")
PAPERS = ("confirmation_sha256", "confirmed_at", "invited_at")


def lose(world: World, queue: QueueName) -> None:
    """What waits in a queue is gone, as after a purge or its retention."""
    assert world.fakes.queues.waiting[queue], f"nothing waits in {queue}"
    world.fakes.queues.waiting[queue].clear()
    world.paused = set()


def renewed(world: World, *paused: QueueName) -> str:
    """A renewal whose papers stop at the first paused queue."""
    subscription_id = world.subscribe()
    world.move_to_next_due(subscription_id)
    world.paused = set(paused)
    world.sweep()
    return subscription_id


@pytest.mark.parametrize("queue", TAIL)
def test_a_lost_message_of_a_renewal_is_sent_again_from_state(queue: QueueName) -> None:
    world = in_memory()
    subscription_id = renewed(world, *TAIL[TAIL.index(queue) :])
    lose(world, queue)
    world.live(A_DAY)
    assert_sound(world)
    assert letters(world)["zoe@example.org", "invoice_ready"] == 2
    mailed_at = world.ports.store.due_item(due_key(subscription_id, 1)).mailed_at
    paid_at = world.ports.store.due_item(due_key(subscription_id, 1)).paid_at
    assert mailed_at is not None
    assert paid_at is not None
    assert mailed_at - paid_at >= PAPERS_PATIENCE


@pytest.mark.parametrize("queue", TAIL)
def test_a_lost_message_of_an_order_is_sent_again_from_state(queue: QueueName) -> None:
    """Of an order every paper and both mails hang on the queues."""
    world = in_memory()
    world.paused = set(TAIL[TAIL.index(queue) :])
    world.subscribe()
    lose(world, queue)
    world.live(A_DAY)
    assert_sound(world)
    assert set(letters(world).values()) == {1}


@pytest.mark.parametrize("queue", TAIL)
def test_a_queue_that_loses_everything_for_hours_only_delays(queue: QueueName) -> None:
    world = in_memory()
    world.paused = set(TAIL)
    subscription_id = world.subscribe()
    for _ in range(8):
        world.paused = {queue}
        world.live(timedelta(hours=1))
        world.fakes.queues.waiting[queue].clear()
    world.paused = set()
    world.live(A_DAY)
    assert_sound(world)
    subscription = world.ports.store.subscription(subscription_id)
    assert all(getattr(subscription, paper) for paper in PAPERS)


def test_a_stream_that_lost_the_outcome_of_a_renewal_only_delays() -> None:
    world = in_memory()
    subscription_id = world.subscribe()
    world.move_to_next_due(subscription_id)
    (entry,) = world.agenda(world.now)
    world.news = "lost"
    advance_unheard(world, entry)
    assert world.ports.store.due_item(due_key(subscription_id, 1)).state is DueState.PAID
    world.live(A_DAY)
    assert_sound(world)


def test_a_stream_that_lost_the_conclusion_of_an_order_only_delays() -> None:
    """The platform is told at the next change; until then it asks who may open what."""
    world = in_memory()
    shop = world.shop()
    world.news = "lost"
    shop.buy(world.ports)
    world.read_stream()
    world.live(A_DAY)
    assert_sound(world)
    assert set(letters(world).values()) == {1}


def advance_unheard(world: World, entry: AgendaEntry) -> None:
    """Work one entry of the agenda, and let the stream lose what came of it."""
    advance(entry, ports=world.ports)
    world.read_stream()


@pytest.mark.parametrize("queue", TAIL)
def test_a_message_sent_again_while_the_first_still_waits_is_done_once(queue: QueueName) -> None:
    """A queue that was only slow holds both."""
    world = in_memory()
    renewed(world, *TAIL[TAIL.index(queue) :])
    world.live(PAPERS_PATIENCE * 3)
    world.paused = set()
    world.live(A_DAY)
    assert_sound(world)
    assert_books_close(world)
    assert_at_rest(world)
    assert letters(world)["zoe@example.org", "invoice_ready"] == 2
