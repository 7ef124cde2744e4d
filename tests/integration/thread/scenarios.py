"""The thread in pieces: what stands before, what a process does, what a person does again."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta

from chalicelib.application.billing.returns.refund_due import ask_again as ask_refund_again
from chalicelib.application.billing.returns.refund_due import ask_refund
from chalicelib.application.billing.settle_first_charge import report_session
from chalicelib.application.exits.cancel_renewal import cancel_renewal
from chalicelib.application.ports import Ports, QueueName
from chalicelib.application.selling.open_payment import open_payment, try_again
from chalicelib.domain.billing.outcomes import Authorised, Refused
from chalicelib.domain.kernel.calendar import start_of_day
from chalicelib.domain.kernel.errors import Refused as NotFailed
from tests.fakes import VISA, Capture
from tests.world import World
from tests.world_shop import RETURN_URL
from tests.world_verdicts import due_key

Act = Callable[[Ports], None]


@dataclass(frozen=True)
class Scenario:
    """`prepare` builds the world and answers what the process does; it may be done again."""

    name: str
    prepare: Callable[[World], Act]
    is_asked_again: bool = False


def _checkout(world: World) -> Act:
    shop = world.shop()

    def act(ports: Ports) -> None:
        shop.buy(ports)
        world.rest(ports)

    return act


def _payment(world: World) -> Act:
    """The buyer has paid, and never comes back if the result page does not answer."""
    shop = world.shop()
    shop.order(world.ports)
    session_id, result = shop.pay(world.ports)

    def act(ports: Ports) -> None:
        report_session(shop.checkout_id, session_id, result, ports=ports)
        world.rest(ports)

    return act


def _renewal(world: World) -> Act:
    world.move_to_next_due(world.subscribe())
    return world.sweep


def _resting(world: World, names: tuple[str, ...], *stopped: QueueName) -> Act:
    """Renewals of some buyers, brought as far as the first of the stopped queues."""
    owners = [world.subscribe(name) for name in names]
    world.move_to_next_due(owners[0])
    world.paused = set(stopped)
    world.sweep()

    def act(ports: Ports) -> None:
        world.paused = set(stopped[1:])
        try:
            world.rest(ports)
        finally:
            world.paused = set()

    return act


def _numbering(world: World) -> Act:
    return _resting(world, ("ada", "zoe", "max"), "numbering", "documents", "mail")


def _filing(world: World) -> Act:
    return _resting(world, ("zoe",), "documents", "mail")


def _mailing(world: World) -> Act:
    return _resting(world, ("zoe",), "mail")


def _cancellation(world: World) -> Act:
    subscription_id = world.subscribe()
    customer_id = world.ports.store.subscription(subscription_id).customer_id
    world.fakes.clock.advance(timedelta(days=10))

    def act(ports: Ports) -> None:
        cancel_renewal(subscription_id, customer_id, ports=ports)
        world.rest(ports)

    return act


def _ending(world: World) -> Act:
    subscription_id = world.subscribe()
    customer_id = world.ports.store.subscription(subscription_id).customer_id
    cancel_renewal(subscription_id, customer_id, ports=world.ports)
    world.rest()
    ends_on = world.ports.store.subscription(subscription_id, fresh=True).ends_on
    assert ends_on is not None
    world.fakes.clock.move_to(start_of_day(ends_on))
    return world.sweep


def _order_paid_twice(world: World) -> Act:
    """Refused on the first page, paid on the second, then paid on the first as well."""
    shop, ports = world.shop(), world.ports
    shop.order(ports)
    checkout = ports.store.checkout(shop.checkout_id, fresh=True)
    first = open_payment(checkout, return_url=RETURN_URL, ports=ports).session_id
    world.fakes.gateway.pay(first, Refused(provider_reference="R000000000000001", code="12"))
    world.rest()
    try_again(shop.checkout_id, ports=ports)
    shop.buy(ports)
    world.rest()
    world.fakes.gateway.pay(first)
    return world.sweep


def _period_paid_twice(world: World) -> Act:
    """The first attempt was told refused; it had succeeded, after a second one was paid."""
    subscription_id = world.subscribe()
    refusal = Refused(provider_reference="R000000000000001", code="12")
    world.fakes.gateway.script(VISA.token, refusal)
    world.move_to_next_due(subscription_id)
    world.live(timedelta(days=2))
    gateway = world.fakes.gateway
    told = next(news for news in gateway.news if news.outcome == refusal)
    assert told.amount is not None
    success = Authorised(provider_reference="P9")
    gateway.captures.append(Capture(told.reference, success.provider_reference, told.amount))
    gateway.news.append(type(told)(told.reference, told.amount, success))
    return world.sweep


def _refund(world: World) -> Act:
    """Part of the first month is promised back, and sent by the next sweep."""
    key = due_key(world.subscribe(), 0)

    def act(ports: Ports) -> None:
        ask_refund(key, 1533, cause="withdrawal", ports=ports)
        world.sweep(ports)

    return act


def _refund_comes_back(world: World) -> Act:
    """The learner's bank sends it back; a person has it sent once more."""
    key = due_key(world.subscribe(), 0)
    refund = ask_refund(key, 2000, cause="withdrawal", ports=world.ports)
    world.sweep()
    world.fakes.gateway.fail_order("REFUND_FAILED", refund.reference)

    def act(ports: Ports) -> None:
        world.rest(ports)
        with suppress(NotFailed):
            ask_refund_again(refund.key, ports=ports)
        world.sweep(ports)

    return act


def _dispute(world: World) -> Act:
    """A bank takes the second month back, and returns it a month later, when one was withheld."""
    subscription_id = world.subscribe()
    world.move_to_next_due(subscription_id)
    world.sweep()
    (capture,) = world.fakes.gateway.captured(due_key(subscription_id, 1))
    world.fakes.gateway.dispute("CHARGEBACK", capture.provider_reference)

    def act(ports: Ports) -> None:
        world.rest(ports)
        world.live(max(timedelta(0), start_of_day(date(2026, 12, 6)) - world.now), ports)
        if len(world.fakes.gateway.happenings) == 1:
            world.fakes.gateway.dispute("CHARGEBACK_REVERSED", capture.provider_reference)
        world.rest(ports)

    return act


def _failed_capture(world: World) -> Act:
    """The money of a renewal does not come; it is tried again the next morning."""
    subscription_id = world.subscribe()
    world.move_to_next_due(subscription_id)
    world.sweep()
    (capture,) = world.fakes.gateway.captured(due_key(subscription_id, 1))
    world.fakes.clock.advance(timedelta(hours=7))
    world.fakes.gateway.fail_capture(capture.provider_reference)
    return world.rest


SCENARIOS = (
    Scenario("checkout", _checkout, is_asked_again=True),
    Scenario("payment", _payment),
    Scenario("renewal", _renewal),
    Scenario("numbering", _numbering),
    Scenario("filing", _filing),
    Scenario("mailing", _mailing),
    Scenario("cancellation", _cancellation, is_asked_again=True),
    Scenario("ending", _ending),
    Scenario("order-paid-twice", _order_paid_twice),
    Scenario("period-paid-twice", _period_paid_twice),
    Scenario("refund", _refund, is_asked_again=True),
    Scenario("refund-comes-back", _refund_comes_back, is_asked_again=True),
    Scenario("dispute", _dispute, is_asked_again=True),
    Scenario("failed-capture", _failed_capture),
)
