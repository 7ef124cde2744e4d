"""A table restored from yesterday's copy: what it has forgotten, and how it learns it again."""

from contextlib import suppress
from datetime import timedelta

import pytest

from chalicelib.application.billing.books.lift_fence import Comparison, lift_fence
from chalicelib.application.billing.books.reconcile_report import announce
from chalicelib.application.papers.file_invoice import NumberTaken, file_invoice
from chalicelib.domain.billing.due import DueState
from chalicelib.domain.billing.guards import held_by
from chalicelib.domain.billing.returns.unplaced import UnplacedMoney
from chalicelib.domain.kernel import errors
from chalicelib.domain.kernel.ids import parse_reference
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.papers.invoice import InvoiceRecord
from tests.crash import How, Killed, Saboteur
from tests.fakes_gateway import Happening
from tests.fakes_reports import Told, settled
from tests.world import World, in_memory
from tests.world_news import happening_notification
from tests.world_restore import (
    PRICE,
    a_town,
    adopt,
    assert_proved,
    copy_of,
    dues,
    forgotten_evening,
    next_morning,
    numbers_on_two,
    open_page,
    reports,
    restore_from,
    taken_twice,
)

EUR_20 = Money(minor=2000, currency="EUR")


def restored() -> World:
    """The morning after: the evening's payments and invoices are forgotten."""
    world = a_town(in_memory())
    copy = copy_of(world)
    forgotten_evening(world)
    restore_from(world, copy)
    return world


def nothing_lost() -> World:
    """A copy of this very minute."""
    world = a_town(in_memory())
    restore_from(world, copy_of(world))
    return world


