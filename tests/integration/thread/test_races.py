"""Two of everything at the same instant, on a real table: one wins, the other finds it done."""

from datetime import timedelta

import pytest

from chalicelib.application.billing.advance import advance
from chalicelib.application.billing.apply_notification import apply_notification
from chalicelib.application.billing.number_invoices import number_invoices
from chalicelib.application.billing.work_shard import work_shard
from chalicelib.application.exits.cancel_renewal import cancel_renewal
from chalicelib.application.selling.place_order import place_order
from chalicelib.application.selling.start_checkout import start_checkout
from chalicelib.domain.billing.agenda import LEASE, shard
from chalicelib.domain.billing.due import DueState
from chalicelib.domain.contract.subscription import Status, Subscription
from chalicelib.domain.kernel.errors import Conflict
from chalicelib.domain.papers.numbering import number_text
from chalicelib.domain.selling.checkout import Stage
from tests.fakes import Bundle
from tests.integration.thread.meetings import at_once, interrupted, meeting
from tests.world import World
from tests.world_shop import BUTTON, order_form
from tests.world_verdicts import assert_sound, due_key, letters

A_DAY = timedelta(days=1)
HALF_A_MINUTE = timedelta(seconds=30)


def together(world: World, count: int = 2) -> Bundle:
    """The world as processes see it that decide on the same state."""
    return world.fakes.bundle(store=meeting(world.ports.store, count))


def due_renewal(world: World) -> str:
    """A subscription at the instant of its first renewal."""
    subscription_id = world.subscribe()
    world.move_to_next_due(subscription_id)
    return subscription_id


class TestRenewal:
    def test_two_workers_on_one_period_charge_once(self, table_world: World) -> None:
        subscription_id = due_renewal(table_world)
        ports = together(table_world)
        (entry,) = table_world.agenda(table_world.now)
        assert at_once(*[lambda: advance(entry, ports=ports)] * 2) == [None, None]
        assert len(table_world.fakes.gateway.charges) == 1
        table_world.live(A_DAY)
        assert_sound(table_world)
        assert len(table_world.fakes.gateway.captured(due_key(subscription_id, 1))) == 1

    def test_two_sweeps_over_a_full_shard_charge_each_period_once(self, table_world: World) -> None:
        owners = [table_world.subscribe(f"buyer{number}") for number in range(6)]
        table_world.move_to_next_due(owners[0])
        shards = sorted({shard(owner) for owner in owners}) * 2
        ports = table_world.ports
        works = [lambda n=n: work_shard(n, has_time=lambda: True, ports=ports) for n in shards]
        for worked in at_once(*works):
            assert not isinstance(worked, Exception)
            assert worked.failed == ()
        assert len(table_world.fakes.gateway.charges) == len(owners)
        table_world.live(A_DAY)
        assert_sound(table_world)

    def test_a_slow_charge_overtaken_by_the_next_sweep_is_one_charge(
        self, table_world: World
    ) -> None:
        """The lease ran out while the provider took its time: the same key asks again."""
        subscription_id = due_renewal(table_world)

        def work_again() -> None:
            table_world.fakes.clock.advance(LEASE + HALF_A_MINUTE)
            advance(entry, ports=table_world.ports)

        slow = table_world.fakes.bundle(
            store=table_world.ports.store,
            gateway=interrupted(table_world.fakes.gateway, work_again),
        )
        (entry,) = table_world.agenda(table_world.now)
        advance(entry, ports=slow)
        first, second = table_world.fakes.gateway.charges
        assert first.idempotency_key == second.idempotency_key
        table_world.live(A_DAY)
        assert_sound(table_world)
        assert len(table_world.fakes.gateway.captured(due_key(subscription_id, 1))) == 1

    def test_a_cancellation_at_the_instant_of_the_charge_ends_after_the_month_begun(
        self, table_world: World
    ) -> None:
        subscription_id = due_renewal(table_world)
        store = table_world.ports.store
        subscription = store.subscription(subscription_id)
        ports = together(table_world)
        (entry,) = table_world.agenda(table_world.now)
        outcomes = at_once(
            lambda: advance(entry, ports=ports),
            lambda: cancel_renewal(subscription_id, subscription.customer_id, ports=ports),
        )
        assert outcomes == [None, None]
        table_world.live(A_DAY)
        _, ends_on = subscription.period(1)
        assert store.subscription(subscription_id, fresh=True).ends_on == ends_on
        assert_sound(table_world)
        table_world.live(A_DAY * 31)
        assert_sound(table_world)
        assert store.subscription(subscription_id, fresh=True).status is Status.ENDED
        states = [due.state for due in store.due_items(subscription_id)]
        assert states == [DueState.PAID, DueState.PAID, DueState.LAPSED]


