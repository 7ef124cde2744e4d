"""Operators at work: propose, approve, look; a second person, and nothing that was not shown."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest

from chalicelib.application.billing.books.prove_day import prove_day
from chalicelib.application.billing.books.reconcile_report import report_file
from chalicelib.application.billing.repairs.amounts import due_key_of
from chalicelib.application.billing.repairs.approve import approve
from chalicelib.application.billing.repairs.fence import lift
from chalicelib.application.billing.repairs.foretell import foretell
from chalicelib.application.billing.repairs.look import item, parked
from chalicelib.application.billing.repairs.plans import RUNS, WAYS
from chalicelib.application.billing.repairs.propose import propose
from chalicelib.application.ports import Store
from chalicelib.domain.billing.due import DueItem, DueState
from chalicelib.domain.billing.guards import Stopped
from chalicelib.domain.billing.operating.proposal import (
    LAPSES_AFTER,
    PROCEDURES,
    Command,
    Order,
    Proposal,
)
from chalicelib.domain.billing.outcomes import Refused as RefusedOutcome
from chalicelib.domain.contract.subscription import Status
from chalicelib.domain.kernel.change import Change, Insert, Replace
from chalicelib.domain.kernel.errors import Conflict, Invalid, NotFound, Refused
from chalicelib.domain.kernel.ids import sortable_id
from tests.crash import How, Killed, Saboteur
from tests.examples import Shop, paris
from tests.fakes import VISA, NoAnswer
from tests.fakes_reports import Told, paid_out, report_text, settled
from tests.fakes_things import (
    a_brake,
    a_contract,
    a_due,
    a_refund,
    a_reversal,
    a_settlement,
    a_subscription,
    unplaced_money,
)
from tests.world import World, in_memory
from tests.world_restore import a_town, copy_of, forgotten_evening, reports, restore_from

ADA, MAX, ZOE = (
    f"arn:aws:sts::000000000000:assumed-role/operator/{n}" for n in ("ada", "max", "zoe")
)
NO = RefusedOutcome(provider_reference="WNS7GQ4TG5PFWR50", code="12")
WHY = "the learner wrote that the card is good again"


@pytest.fixture
def shop() -> Shop:
    """A contract whose first renewal was refused until nobody tries it any more."""
    shop = Shop()
    shop.subscribe()
    shop.ports.gateway.script(VISA.token, *[NO] * 4)
    shop.run_until(paris(2026, 11, 20))
    assert shop.due(1).parked == "unpaid"
    return shop


def proposal_of(
    shop: Shop,
    number: int = 1,
    /,
    *,
    who: str = ADA,
    command: str = Command.RE_DRIVE,
    **arguments: str,
) -> Proposal:
    """A proposal about the first renewal unless told otherwise."""
    name = sortable_id(shop.ports.clock(), number)
    wanted = {"item": shop.key(1).name, **arguments}
    return propose(name, Order(Command(command), wanted, WHY, who), ports=shop.ports)


class TestPropose:
    def test_it_shows_what_would_change_and_changes_nothing(self, shop: Shop) -> None:
        before = shop.due(1)
        proposal = proposal_of(shop)
        assert shop.due(1) == before
        assert "  state: unpaid -> scheduled" in proposal.shown
        assert (proposal.state, proposal.why, proposal.proposed_by) == ("open", WHY, ADA)
        assert shop.ports.store.proposals(10) == (proposal,)

    def test_asked_for_again_it_is_the_same(self, shop: Shop) -> None:
        """The answer was lost; the command is sent once more."""
        first = proposal_of(shop)
        assert proposal_of(shop) == first

    @pytest.mark.parametrize("other", [{"who": ZOE}, {"command": Command.GRANT_ATTEMPT}])
    def test_an_id_is_one_request(self, shop: Shop, other: dict[str, str]) -> None:
        proposal_of(shop)
        with pytest.raises(Conflict):
            proposal_of(shop, **other)

    @pytest.mark.parametrize(
        ("arguments", "fields"),
        [
            ({"item": "01JD"}, {"item": "BAD_ITEM"}),
            ({"item": ""}, {"item": "MISSING"}),
            ({"colour": "red"}, {"colour": "UNKNOWN"}),
        ],
    )
    def test_arguments_are_looked_at(
        self, shop: Shop, arguments: dict[str, str], fields: dict[str, str]
    ) -> None:
        with pytest.raises(Invalid) as refusal:
            proposal_of(shop, **arguments)
        assert refusal.value.fields == fields

    @pytest.mark.parametrize("why", ["", "  ", "x" * 501])
    def test_a_reason_is_given(self, shop: Shop, why: str) -> None:
        with pytest.raises(Invalid) as refusal:
            propose("x", Order(Command.RE_DRIVE, {}, why, ADA), ports=shop.ports)
        assert refusal.value.fields == {"why": "BAD_WHY"}

    def test_the_id_is_one_of_ours(self, shop: Shop) -> None:
        with pytest.raises(Invalid) as refusal:
            propose("x", Order(Command.RE_DRIVE, {}, WHY, ADA), ports=shop.ports)
        assert refusal.value.fields == {"id": "BAD_ID"}

    def test_a_debt_is_written_off_for_a_reason_of_the_list(self, shop: Shop) -> None:
        with pytest.raises(Invalid) as refusal:
            proposal_of(shop, command=Command.WRITE_OFF, reason="tired")
        assert refusal.value.fields == {"reason": "BAD_REASON"}

    def test_what_does_not_exist_is_not_found(self, shop: Shop) -> None:
        with pytest.raises(NotFound):
            proposal_of(shop, item=shop.key(7).name)

    def test_every_command_has_a_plan(self) -> None:
        assert set(WAYS) == set(Command)
        assert set(RUNS) == PROCEDURES


class TestApprove:
    def test_a_second_person_has_it_done(self, shop: Shop) -> None:
        proposal = proposal_of(shop)
        done = approve(proposal.id, who=MAX, ports=shop.ports)
        assert (done.state, done.approved_by, done.approved_at) == ("done", MAX, shop.ports.clock())
        shop.sweep()
        shop.rest()
        assert shop.due(1).state is DueState.PAID
        assert shop.subscription().status is Status.ACTIVE
        assert len(shop.ports.gateway.captured(shop.key(1))) == 1

    def test_the_same_person_has_not(self, shop: Shop) -> None:
        proposal = proposal_of(shop)
        with pytest.raises(Refused) as refusal:
            approve(proposal.id, who=ADA, ports=shop.ports)
        assert refusal.value.code == "SAME_PERSON"
        assert shop.due(1).parked == "unpaid"

    def test_after_a_day_nobody_has(self, shop: Shop) -> None:
        proposal = proposal_of(shop)
        shop.ports.clock.advance(LAPSES_AFTER)
        with pytest.raises(Refused) as refusal:
            approve(proposal.id, who=MAX, ports=shop.ports)
        assert refusal.value.code == "PROPOSAL_LAPSED"

    def test_approved_twice_it_is_done_once(self, shop: Shop) -> None:
        proposal = proposal_of(shop)
        first = approve(proposal.id, who=MAX, ports=shop.ports)
        version = shop.due(1).version
        assert approve(proposal.id, who=MAX, ports=shop.ports) == first
        with pytest.raises(Refused) as refusal:
            approve(proposal.id, who=ZOE, ports=shop.ports)
        assert refusal.value.code == "ALREADY_DONE"
        assert shop.due(1).version == version

    def test_what_has_moved_since_is_proposed_again(self, shop: Shop) -> None:
        """Another proposal was done meanwhile: the first one is refused, then and for ever."""
        first, second = proposal_of(shop, 1), proposal_of(shop, 2, command=Command.WRITE_OFF,
                                                          reason="goodwill")  # fmt: skip
        approve(second.id, who=MAX, ports=shop.ports)
        before = shop.due(1)
        for _ in range(2):
            with pytest.raises(Refused) as refusal:
                approve(first.id, who=MAX, ports=shop.ports)
            assert refusal.value.code == "CHANGED_SINCE"
        assert shop.due(1) == before
        assert shop.ports.store.proposal(first.id).state == "stale"

    def test_any_version_of_what_was_looked_at_is_another_state(self, shop: Shop) -> None:
        proposal = proposal_of(shop)
        shop.ports.store.commit(Change((Replace(shop.subscription().next(held=None)),)))
        with pytest.raises(Refused) as refusal:
            approve(proposal.id, who=MAX, ports=shop.ports)
        assert refusal.value.code == "CHANGED_SINCE"

    def test_a_written_off_month_is_paid_by_money_that_comes(self, shop: Shop) -> None:
        """Taken back as if it had never been given up."""
        proposal = proposal_of(shop, command=Command.WRITE_OFF, reason="uncollectable")
        assert "  losses: 0.00 EUR -> 16.67 EUR" in proposal.shown
        approve(proposal.id, who=MAX, ports=shop.ports)
        assert shop.due(1).state is DueState.WRITTEN_OFF
        told = shop.ports.gateway.news[-1]
        assert (told.outcome, told.amount) == (NO, shop.due(1).gross)
        shop.notify(told, success="true", pspReference="WNS7GQ4TG5PFWR59")
        shop.rest()
        assert shop.due(1).state is DueState.PAID
        assert sum(posting.minor for posting in shop.due(1).postings) == 0
        assert shop.due(1).number is not None

    def test_one_attempt_is_granted_beyond_the_budget(self, shop: Shop) -> None:
        spent = shop.due(1)
        while spent.refusals < 5:
            more = spent.attempts[-1].replace(number=len(spent.attempts) + 1)
            spent = spent.replace(attempts=(*spent.attempts, more))
        shop.ports.store.commit(Change((Replace(spent.next()),)))
        with pytest.raises(Refused) as refusal:
            proposal_of(shop)
        assert refusal.value.code == "ATTEMPTS_EXCEEDED"
        approve(proposal_of(shop, command=Command.GRANT_ATTEMPT).id, who=MAX, ports=shop.ports)
        shop.sweep()
        assert shop.due(1).state is DueState.PAID


class TestWaysBack:
    def test_a_refund_that_failed_is_asked_for_once_more(self, shop: Shop) -> None:
        failed = a_refund(parked="refund_failed", agenda_at=None)
        lost = failed.latest.replace(state="failed")
        failed = failed.replace(tries=(lost,))
        shop.ports.store.commit(Change((Insert(failed),)))
        proposal = proposal_of(shop, item=f"{failed.due_key.name}.R1")
        approve(proposal.id, who=MAX, ports=shop.ports)
        again = shop.ports.store.refund(failed.key)
        assert (again.latest.number, again.agenda_at) == (2, shop.ports.clock())

    def test_money_that_was_too_much_is_returned_once_more(self, shop: Shop) -> None:
        stuck = a_reversal(parked="reversal_failed", agenda_at=None, failures=("x",))
        shop.ports.store.commit(Change((Insert(stuck),)))
        proposal = proposal_of(shop, item=f"{stuck.reference}.back")
        approve(proposal.id, who=MAX, ports=shop.ports)
        assert shop.ports.store.reversal(stuck.key, stuck.attempt).agenda_at is not None

    def test_part_of_a_payment_is_sent_back_once_for_a_cause(self) -> None:
        shop = Shop()
        shop.subscribe()
        about = {"item": shop.key(0).name, "minor": "500", "cause": "goodwill"}
        proposal = proposal_of(shop, command=Command.REFUND, **about)
        approve(proposal.id, who=MAX, ports=shop.ports)
        shop.sweep()
        (sent,) = shop.ports.gateway.refunds.values()
        assert sent[1].minor == 500
        with pytest.raises(Refused) as refusal:
            proposal_of(shop, 2, command=Command.REFUND, **about)
        assert refusal.value.code == "PROMISED_ALREADY"

    @pytest.mark.parametrize(
        ("about", "fields"),
        [
            ({"minor": "5.00", "cause": "x"}, {"minor": "BAD_MINOR"}),
            ({"minor": "500", "cause": "X:y"}, {"cause": "BAD_CAUSE"}),
        ],
    )
    def test_amounts_are_whole_and_causes_are_words(
        self, shop: Shop, about: dict[str, str], fields: dict[str, str]
    ) -> None:
        with pytest.raises(Invalid) as refusal:
            proposal_of(shop, command=Command.REFUND, **about)
        assert refusal.value.fields == fields


def order_of(shop: Shop, command: Command, number: int = 1, /, **arguments: str) -> Proposal:
    name = sortable_id(shop.ports.clock(), number)
    return propose(name, Order(command, arguments, WHY, ADA), ports=shop.ports)


class TestUnplaced:
    def test_a_person_says_what_was_done(self, shop: Shop) -> None:
        fact = unplaced_money()
        shop.ports.store.commit(Change((Insert(fact),)))
        (_, found) = parked(None, 10, ports=shop.ports)
        proposal = order_of(shop, Command.ANSWER_UNPLACED, money=found.item, answer="another shop")
        approve(proposal.id, who=MAX, ports=shop.ports)
        kept = shop.ports.store.unplaced_money(fact.provider_reference, fact.event, fact.success)
        assert (kept.parked, kept.answer) == (None, "another shop")
        with pytest.raises(Refused) as refusal:
            order_of(shop, Command.ANSWER_UNPLACED, 2, money=found.item, answer="again")
        assert refusal.value.code == "ANSWERED_ALREADY"

    @pytest.mark.parametrize(
        ("about", "fields"),
        [
            ({"money": "x", "answer": "y"}, {"money": "BAD_MONEY"}),
            ({"money": "a:b:c", "answer": "y" * 201}, {"answer": "BAD_ANSWER"}),
        ],
    )
    def test_its_name_and_the_answer_are_looked_at(
        self, shop: Shop, about: dict[str, str], fields: dict[str, str]
    ) -> None:
        with pytest.raises(Invalid) as refusal:
            order_of(shop, Command.ANSWER_UNPLACED, **about)
        assert refusal.value.fields == fields


class TestDifferences:
    """What a report differs in stays open until one person explains it and another agrees."""

    @pytest.fixture
    def differing(self) -> Shop:
        shop = Shop()
        shop.subscribe()
        shop.settle(settled("order-7", "WNS7GQ4TG5PFWR50", 1200))
        return shop

    def test_it_is_closed_by_two_and_the_record_says_who_and_why(self, differing: Shop) -> None:
        before = prove_day(ports=differing.ports)
        assert [each.code for each in before.findings] == ["line_foreign"]
        assert [each.why for each in before.parked] == ["settlement_differs"]
        about = {"batch": "1", "answer": "an order of the old shop"}
        proposal = order_of(differing, Command.ANSWER_BATCH, **about)
        assert "order-7: foreign, 12.00 EUR" in proposal.shown[0]
        assert "  parked: settlement_differs -> none" in proposal.shown
        with pytest.raises(Refused) as alone:
            approve(proposal.id, who=ADA, ports=differing.ports)
        assert alone.value.code == "SAME_PERSON"
        assert differing.ports.store.settlement(1).parked == "settlement_differs"
        done = approve(proposal.id, who=MAX, ports=differing.ports)
        assert (done.proposed_by, done.approved_by, done.why) == (ADA, MAX, WHY)
        assert done.approved_at == differing.ports.clock()
        kept = differing.ports.store.settlement(1)
        assert (kept.answer, kept.stray_count) == ("an order of the old shop", 1)
        differing.ports.clock.advance(timedelta(hours=1))
        after = prove_day(ports=differing.ports)
        assert after.is_green
        assert after.balances["suspense"] == -1200
        with pytest.raises(Refused) as again:
            order_of(differing, Command.ANSWER_BATCH, 2, **about)
        assert again.value.code == "ANSWERED_ALREADY"

    def test_a_batch_that_fits_needs_no_answer(self) -> None:
        shop = Shop()
        shop.subscribe()
        shop.settle()
        with pytest.raises(Refused) as refusal:
            order_of(shop, Command.ANSWER_BATCH, batch="1", answer="nothing")
        assert refusal.value.code == "NO_DIFFERENCE"

    @pytest.mark.parametrize(
        ("about", "fields"),
        [
            ({"batch": "last", "answer": "x"}, {"batch": "BAD_BATCH"}),
            ({"batch": "1", "answer": "x" * 201}, {"answer": "BAD_ANSWER"}),
        ],
    )
    def test_its_number_and_the_answer_are_looked_at(
        self, differing: Shop, about: dict[str, str], fields: dict[str, str]
    ) -> None:
        with pytest.raises(Invalid) as refusal:
            order_of(differing, Command.ANSWER_BATCH, **about)
        assert refusal.value.fields == fields


class TestFailure14:
    """Evidence enters the same transition as every other news of an attempt."""

    @pytest.fixture
    def lost(self) -> Shop:
        """A renewal whose answer, notification and report were all lost, until it was parked."""
        shop = Shop()
        shop.subscribe()
        shop.ports.gateway.script(VISA.token, *[NoAnswer()] * 12)
        shop.run_until(paris(2026, 11, 12))
        assert shop.due(1).parked == "outcome_unknown"
        return shop

    def test_a_report_proves_the_payment(self, lost: Shop) -> None:
        name = lost.key(1).reference(1)
        keep_report(lost, 41, settled(name, "WNS7GQ4TG5PFWR50"))
        about = {"attempt": name, "batch": "41", "payment": "WNS7GQ4TG5PFWR50"}
        proposal = order_of(lost, Command.SETTLE_BY_EVIDENCE, **about)
        assert proposal.shown[0] == "batch 41 settles WNS7GQ4TG5PFWR50: 20.00 EUR"
        assert "  state: charging -> paid" in proposal.shown
        approve(proposal.id, who=MAX, ports=lost.ports)
        assert (lost.due(1).state, lost.due(2).state) == (DueState.PAID, DueState.SCHEDULED)
        with pytest.raises(Refused) as refusal:
            order_of(lost, Command.SETTLE_BY_EVIDENCE, 2, **about)
        assert refusal.value.code == "OUTCOME_KNOWN"

    def test_reports_without_a_gap_prove_that_there_is_none(self, lost: Shop) -> None:
        name = lost.key(1).reference(1)
        for batch, on in ((41, 4), (42, 8), (43, 11)):
            known = a_settlement(batch=batch, announced_at=paris(2026, 11, on, 3))
            lost.ports.store.commit(Change((Insert(known),)))
            keep_report(lost, batch, settled(f"{'A' * 26}.0001.1.1", f"WNS7GQ4TG5PFWR{batch}"))
        about = {"attempt": name, "batches": "41-43"}
        proposal = order_of(lost, Command.SETTLE_BY_ABSENCE, **about)
        assert proposal.shown[0] == "batches 41-43, 6 lines, do not tell it"
        approve(proposal.id, who=MAX, ports=lost.ports)
        assert lost.due(1).attempts[0].state == "refused"
        assert lost.due(1).parked is None
        lost.ports.gateway._script.clear()
        lost.run_until(paris(2026, 11, 20))
        assert lost.due(1).state is DueState.PAID
        assert len(lost.ports.gateway.captured(lost.key(1))) == 1

    def test_what_is_not_read_proves_nothing(self, lost: Shop) -> None:
        unread = a_settlement(batch=41, read_at=None, agenda_at=lost.ports.clock())
        lost.ports.store.commit(Change((Insert(unread),)))
        about = {"attempt": lost.key(1).reference(1), "batches": "41-41"}
        with pytest.raises(Refused) as refusal:
            order_of(lost, Command.SETTLE_BY_ABSENCE, **about)
        assert refusal.value.code == "BATCH_UNREAD"
        with pytest.raises(NotFound):
            order_of(lost, Command.SETTLE_BY_EVIDENCE, attempt=lost.key(1).reference(1),
                     batch="41", payment="x")  # fmt: skip

    @pytest.mark.parametrize(
        ("command", "about", "fields"),
        [
            (Command.SETTLE_BY_EVIDENCE, {"attempt": "x", "batch": "1", "payment": "y"},
             {"attempt": "BAD_ATTEMPT"}),
            (Command.SETTLE_BY_EVIDENCE, {"batch": "x", "payment": "y"}, {"batch": "BAD_BATCH"}),
            (Command.SETTLE_BY_ABSENCE, {"batches": "9"}, {"batches": "BAD_BATCHES"}),
            (Command.SETTLE_BY_ABSENCE, {"batches": "9-8"}, {"batches": "BAD_BATCHES"}),
            (Command.SETTLE_BY_ABSENCE, {"batches": "1-41"}, {"batches": "BAD_BATCHES"}),
        ],
    )  # fmt: skip
    def test_arguments_are_looked_at(
        self, lost: Shop, command: Command, about: dict[str, str], fields: dict[str, str]
    ) -> None:
        with pytest.raises(Invalid) as refusal:
            order_of(lost, command, **({"attempt": lost.key(1).reference(1)} | about))
        assert refusal.value.fields == fields

    def test_a_report_nobody_announced_is_read(self, lost: Shop) -> None:
        """Its lines enter by themselves, as any report's do."""
        with pytest.raises(Invalid) as refusal:
            order_of(lost, Command.READ_BATCH, batch="last")
        assert refusal.value.fields == {"batch": "BAD_BATCH"}
        approve(order_of(lost, Command.READ_BATCH, batch="1").id, who=MAX, ports=lost.ports)
        lost.ports.gateway.close_batch()
        lost.sweep()
        lost.rest()
        assert lost.ports.store.settlement(1).read_at is not None
        with pytest.raises(Refused) as again:
            order_of(lost, Command.READ_BATCH, 2, batch="1")
        assert again.value.code == "NOTHING_TO_DRIVE"