class TestGuardFence:
    """The fence: a table restored from a copy knows nothing of the money taken since."""

    def test_without_it_money_is_taken_and_numbers_are_given_a_second_time(self) -> None:
        world = restored()
        adopt(world)
        next_morning(world)
        assert taken_twice(world) == 4 * PRICE
        assert numbers_on_two(world) > 0

    def test_with_it_nothing_is_taken_twice_and_every_number_stands_where_it_stood(self) -> None:
        """Numbers are neither reused nor lost, papers are the same bytes, and the rest is paid."""
        world = a_town(in_memory())
        copy = copy_of(world)
        forgotten_evening(world)
        before = {due.key: due.number for due in dues(world)}
        papers = dict(world.fakes.files.contents)
        restore_from(world, copy)
        next_morning(world)
        assert (taken_twice(world), numbers_on_two(world)) == (0, 0)
        compared = lift_fence(reports(world), until_at=world.now, ports=world.ports)
        assert compared == Comparison(4, 4, 4, (), is_lifted=True)
        world.rest()
        assert {due.key: due.number for due in dues(world)} == before
        world.fakes.clock.advance(timedelta(minutes=20))
        world.sweep()
        assert all(due.state is DueState.PAID for due in dues(world))
        assert (taken_twice(world), numbers_on_two(world)) == (0, 0)
        assert papers.items() <= world.fakes.files.contents.items()
        assert_proved(world)

    def test_a_payment_while_it_stands_gets_its_number_afterwards(self) -> None:
        """Failure 23: the copy's counter is behind the papers, so nobody counts on it."""
        world = restored()
        late = next(due for due in dues(world) if due.state is DueState.SCHEDULED)
        open_page(world, late)
        world.rest()
        paid = world.fakes.store.due_item(late.key)
        assert (paid.state, paid.number) == (DueState.PAID, None)
        next_morning(world)
        assert world.fakes.store.due_item(late.key).number is None
        lift_fence(reports(world), until_at=world.now, ports=world.ports)
        world.fakes.clock.advance(timedelta(minutes=20))
        world.sweep()
        assert numbers_on_two(world) == 0
        assert world.fakes.store.due_item(late.key).number is not None

    def test_a_year_without_a_counter_is_not_begun_behind_it(self) -> None:
        """The copy is older than the first number of the year."""
        world = a_town(in_memory())
        copy = {key: thing for key, thing in copy_of(world).items() if key.sk != "COUNTER"}
        forgotten_evening(world)
        restore_from(world, copy)
        late = next(due for due in dues(world) if due.state is DueState.SCHEDULED)
        open_page(world, late)
        world.rest()
        assert world.fakes.store.due_item(late.key).number is None

    def test_where_nobody_was_charged_yet_a_copy_is_fenced_all_the_same(self) -> None:
        """The first invoice of a shop makes its brake, so that no copy counts on in silence."""
        world = in_memory()
        world.subscribe()
        restore_from(world, copy_of(world))
        brake = world.fakes.store.charging()
        assert brake is not None
        assert held_by(brake, world.fakes.store.identity()) == "fenced"

    def test_a_report_waits_for_the_fence_to_be_lifted(self) -> None:
        """Otherwise it would take the payments that the copy forgot for strangers'."""
        world = restored()
        (name,) = reports(world)
        batch = len(world.fakes.gateway.reports)
        announce(batch, name, now=world.now, ports=world.ports)
        next_morning(world)
        assert world.fakes.store.settlement(batch).read_at is None
        lift_fence((name,), until_at=world.now, ports=world.ports)
        world.fakes.clock.advance(timedelta(hours=1))
        world.sweep()
        read = world.fakes.store.settlement(batch)
        assert (read.stray_count, read.parked, read.read_at) == (0, None, world.now)

    def test_lifted_again_it_finds_everything_done(self) -> None:
        """A comparison that was broken off is taken again from the start."""
        world = restored()
        names = reports(world)
        first = lift_fence(names, until_at=world.now, ports=world.ports)
        stood = world.fakes.store.charging()
        assert stood is not None
        world.fakes.store.table_id = "restored again"
        world.fakes.clock.advance(timedelta(hours=1))
        second = lift_fence(names, until_at=world.now, ports=world.ports)
        assert (first.entered, second.entered, second.renumbered) == (4, 0, 0)
        assert second.is_lifted

    @pytest.mark.parametrize("how", ["kill", "lose_reply"])
    def test_broken_off_anywhere_it_ends_the_same_when_taken_again(self, how: How) -> None:
        """Whatever was entered stays entered, no number moves."""
        rehearsed = restored()
        rehearsal = Saboteur(rehearsed.ports)
        lift_fence(reports(rehearsed), until_at=rehearsed.now, ports=rehearsal)
        meant = {due.key: due.number for due in dues(rehearsed)}
        for at in range(len(rehearsal.effects)):
            world = restored()
            names = reports(world)
            with suppress(Killed):
                saboteur = Saboteur(world.ports, at=at, how=how)
                lift_fence(names, until_at=world.now, ports=saboteur)
            with suppress(errors.Refused):  # it died after the last write
                lift_fence(names, until_at=world.now, ports=world.ports)
            assert {due.key: due.number for due in dues(world)} == meant
            world.rest()
            assert_proved(world)

    def test_reports_that_end_too_early_do_not_lift_it(self) -> None:
        world = nothing_lost()
        next_morning(world)
        with pytest.raises(errors.Refused, match="EVIDENCE_TOO_SHORT"):
            lift_fence((), until_at=world.now - timedelta(hours=1), ports=world.ports)
        with pytest.raises(errors.Refused, match="UNKNOWN_REPORT"):
            lift_fence(("payments.csv",), until_at=world.now, ports=world.ports)

    def test_a_table_that_is_the_one_written_there_has_no_fence(self) -> None:
        world = a_town(in_memory())
        with pytest.raises(errors.Refused, match="NOT_FENCED"):
            lift_fence((), until_at=world.now, ports=world.ports)
        with pytest.raises(errors.Refused, match="NOT_FENCED"):
            lift_fence((), until_at=world.now, ports=in_memory().ports)