class TestOrder:
    def test_a_form_sent_twice_at_once_is_one_order(self, table_world: World) -> None:
        shop = table_world.shop()
        ports = together(table_world)
        form = order_form(shop.email)
        first, second = at_once(
            *[lambda: start_checkout(shop.checkout_id, "solo", form, customer=None, ports=ports)]
            * 2
        )
        assert first == second
        shop.buy(table_world.ports)
        table_world.live(A_DAY)
        assert_sound(table_world)

    def test_the_button_pressed_twice_at_once_places_once(self, table_world: World) -> None:
        shop = table_world.shop()
        store = table_world.ports.store
        form = order_form(shop.email)
        checkout = start_checkout(
            shop.checkout_id, "solo", form, customer=None, ports=table_world.ports
        )
        ports = together(table_world)
        outcomes = at_once(
            *[lambda: place_order(checkout, shown_minor=2000, words=BUTTON, lang="fr", ports=ports)]
            * 2
        )
        assert sorted(isinstance(outcome, Conflict) for outcome in outcomes) == [False, True]
        assert len(store.checkout(shop.checkout_id, fresh=True).sessions) == 1

    def test_two_orders_of_one_person_paid_at_once_make_one_contract(
        self, table_world: World
    ) -> None:
        """The other order is void and its money goes back."""
        gateway, store = table_world.fakes.gateway, table_world.ports.store
        shops = [table_world.shop("zoe"), table_world.shop("zoe")]
        for shop in shops:
            shop.order(table_world.ports)
            shop.pay(table_world.ports)
        table_world.collect_news()
        paid = [n.raw for n in table_world.post_office if n.event == "AUTHORISATION"]
        ports = together(table_world)
        outcomes = at_once(
            *[
                lambda raw=raw: apply_notification(raw, now=ports.clock(), ports=ports)
                for raw in paid
            ]
        )
        assert outcomes == [("applied", "")] * 2
        table_world.live(A_DAY)
        stages = sorted(store.checkout(s.checkout_id, fresh=True).stage for s in shops)
        assert stages == [Stage.PAID, Stage.VOID]
        assert (len(gateway.captures), len(gateway.returns)) == (2, 1)
        assert_sound(table_world)
        sent = letters(table_world)
        assert sent["zoe@example.org", "duplicate_payment_returned"] == 1
        assert sent["zoe@example.org", "subscription_confirmed"] == 1

    @pytest.mark.parametrize("copies", [1, 5])
    def test_the_notification_and_the_way_back_at_once_conclude_once(
        self, table_world: World, copies: int
    ) -> None:
        shop = table_world.shop()
        shop.order(table_world.ports)
        shop.pay(table_world.ports)
        table_world.collect_news()
        raw = next(n.raw for n in table_world.post_office if n.event == "AUTHORISATION")
        ports = together(table_world, copies + 1)
        notified = [lambda: apply_notification(raw, now=ports.clock(), ports=ports)] * copies
        outcomes = at_once(lambda: shop.buy(ports), *notified)
        assert outcomes == [None, *[("applied", "")] * copies]
        table_world.live(A_DAY)
        assert_sound(table_world)
        assert len(table_world.fakes.gateway.captures) == 1


class TestNumbering:
    def owners(self, world: World, count: int) -> list[Subscription]:
        """Subscriptions whose first period is paid and not numbered yet."""
        world.paused = {"numbering", "documents", "mail"}
        ids = [world.subscribe(f"buyer{number}") for number in range(count)]
        world.paused = set()
        world.fakes.queues.waiting["numbering"].clear()
        return [world.ports.store.subscription(owner) for owner in ids]

    @pytest.mark.parametrize("shared", [0, 2, 4])
    def test_two_workers_at_once_leave_no_gap_and_no_double(
        self, table_world: World, shared: int
    ) -> None:
        """Even without the queue's order: on the first numbers of a year, some in both batches."""
        keys = [due_key(owner.id, 0) for owner in self.owners(table_world, 8 - shared)]
        ports = together(table_world)
        first, second = tuple(keys[:4]), tuple(keys[4 - shared :])
        outcomes = at_once(
            lambda: number_invoices(first, ports=ports),
            lambda: number_invoices(second, ports=ports),
        )
        assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
        store = table_world.ports.store
        numbers = sorted(store.due_item(key, fresh=True).number or "" for key in keys)
        assert numbers == [number_text(2026, rank, "F") for rank in range(1, len(keys) + 1)]
        table_world.live(A_DAY)
        assert_sound(table_world)