def keep_report(shop: Shop, batch: int, *lines: Told) -> None:
    """The report of a batch as it was fetched; its payments are of 10 November."""
    text = report_text(batch, paid_out(lines), **{"Creation Date": "2026-11-10 09:00:00"})
    shop.ports.files.put_once(report_file(batch), text.encode(), "text/csv")


class TestBrake:
    def test_one_person_stops_every_charge_and_two_go_on(self) -> None:
        shop = Shop()
        shop.subscribe()
        done = order_of(shop, Command.STOP_CHARGING)
        assert (done.state, done.approved_by) == ("done", None)
        brake = shop.ports.store.charging()
        assert brake is not None
        assert brake.stopped == Stopped(reason=WHY, by="ada", since=shop.ports.clock())
        shop.run_until(paris(2026, 11, 6))
        assert shop.due(1).state is DueState.SCHEDULED
        with pytest.raises(Refused) as refusal:
            order_of(shop, Command.STOP_CHARGING, 2)
        assert refusal.value.code == "STOPPED_ALREADY"
        going_on = order_of(shop, Command.RESUME_CHARGING, 3)
        assert shop.ports.store.charging() == brake
        approve(going_on.id, who=MAX, ports=shop.ports)
        shop.sweep()
        assert shop.due(1).state is DueState.PAID

    def test_it_can_be_pulled_before_anything_was_sold(self) -> None:
        shop = Shop()
        order_of(shop, Command.STOP_CHARGING)
        brake = shop.ports.store.charging()
        assert brake is not None
        assert (brake.stopped is not None, brake.version) == (True, 1)

    def test_stopping_is_tried_until_it_stands(self) -> None:
        """Workers count on the brake at the same instant, again and again."""
        shop = Shop()
        shop.ports.store.commit(Change((Insert(a_brake(stopped=None, halted=None)),)))
        busy = Busy(shop.ports.store, 7)
        order = Order(Command.STOP_CHARGING, {}, WHY, ADA)
        done = propose(shop.ports.ids(), order, ports=shop.bundled(store=busy))
        assert done.state == "done"
        assert busy.left == 0
        stuck = Busy(shop.ports.store, 99)
        resume = Order(Command.RESUME_CHARGING, {}, WHY, ADA)
        with pytest.raises(Conflict):
            propose(shop.ports.ids(), resume, ports=shop.bundled(store=stuck))

    def test_charging_that_stopped_itself_is_released_by_two(self) -> None:
        shop = Shop()
        halted = a_brake(stopped=None)
        shop.ports.store.commit(Change((Insert(halted),)))
        proposal = order_of(shop, Command.RELEASE_HALT)
        assert proposal.basis == ()
        assert proposal.shown == (
            "Charging",
            "  halted: approval_fell, 2026-10-05 09:30 UTC -> none",
        )
        counted = halted.next(granted=71)
        shop.ports.store.commit(Change((Replace(counted),)))
        approve(proposal.id, who=MAX, ports=shop.ports)
        brake = shop.ports.store.charging()
        assert brake is not None
        assert brake.halted is None

    @pytest.mark.parametrize(
        ("command", "code"),
        [(Command.RESUME_CHARGING, "NOT_STOPPED"), (Command.RELEASE_HALT, "NOT_HALTED")],
    )
    def test_what_runs_is_left_alone(self, command: Command, code: str) -> None:
        with pytest.raises(Refused) as refusal:
            order_of(Shop(), command)
        assert refusal.value.code == code


