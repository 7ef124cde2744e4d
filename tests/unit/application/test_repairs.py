"""Operators at work: propose, approve, look; a second person, and nothing that was not shown."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import count

import pytest

from chalicelib.application.billing.prove_day import prove_day
from chalicelib.application.billing.repairs.approve import approve
from chalicelib.application.billing.repairs.foretell import foretell
from chalicelib.application.billing.repairs.look import item, waiting
from chalicelib.application.billing.repairs.plans import PLANNERS, due_key_of
from chalicelib.application.billing.repairs.propose import propose
from chalicelib.domain.billing.due import DueItem, DueState
from chalicelib.domain.billing.outcomes import Refused as RefusedOutcome
from chalicelib.domain.billing.proposal import LAPSES_AFTER, Command, Proposal
from chalicelib.domain.contract.subscription import Status
from chalicelib.domain.kernel.change import Change, Insert, Replace
from chalicelib.domain.kernel.errors import Conflict, Invalid, NotFound, Refused
from chalicelib.domain.kernel.ids import sortable_id
from tests.examples import Shop, paris
from tests.fakes import VISA
from tests.fakes_things import a_contract, a_due, a_settlement, a_subscription

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


@pytest.fixture
def ids(shop: Shop) -> Iterator[str]:
    return (sortable_id(shop.ports.clock(), number) for number in count(1))


def proposal_of(shop: Shop, number: int = 1, who: str = ADA, command: Command = Command.RE_DRIVE,
                **arguments: str) -> Proposal:  # fmt: skip
    name = sortable_id(shop.ports.clock(), number)
    wanted = {"item": shop.key(1).name, **arguments}
    return propose(name, command, wanted, why=WHY, who=who, ports=shop.ports)


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
            proposal_of(shop, **other)  # type: ignore[arg-type]  # by name

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
            proposal_of(shop, **arguments)  # type: ignore[arg-type]  # by name
        assert refusal.value.fields == fields

    @pytest.mark.parametrize("why", ["", "  ", "x" * 501])
    def test_a_reason_is_given(self, shop: Shop, why: str) -> None:
        with pytest.raises(Invalid) as refusal:
            propose("x", Command.RE_DRIVE, {}, why=why, who=ADA, ports=shop.ports)
        assert refusal.value.fields == {"why": "BAD_WHY"}

    def test_the_id_is_one_of_ours(self, shop: Shop) -> None:
        with pytest.raises(Invalid) as refusal:
            propose("x", Command.RE_DRIVE, {}, why=WHY, who=ADA, ports=shop.ports)
        assert refusal.value.fields == {"id": "BAD_ID"}

    def test_a_debt_is_written_off_for_a_reason_of_the_list(self, shop: Shop) -> None:
        with pytest.raises(Invalid) as refusal:
            proposal_of(shop, command=Command.WRITE_OFF, reason="tired")
        assert refusal.value.fields == {"reason": "BAD_REASON"}

    def test_what_does_not_exist_is_not_found(self, shop: Shop) -> None:
        with pytest.raises(NotFound):
            proposal_of(shop, item=shop.key(7).name)

    def test_every_command_has_a_plan(self) -> None:
        assert set(PLANNERS) == set(Command)


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


class TestLook:
    def test_what_is_parked_is_listed_with_its_reason(self, shop: Shop) -> None:
        (found,) = waiting(None, 10, ports=shop.ports)
        assert (found.item, found.reason) == (shop.key(1).name, "unpaid")
        assert found.detail == "due 2026-11-05, 4 refusals, last 12"
        assert found.since == shop.due(1).attempts[-1].opened_at
        assert waiting("unpaid", 10, ports=shop.ports) == (found,)
        assert waiting("disputed", 10, ports=shop.ports) == ()

    def test_what_was_never_tried_is_listed_too(self) -> None:
        shop = Shop()
        held = a_due(parked="disputed", agenda_at=None)
        batch = a_settlement(parked="settlement_differs", agenda_at=None)
        shop.ports.store.commit(Change((Insert(held), Insert(batch))))
        found = waiting(None, 10, ports=shop.ports)
        assert [each.item for each in found] == [held.key.name, f"batch {batch.batch}"]
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
