"""News about money comes by reply, by notification and by question, in any order, or not at all."""

from datetime import timedelta

import pytest

from chalicelib.application.billing.advance import advance
from chalicelib.application.billing.apply_notification import apply_notification
from chalicelib.application.ports import Notification
from chalicelib.domain.billing.agenda import REPORT_PATIENCE
from chalicelib.domain.billing.due import DueItem, DueState
from chalicelib.domain.billing.outcomes import Authorised, Unknown
from tests.fakes import VISA, LostReply, NoAnswer
from tests.integration.thread.meetings import interrupted
from tests.world import World, in_memory
from tests.world_verdicts import assert_books_close, assert_sound, books, due_key, letters

COPIES = 5
A_DAY = timedelta(days=1)
FIVE_MINUTES = timedelta(minutes=5)
PAID = Authorised(provider_reference="WNS7GQ4TG5PFWR50")


@pytest.fixture(params=["memory", "table"])
def world(request: pytest.FixtureRequest) -> World:
    """Each test runs on both stores."""
    if request.param == "memory":
        return in_memory()
    world: World = request.getfixturevalue("table_world")
    return world


def renewal(world: World) -> DueItem:
    """The first renewal of a new subscription, at its instant."""
    subscription_id = world.subscribe()
    world.move_to_next_due(subscription_id)
    return world.ports.store.due_item(due_key(subscription_id, 1), fresh=True)


def one_charge_one_invoice(world: World, due: DueItem) -> None:
    """What every test here ends with."""
    assert len(world.fakes.gateway.captured(due.key)) == 1
    assert len({charge.idempotency_key for charge in world.fakes.gateway.charges}) == 1
    assert letters(world)["zoe@example.org", "invoice_ready"] == 2
    assert_sound(world)


class Repeater:
    """Delivers the provider's latest notification, and the stream its record, again and again."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.kept: list[bool] = []

    def __call__(self, copies: int) -> None:
        """Hand `copies` over, each followed by the stream."""
        for _ in range(copies):
            latest = self.latest()
            self.kept.append(self.world.ports.store.keep_notification(latest))
            apply_notification(latest.raw, now=self.world.now, ports=self.world.ports)

    def latest(self) -> Notification:
        """The notification of the newest payment."""
        self.world.collect_news()
        return [n for n in self.world.post_office if n.event == "AUTHORISATION"][-1]


@pytest.mark.parametrize("before", range(COPIES + 1))
def test_five_notifications_around_the_reply_of_a_renewal(world: World, before: int) -> None:
    due = renewal(world)
    notify = Repeater(world)
    slow = world.fakes.bundle(
        store=world.ports.store,
        gateway=interrupted(world.fakes.gateway, lambda: notify(before)),
    )
    (entry,) = world.agenda(world.now)
    advance(entry, ports=slow)
    notify(COPIES - before)
    assert notify.kept == [True] + [False] * (COPIES - 1)
    world.live(A_DAY)
    one_charge_one_invoice(world, due)


@pytest.mark.parametrize("before", range(COPIES + 1))
def test_five_notifications_around_the_way_back_of_an_order(world: World, before: int) -> None:
    shop = world.shop()
    shop.order(world.ports)
    shop.pay(world.ports)
    notify = Repeater(world)
    notify(before)
    shop.buy(world.ports)
    notify(COPIES - before)
    world.live(A_DAY)
    assert len(world.fakes.gateway.captures) == 1
    assert_sound(world)


@pytest.mark.parametrize("lost", [LostReply(PAID), NoAnswer()], ids=["acted", "never-arrived"])
def test_no_reply_and_no_notification_is_asked_again_with_the_same_key(
    world: World, lost: LostReply | NoAnswer
) -> None:
    due = renewal(world)
    world.fakes.gateway.script(VISA.token, lost)
    world.news = "lost"
    world.sweep()
    asked_at = world.now
    assert world.ports.store.due_item(due.key, fresh=True).state is DueState.CHARGING
    world.live(FIVE_MINUTES)
    paid = world.ports.store.due_item(due.key, fresh=True)
    assert paid.state is DueState.PAID
    assert paid.paid_at == asked_at + FIVE_MINUTES
    world.live(A_DAY)
    one_charge_one_invoice(world, due)


def test_a_timeout_after_the_capture_is_told_by_the_notification(world: World) -> None:
    due = renewal(world)
    world.fakes.gateway.script(VISA.token, LostReply(PAID))
    world.sweep()
    world.live(A_DAY)
    assert len(world.fakes.gateway.charges) == 1, "nobody asks what is known"
    one_charge_one_invoice(world, due)


def silent_for_a_day(world: World) -> DueItem:
    """A renewal about which nobody could say anything for a day."""
    due = renewal(world)
    world.fakes.gateway.script(VISA.token, *[NoAnswer()] * 100)
    world.sweep()
    world.live(A_DAY + FIVE_MINUTES)
    return due


def test_the_ladder_asks_less_and_less_and_stops_within_a_day(world: World) -> None:
    due = silent_for_a_day(world)
    charges = tuple(world.fakes.gateway.charges)
    assert len({charge.idempotency_key for charge in charges}) == 1
    assert 4 <= len(charges) <= 8
    waiting = world.ports.store.due_item(due.key, fresh=True)
    (attempt,) = waiting.attempts
    assert (waiting.parked, waiting.agenda_at) == (None, attempt.opened_at + REPORT_PATIENCE)
    world.live(REPORT_PATIENCE)
    parked = world.ports.store.due_item(due.key, fresh=True)
    assert (parked.state, parked.parked) == (DueState.CHARGING, "outcome_unknown")
    assert parked.agenda_at is None
    assert [attempt.state for attempt in parked.attempts] == ["open"]
    (thing,) = books(world).parked
    assert (thing.why, thing.subject) == ("outcome_unknown", due.key.reference(0))
    assert tuple(world.fakes.gateway.charges) == charges, "never after a day"


def test_a_parked_renewal_is_paid_by_a_late_notification(world: World) -> None:
    due = silent_for_a_day(world)
    gateway = world.fakes.gateway
    gateway._script.clear()
    assert gateway.charge(gateway.charges[0]) != Unknown()
    world.live(A_DAY)
    one_charge_one_invoice(world, due)


@pytest.mark.parametrize("when", ["at once", "at the question"])
def test_a_question_and_a_notification_about_one_payment_settle_it_once(
    world: World, when: str
) -> None:
    """The reply is lost; the answer to the question and the notification cross."""
    due = renewal(world)
    notify = Repeater(world)
    gateway = world.fakes.gateway
    gateway.script(VISA.token, LostReply(PAID))
    (entry,) = world.agenda(world.now)
    advance(entry, ports=world.ports)
    if when == "at once":
        notify(1)
    world.fakes.clock.advance(FIVE_MINUTES)
    slow = world.fakes.bundle(
        store=world.ports.store, gateway=interrupted(gateway, lambda: notify(1))
    )
    advance(entry, ports=slow)
    world.live(A_DAY)
    one_charge_one_invoice(world, due)
    assert_books_close(world)