class TestUnheard:
    """What the provider said while the fence stood, and the copy could not place, is not lost."""

    def told(self, world: World, reference: str, payment: str) -> UnplacedMoney:
        """The capture of a payment failed, says a notification."""
        happening = Happening("CAPTURE_FAILED", "X1", payment, reference, EUR_20)
        world.post_office.append(happening_notification(happening, world.now))
        world.rest()
        (fact,) = world.fakes.store.every_unplaced_money()
        return fact

    def test_a_capture_that_failed_is_entered_once_the_copy_is_compared(self) -> None:
        """No report tells it: what is never captured is never settled."""
        world = restored()
        page = next(each for each in world.fakes.gateway.captures if "PAGE" in str(each))
        assert page.provider_reference is not None
        named = parse_reference(page.reference)
        assert named is not None
        fact = self.told(world, page.reference, page.provider_reference)
        assert (fact.parked, fact.reason) == ("unplaced", "an attempt that was never made")
        name = world.fakes.gateway.close_batch(without={page.provider_reference})
        assert name is not None
        compared = lift_fence((name,), until_at=world.now, ports=world.ports)
        assert compared == Comparison(3, 3, 4, (), is_lifted=True, placed=1)
        due = world.fakes.store.due_item(named[0])
        assert (due.attempts[0].state, due.state) == ("uncaptured", DueState.SCHEDULED)
        assert due.number is not None, "the invoice that was sent keeps its number"
        (fact,) = world.fakes.store.every_unplaced_money()
        assert (fact.parked, fact.answer) == (None, "entered when the restored table was compared")

    def test_what_is_nobody_s_goes_on_waiting_for_a_person(self) -> None:
        world = nothing_lost()
        before = self.told(world, "an order of the old shop", "P1")
        name = world.fakes.gateway.close_batch(settled("elsewhere", "P2"))
        assert name is not None
        compared = lift_fence(
            (name,), until_at=world.now, ports=world.ports, accepted=("elsewhere foreign",)
        )
        assert (compared.is_lifted, compared.placed) == (True, 0)
        assert list(world.fakes.store.every_unplaced_money()) == [before]