class TestLiftFence:
    """A restored table is compared and opened by two people, in steps that may be repeated."""

    @pytest.fixture
    def restored(self) -> World:
        world = a_town(in_memory())
        copy = copy_of(world)
        forgotten_evening(world)
        restore_from(world, copy)
        world.sweep()
        reports(world)
        return world

    def proposal(self, world: World, number: int = 1, /, **arguments: str) -> Proposal:
        last = len(world.fakes.gateway.reports)
        about = {"batches": f"{last}-{last}", "until": world.now.isoformat(), **arguments}
        order = Order(Command.LIFT_FENCE, about, WHY, ADA)
        return propose(sortable_id(world.now, number), order, ports=world.ports)

    def test_it_says_what_it_will_do_and_does_it(self, restored: World) -> None:
        proposal = self.proposal(restored)
        assert proposal.shown[-1] == "  and nothing is left but: nothing"
        done = approve(proposal.id, who=MAX, ports=restored.ports)
        assert (done.state, done.approved_by) == ("done", MAX)
        assert done.told == (
            "4 payments told, 4 of them entered",
            "4 invoices given their numbers back",
            "0 notifications entered that had found no place",
            "the fence is lifted",
        )
        assert approve(proposal.id, who=MAX, ports=restored.ports) == done
        with pytest.raises(Refused) as refusal:
            self.proposal(restored, 2)
        assert refusal.value.code == "NOT_FENCED"

    @pytest.mark.parametrize("how", ["kill", "lose_reply"])
    def test_a_crash_at_any_effect_is_taken_up_again(self, restored: World, how: How) -> None:
        """By the same person or by another; nothing is entered twice."""
        proposal = self.proposal(restored)
        at = 0
        while True:
            saboteur = Saboteur(restored.ports, at=at, how=how)
            with suppress(Killed):
                approve(proposal.id, who=(MAX, ZOE)[at % 2], ports=saboteur)
            if not saboteur.has_struck:
                break
            at += 1
        done = restored.ports.store.proposal(proposal.id)
        assert done.state == "done"
        assert done.told[-1] == "the fence is lifted"
        assert at > 3

    def test_what_is_left_is_told_and_answered_for_by_name(self, restored: World) -> None:
        stray = settled("somebody-else", "WNS7GQ4TG5PFWR77")
        restored.fakes.gateway.close_batch(stray)
        last = len(restored.fakes.gateway.reports)
        both = {"batches": f"{last - 1}-{last}"}
        failed = approve(self.proposal(restored, **both).id, who=MAX, ports=restored.ports)
        assert failed.state == "failed"
        assert failed.told[-2:] == ("the fence stands", "left: somebody-else foreign")
        with pytest.raises(Refused) as refusal:
            approve(failed.id, who=ZOE, ports=restored.ports)
        assert refusal.value.code == "ALREADY_DONE"
        again = self.proposal(restored, 2, accept="somebody-else foreign; ", **both)
        assert approve(again.id, who=MAX, ports=restored.ports).state == "done"

    def test_a_report_that_is_not_there_is_told(self, restored: World) -> None:
        failed = approve(self.proposal(restored, batches="90-90").id, who=MAX, ports=restored.ports)
        assert failed.state == "failed"
        assert failed.told[0].startswith("refused: ")

    def test_reports_that_end_before_the_fence_prove_nothing(self, restored: World) -> None:
        early = (restored.now - timedelta(days=2)).isoformat()
        failed = approve(self.proposal(restored, until=early).id, who=MAX, ports=restored.ports)
        assert failed.told == ("refused: EVIDENCE_TOO_SHORT",)

    def test_lifted_without_a_word_of_it_is_lifted(self, restored: World) -> None:
        """The process died between the lifting and the note of it."""
        proposal = self.proposal(restored)
        order = proposal.order
        assert lift(order, restored.ports)[0]
        assert lift(order, restored.ports) == (True, ("the fence is lifted",))

    @pytest.mark.parametrize("until", ["soon", "2026-11-25T04:00"])
    def test_an_instant_has_its_zone(self, restored: World, until: str) -> None:
        with pytest.raises(Invalid) as refusal:
            self.proposal(restored, until=until)
        assert refusal.value.fields == {"until": "BAD_INSTANT"}


