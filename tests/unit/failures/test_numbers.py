"""Failures of other billing systems around numbers, schedules and schedulers."""

from datetime import date, timedelta

import pytest

from chalicelib.adapters.adyen.gateway import charge_body, session_body
from chalicelib.application.billing.number_invoices import number_invoices
from chalicelib.application.billing.work_shard import sweep, work_shard
from chalicelib.application.selling.open_payment import open_payment
from chalicelib.domain.billing.agenda import shard
from chalicelib.domain.billing.numbering import assign_numbers
from chalicelib.domain.kernel.change import AlreadyStamped
from tests.crash import Saboteur
from tests.examples import RETURN_URL, Shop, paris
from tests.world import in_memory


def paid_and_waiting() -> Shop:
    """A contract just paid; nothing was passed on yet."""
    shop = Shop()
    shop.start()
    shop.place()
    shop.pay()
    return shop


class TestFailure6:
    """Failure 6: the identity of a piece of work does not hold the time at which it was asked."""

    def test_two_sweeps_ask_for_the_same_work_in_the_same_words(self) -> None:
        """The second message finds the work done, or in hand."""
        shop = Shop()
        shop.subscribe()
        shop.ports.clock.move_to(paris(2026, 11, 5, 5))
        sweep(ports=shop.ports)
        shop.ports.clock.advance(timedelta(seconds=40))
        sweep(ports=shop.ports)
        asked = [tuple(sorted(m.items())) for m in shop.ports.queues.waiting["agenda"]]
        assert len(asked) == 2 * len(set(asked))
        for _ in range(2):
            work_shard(
                shard(shop.subscription_id), has_time=lambda: True, ports=shop.ports, at_once=1
            )
        assert len(shop.ports.gateway.captured(shop.key(1))) == 1


class TestFailure16:
    """Failure 16: a due item is claimed by a conditional write, however many workers wake."""

    @pytest.mark.parametrize("workers", [2, 8])
    def test_many_workers_make_one_charge(self, workers: int) -> None:
        """All of them at one instant, on one shard."""
        shop = Shop()
        shop.subscribe()
        shop.ports.clock.move_to(paris(2026, 11, 5, 5))
        for _ in range(workers):
            work_shard(
                shard(shop.subscription_id), has_time=lambda: True, ports=shop.ports, at_once=4
            )
        assert len(shop.ports.gateway.charges) == 1


class TestFailure17:
    """Failure 17: one owner of the clock; the provider schedules nothing for us."""

    def test_what_is_asked_of_the_provider_leaves_no_schedule_there(self) -> None:
        """Neither at the first charge nor at a renewal: no plan, no rescue, no retry of its own."""
        shop = Shop()
        shop.start()
        shop.place()
        open_payment(shop.checkout(), return_url=RETURN_URL, ports=shop.ports)
        (page,) = shop.ports.gateway.pages.values()
        shop.ports.gateway.pay(page.session.session_id)
        shop.notify(shop.ports.gateway.news[-1])
        shop.run_until(paris(2026, 11, 6))
        (charge,) = shop.ports.gateway.charges
        bodies = [session_body(page.request, "M"), charge_body(charge, "M")]
        words = ("rescue", "schedule", "installment")
        assert not [w for body in bodies for w in words if w in str(body).lower()]


class TestFailure23:
    """Failure 23: a number is given inside the one conditional write that needs it."""

    def test_two_writers_of_one_item_give_it_one_number(self) -> None:
        """The second finds the stamp, and the counter stands where the first left it."""
        shop = paid_and_waiting()
        key = shop.key(0)
        rival = Saboteur(shop.ports, at=10_000, how="conflict")
        assert number_invoices((key,), ports=rival) == (key,)
        assert number_invoices((key,), ports=shop.ports) == ()
        (series,) = shop.ports.store.every_series()
        assert (shop.due(0).number, series.following) == ("F2026-00000001", 2)

    def test_a_change_that_loses_its_stamp_moves_no_counter(self) -> None:
        """Number and counter stand or fall together."""
        shop = paid_and_waiting()
        number_invoices((shop.key(0),), ports=shop.ports)
        (series,) = shop.ports.store.every_series()
        again = assign_numbers(series, (shop.key(0),), issued_on=date(2026, 10, 5))
        with pytest.raises(AlreadyStamped):
            shop.ports.store.commit(again)
        assert tuple(shop.ports.store.every_series()) == (series,)


class TestFailure24:
    """Failure 24: numbers are unique by construction, given by one writer in batches of ten."""

    def test_twelve_payments_at_once_have_twelve_numbers_in_a_row(self) -> None:
        """Two batches; a message that comes twice takes no second number."""
        world = in_memory()
        world.paused.add("numbering")
        names = [world.subscribe(f"buyer{n}") for n in range(12)]
        waiting = world.fakes.queues.waiting["numbering"]
        waiting.extend(list(waiting)[:5])
        world.paused.clear()
        world.rest()
        numbers = [due.number for name in names for due in world.ports.store.due_items(name)[:1]]
        assert sorted(numbers, key=str) == [f"F2026-{rank:08}" for rank in range(1, 13)]


class TestFailure25:
    """Failure 25: a number is given at issue, off the path of the payment, in its own write."""

    def test_a_payment_is_settled_without_a_number(self) -> None:
        """It is paid, shown as in preparation, and numbered by what follows."""
        shop = paid_and_waiting()
        assert shop.due(0).paid_at is not None
        assert shop.due(0).number is None
        assert list(shop.ports.store.every_series()) == []
        shop.rest()
        assert shop.due(0).number == "F2026-00000001"