class TestEvidence:
    """What does not agree keeps the fence up, by name, until a person answers for it."""

    def lifted(self, world: World, *lines: Told, accepted: tuple[str, ...] = ()) -> Comparison:
        name = world.fakes.gateway.close_batch(*lines)
        assert name is not None
        return lift_fence((name,), until_at=world.now, ports=world.ports, accepted=accepted)

    def test_each_payment_without_a_place_is_named(self) -> None:
        world = nothing_lost()
        some = next(due for due in dues(world) if due.state is DueState.SCHEDULED)
        done = next(due for due in dues(world) if due.state is DueState.PAID)
        stranger = "01JDABCDEFGHJKMNPQRSTVWXYZ"
        compared = self.lifted(
            world,
            settled("not one of ours", "P1"),
            settled(some.key.reference(1), "P2", gross=1900),
            settled(done.key.reference(1), "P3"),
            settled(f"{stranger}.0001.1.1", "P4"),
            settled(f"{stranger}.0000.1.1", "P5"),
            settled(some.key.replace(period=0).reference(7), "P6"),
            settled(some.key.replace(period=0).reference(1), "P7", gross=1900),
        )
        assert compared.unresolved == (
            "not one of ours foreign",
            f"{some.key.reference(1)} another_amount",
            f"{done.key.reference(1)} another_payment",
            f"{stranger}.0001.1.1 not_found",
            f"{stranger}.0000.1.1 not_found",
            f"{some.key.replace(period=0).reference(7)} unknown_attempt",
            f"{some.key.replace(period=0).reference(1)} another_amount",
        )
        assert not compared.is_lifted
        brake = world.fakes.store.charging()
        assert brake is not None
        assert brake.fenced_since == world.now

    def test_what_is_accepted_by_name_lifts_it(self) -> None:
        world = nothing_lost()
        compared = self.lifted(world, settled("elsewhere", "P1"), accepted=("elsewhere foreign",))
        assert compared.is_lifted

    def test_an_order_paid_in_the_forgotten_time_is_concluded(self) -> None:
        """Its page was open when the copy was made."""
        world = a_town(in_memory())
        shop = world.shop("late")
        shop.order(world.ports)
        copy = copy_of(world)
        shop.pay(world.ports)
        world.rest()
        restore_from(world, copy)
        compared = self.lifted(world)
        assert (compared.entered, compared.is_lifted) == (1, True)
        assert world.fakes.store.subscription(shop.checkout_id).id == shop.checkout_id

    def test_a_renewed_charge_of_a_first_month_has_its_place(self) -> None:
        """Its order's payment had failed to come; no page of an order bears that number."""
        world = nothing_lost()
        first = next(due for due in world.fakes.store.every_due_item() if due.period == 0)
        compared = self.lifted(world, settled(first.key.reference(first.next_number), "P9"))
        assert (compared.entered, compared.is_lifted) == (1, True)

    def test_an_invoice_whose_payment_no_report_tells_keeps_it_up(self) -> None:
        """The reports miss a batch."""
        world = restored()
        pages = {attempt for attempt in world.fakes.gateway.captures if "PAGE" in str(attempt)}
        name = world.fakes.gateway.close_batch(
            settled("elsewhere", "P1"), without={page.provider_reference for page in pages}
        )
        assert name is not None
        compared = lift_fence(
            (name,), until_at=world.now, ports=world.ports, accepted=("elsewhere foreign",)
        )
        assert not compared.is_lifted
        assert [what.split()[1] for what in compared.unresolved] == [
            "foreign", *["unaccounted"] * 4, *["not_in_reports"] * 4,
        ]  # fmt: skip

    def test_a_number_given_but_on_no_paper_goes_to_a_month_that_was_paid(self) -> None:
        """The crash came between number and paper: no gap, and dates stay in order."""
        world = a_town(in_memory())
        copy = copy_of(world)
        forgotten_evening(world)
        files = world.fakes.files.contents
        lost = sorted(name for name in files if name.startswith("invoices/"))[-4:-2]
        for name in lost:
            del files[name]
        restore_from(world, copy)
        compared = self.lifted(world)
        assert compared == Comparison(4, 4, 4, (), is_lifted=True)
        world.rest()
        assert_proved(world)

    def test_a_number_nothing_can_bear_is_named(self) -> None:
        """More numbers were given than payments are known for."""
        world = a_town(in_memory())
        copy = copy_of(world)
        forgotten_evening(world)
        files = world.fakes.files.contents
        record, pdf = sorted(name for name in files if name.startswith("invoices/"))[-2:]
        further = InvoiceRecord.model_validate_json(files.pop(record))
        del files[pdf]
        beyond = further.replace(number=f"{further.number[:-2]}{int(further.number[-2:]) + 2}")
        files[record.replace(further.number, beyond.number)] = beyond.model_dump_json().encode()
        restore_from(world, copy)
        compared = self.lifted(world)
        assert not compared.is_lifted
        assert {what.split()[1] for what in compared.unresolved} == {"unaccounted"}

    def test_a_paper_of_an_order_the_copy_never_saw_is_named(self) -> None:
        """Its number is never given again all the same."""
        world = a_town(in_memory())
        copy = copy_of(world)
        world.subscribe("unseen")
        restore_from(world, copy)
        compared = self.lifted(world)
        assert not compared.is_lifted
        assert {what.split()[-1] for what in compared.unresolved} == {"not_found", "unaccounted"}


class TestFailure23:
    """Failure 23: a number stands on one invoice; nobody is sent somebody else's."""

    def test_a_number_that_is_on_paper_for_another_is_refused(self) -> None:
        world = a_town(in_memory())
        mine, other = [due for due in world.fakes.store.every_due_item() if due.number][:2]
        confused = mine.replace(number=other.number, sha256=None)
        with pytest.raises(NumberTaken):
            file_invoice(confused, lambda _: b"", ports=world.ports)