@dataclass
class Busy:
    """A store in which somebody else is first for a while."""

    real: Store
    left: int

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def commit(self, change: Change) -> None:
        if self.left:
            self.left -= 1
            raise Conflict(detail="another writer was first")
        self.real.commit(change)


class TestLook:
    def test_what_is_parked_is_listed_with_its_reason(self, shop: Shop) -> None:
        (found,) = parked(None, 10, ports=shop.ports)
        assert (found.item, found.reason) == (shop.key(1).name, "unpaid")
        assert found.detail == "due 2026-11-05, 4 refusals, last 12"
        assert found.since == shop.due(1).attempts[-1].opened_at
        assert parked("unpaid", 10, ports=shop.ports) == (found,)
        assert parked("disputed", 10, ports=shop.ports) == ()

    def test_what_was_never_tried_is_listed_too(self) -> None:
        shop = Shop()
        held = a_due(parked="disputed", agenda_at=None)
        batch = a_settlement(parked="settlement_differs", agenda_at=None)
        shop.ports.store.commit(Change((Insert(held), Insert(batch))))
        found = parked(None, 10, ports=shop.ports)
        assert [each.item for each in found] == [held.key.name, str(batch.batch)]
        assert found[0].detail == "due 2026-11-05, never tried"
        assert found[1].since == batch.announced_at

    def test_an_item_is_shown_with_what_was_proposed_about_it(self, shop: Shop) -> None:
        first = proposal_of(shop)
        named = shop.due(1).attempts[0]
        second = proposal_of(shop, 2, item=shop.key(1).reference(named.number))
        found = item(due_key_of(shop.key(1).name), ports=shop.ports)
        assert found.proposals == (second.id, first.id)
        assert (found.state, found.contract, found.parked) == ("unpaid", "suspended", "unpaid")
        assert found.accounts["receivable"] == 2000
        assert len(found.attempts) == shop.due(1).refusals


class TestDryRun:
    def test_tomorrow_is_told_from_the_agenda(self) -> None:
        shop = Shop()
        shop.subscribe()
        shop.run_until(paris(2026, 11, 4, 12))
        told = foretell(None, every_contract=False, ports=shop.ports)
        assert told.on == date(2026, 11, 5)
        assert [(row.plan, row.count, row.minor) for row in told.rows] == [("solo", 1, 2000)]
        assert told.by_hour == {5: 1}
        assert told.anomalies == ()
        assert foretell(date(2026, 11, 4), every_contract=False, ports=shop.ports).rows == ()

    def test_what_it_tells_is_what_the_day_charges(self) -> None:
        shop = Shop()
        shop.subscribe()
        shop.run_until(paris(2026, 11, 4, 12))
        (row,) = foretell(None, every_contract=False, ports=shop.ports).rows
        before = len(shop.ports.gateway.captures)
        shop.run_until(paris(2026, 11, 6))
        charged = shop.ports.gateway.captures[before:]
        assert (row.count, row.minor) == (len(charged), sum(c.amount.minor for c in charged))

    def test_a_day_that_is_over_is_not_told(self) -> None:
        shop = Shop()
        with pytest.raises(Invalid) as refusal:
            foretell(date(2026, 10, 4), every_contract=False, ports=shop.ports)
        assert refusal.value.fields == {"on": "PAST_DAY"}

    def test_what_nobody_worked_stands_out(self) -> None:
        shop = Shop()
        shop.subscribe()
        shop.ports.clock.move_to(paris(2026, 11, 6, 12))
        found = foretell(None, every_contract=False, ports=shop.ports).anomalies
        assert [(each.kind, each.reference) for each in found] == [
            ("past_its_date", f"due {shop.key(1).name}")
        ]

    def test_an_order_left_lying_stands_out(self) -> None:
        shop = Shop()
        shop.start()
        shop.place()
        shop.ports.clock.advance(timedelta(days=3))
        found = foretell(None, every_contract=False, ports=shop.ports).anomalies
        assert [each.reference for each in found] == [f"checkout {shop.subscription_id}"]

    def test_the_days_before_come_from_the_latest_proof(self) -> None:
        shop = Shop()
        for number in range(20):
            owner = f"{number:026}"
            _stored(shop, owner, a_due(subscription_id=owner, from_on=date(2026, 11, 4),
                                       agenda_at=None, state=DueState.PAID))  # fmt: skip
        shop.ports.clock.move_to(paris(2026, 11, 5, 4, 30))
        prove_day(ports=shop.ports)
        shop.ports.clock.advance(timedelta(days=2))
        told = foretell(None, every_contract=False, ports=shop.ports)
        assert [each.kind for each in told.anomalies] == []
        assert told.compared_with[-1] == date(2026, 11, 4)
        shop.ports.clock.advance(timedelta(days=1))
        assert foretell(None, every_contract=False, ports=shop.ports).compared_with == ()

    def test_every_contract_is_looked_at_when_told_to(self) -> None:
        shop = Shop()
        paid = a_due(agenda_at=None, state=DueState.PAID)
        _stored(shop, "A" * 26, paid.replace(subscription_id="A" * 26))
        older = paid.replace(subscription_id="A" * 26, period=0)
        shop.ports.store.commit(Change((Insert(older),)))
        assert foretell(None, every_contract=False, ports=shop.ports).anomalies == ()
        (found,) = foretell(None, every_contract=True, ports=shop.ports).anomalies
        assert (found.kind, found.reference) == ("without_next_item", "A" * 26)

    def test_an_item_without_a_contract_stands_out(self) -> None:
        shop = Shop()
        shop.ports.store.commit(Change((Insert(a_due()),)))
        shop.ports.clock.move_to(paris(2026, 11, 4, 12))
        (found,) = foretell(None, every_contract=False, ports=shop.ports).anomalies
        assert (found.kind, found.reference) == ("no_contract", a_due().subscription_id)


def _stored(shop: Shop, owner: str, due: DueItem) -> None:
    subscription = a_subscription(id=owner)
    agreed = a_contract(subscription_id=owner)
    shop.ports.store.commit(Change((Insert(subscription), Insert(agreed), Insert(due))))
