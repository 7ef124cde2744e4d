"""The operators' functions on a table: two people, one change, no trace of learners."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest

import app
from chalicelib import bootstrap
from chalicelib.application.billing.repairs.approve import approve
from chalicelib.application.billing.repairs.propose import propose
from chalicelib.application.ports import Ids
from chalicelib.domain.billing import guards
from chalicelib.domain.billing.due import DueItem, DueState
from chalicelib.domain.billing.guards import Ask, Charging
from chalicelib.domain.billing.operating.proposal import Command, Order, Proposal
from chalicelib.domain.billing.outcomes import Refused as RefusedOutcome
from chalicelib.domain.kernel.change import Change, Replace
from chalicelib.domain.kernel.errors import Refused
from chalicelib.entrypoints import operations
from infra.operate.__main__ import main
from infra.operate.commands import Wanted
from infra.operate.reaching import Reach
from tests.crash import How, Killed, Saboteur
from tests.fakes import VISA
from tests.integration.http.site import EMAIL, SETTINGS, SiteContainer
from tests.integration.logs.scan import Log, found
from tests.integration.thread.meetings import at_once, meeting
from tests.world import World, on_table
from tests.world_verdicts import due_key

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient

ADA, MAX, ZOE = "sandbox/ada", "sandbox/max", "sandbox/zoe"
NO = RefusedOutcome(provider_reference="WNS7GQ4TG5PFWR50", code="12")
A_MONTH = timedelta(days=31)
EFFECTS = ["store.commit"]


class Context:
    """The part of the runtime's context that the functions read."""

    invoked_function_arn = "arn:aws:lambda:eu-west-3:111122223333:function:tacite-Propose-1"


@pytest.fixture
def world(
    dynamodb: "DynamoDBClient", streams: "DynamoDBStreamsClient", table: str, commit_ids: Ids
) -> Iterator[World]:
    """One contract whose renewal was refused until it was parked; the functions run on it."""
    world = on_table(dynamodb, streams, table, commit_ids)
    subscription_id = world.subscribe()
    world.fakes.gateway.script(VISA.token, *[NO] * 4)
    world.move_to_next_due(subscription_id)
    world.live(timedelta(days=10))
    container = SiteContainer(replace(SETTINGS, environment="sandbox"), world.ports)
    bootstrap.use(container)
    yield world
    bootstrap._held.clear()


def the_item(world: World) -> DueItem:
    (subscription,) = world.ports.store.every_subscription()
    return world.ports.store.due_item(due_key(subscription.id, 1), fresh=True)


def reaching(name: str) -> Any:
    def reach(wanted: Wanted) -> Reach:
        def call(function: str, request: dict[str, Any]) -> dict[str, Any]:
            sent = {**request, "who": {"claimed": name}}
            answer: dict[str, Any] = getattr(app, function)(sent, Context())
            return answer

        return call

    return reach


def proposed(world: World, command: Command = Command.RE_DRIVE, **arguments: str) -> Proposal:
    about = {"item": the_item(world).key.name, **arguments}
    return propose(world.fakes.ids(), Order(command, about, "tried", ADA), ports=world.ports)


class TestTheWholeWay:
    def test_from_parked_to_paid_by_two_people(
        self, world: World, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["parked"], reaching("ada")) == 0
        item = the_item(world).key.name
        assert item in capsys.readouterr().out
        assert main(["re-drive", item, "--why", "card is good again"], reaching("ada")) == 0
        told = capsys.readouterr().out
        proposal_id = told.split()[-1]
        assert main(["approve", proposal_id], reaching("ADA")) == 2
        assert "somebody else" in capsys.readouterr().err
        assert the_item(world).parked == "unpaid"
        assert main(["approve", proposal_id], reaching("max")) == 0
        assert main(["approve", proposal_id], reaching("zoe")) == 2
        world.live(timedelta(minutes=10))
        assert the_item(world).state is DueState.PAID
        capsys.readouterr()
        assert main(["proposals"], reaching("ada")) == 0
        assert "done   ada          max" in capsys.readouterr().out
        assert main(["parked"], reaching("ada")) == 0
        assert "Nothing is parked." in capsys.readouterr().out
        assert main(["item", item], reaching("ada")) == 0
        assert proposal_id in capsys.readouterr().out
        assert main(["proposal", proposal_id], reaching("ada")) == 0
        capsys.readouterr()
        assert main(["charging"], reaching("ada")) == 0
        assert "Nothing holds charges back" in capsys.readouterr().out

    def test_a_dry_run_reads_the_agenda_and_says_what_it_cost(
        self, world: World, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Sixteen shards at half a unit, and one unit or two for each item with its contract."""
        world.subscribe("ada")
        subscription_id = world.subscribe("max")
        on = world.ports.store.due_items(subscription_id)[-1].from_on.isoformat()
        answer = app.inspect({"question": "dry-run", "on": on}, Context())
        assert answer["result"]["rows"][0]["count"] == 2
        assert set(answer["units"]) == {"query", "batch_get_item"}
        assert answer["units"]["query"] == pytest.approx(8)
        assert answer["units"]["batch_get_item"] <= 2 * 2.5
        whole = app.inspect({"question": "dry-run", "every_contract": True, "on": on}, Context())
        assert whole["units"]["scan"] > 0

    def test_the_proof_and_the_file_of_a_dispute_are_handed_out_by_link(
        self, world: World, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """Two languages of one page; one archive for each dispute, none where there was none."""
        (subscription,) = world.ports.store.every_subscription()
        assert main(["proof-link"], reaching("ada")) == 0
        told = capsys.readouterr().out
        assert "/fr/proof/" in told
        assert "/en/proof/" in told
        assert main(["dispute-file", subscription.id], reaching("ada")) == 0
        assert "No bank ever disputed" in capsys.readouterr().out
        (paid,) = world.ports.store.due_items(subscription.id)[:1]
        assert paid.paying_attempt is not None
        payment = paid.paying_attempt.provider_reference
        assert payment is not None
        world.fakes.gateway.dispute("CHARGEBACK", payment)
        world.rest()
        assert main(["dispute-file", subscription.id], reaching("ada")) == 0
        assert "DISPUTE1, version " in capsys.readouterr().out
        assert main(["dispute-file", "nobody"], reaching("ada")) == 2

    def test_nothing_about_a_person_is_logged_or_told(
        self, world: World, capsys: pytest.CaptureFixture[str]
    ) -> None:
        item = the_item(world).key.name
        with Log() as log:
            for typed in (
                ["parked"], ["item", item], ["dry-run"], ["proposals"],
                ["re-drive", item, "--why", "called us"],
                ["write-off", item, "--reason", "goodwill", "--why", "called us"],
            ):  # fmt: skip
                main(typed, reaching("ada.lovelace"))
        said = capsys.readouterr()
        person = {"mail": EMAIL, "name": "Zoé", "family": "d’Aubigné", "token": VISA.token}
        assert not found([said.out, said.err, *log.lines], person)
        assert not found(log.lines, {"operator": "ada.lovelace", "why": "called us"})


class TestFailure16:
    """However many approve, it is done once: by a conditional write."""

    def test_of_two_approvers_at_once_one_is_first(self, world: World) -> None:
        proposal = proposed(world)
        before = the_item(world).version
        ports = world.fakes.bundle(store=meeting(world.ports.store, 2))
        outcomes = at_once(
            lambda: approve(proposal.id, who=MAX, ports=ports),
            lambda: approve(proposal.id, who=ZOE, ports=ports),
        )
        refused = [each for each in outcomes if isinstance(each, Refused)]
        assert [each.code for each in refused] == ["ALREADY_DONE"]
        assert the_item(world).version == before + 1
        done = world.ports.store.proposal(proposal.id)
        assert done.approved_by in (MAX, ZOE)

    def test_two_proposals_about_one_item_are_never_both_done(self, world: World) -> None:
        first = proposed(world)
        second = proposed(world, Command.WRITE_OFF, reason="goodwill")
        ports = world.fakes.bundle(store=meeting(world.ports.store, 2))
        outcomes = at_once(
            lambda: approve(first.id, who=MAX, ports=ports),
            lambda: approve(second.id, who=ZOE, ports=ports),
        )
        refused = [each for each in outcomes if isinstance(each, Refused)]
        assert [each.code for each in refused] == ["CHANGED_SINCE"]
        states = sorted(each.state for each in world.ports.store.proposals(2))
        assert states == ["done", "stale"]


class TestStop:
    def test_stopping_stands_against_workers_that_count_all_the_time(self, world: World) -> None:
        """Each count moves the brake; the stop is tried until it is first, and then none counts."""
        store, now = world.ports.store, world.now
        ask = Ask(at=now, table_id=store.identity(), wanted=1, hour_max=10_000, canary_max=10_000)
        is_over = Event()

        def count_on() -> int:
            granted = 0
            while not is_over.is_set():
                granted += store.count(ask).is_counted
            return granted

        turned = guards.turned(stored(store.charging()), now)
        store.commit(Change((Replace(turned),)))
        with ThreadPoolExecutor(4) as pool:
            workers = [pool.submit(count_on) for _ in range(4)]
            order = Order(Command.STOP_CHARGING, {}, "prices look wrong", ADA)
            try:
                done = propose(world.fakes.ids(), order, ports=world.ports)
                brake = stored(store.charging())
            finally:
                is_over.set()
            counted = sum(worker.result() for worker in workers)
        assert done.state == "done"
        assert brake.stopped is not None
        assert stored(store.charging()).granted == brake.granted
        assert counted > 0
        assert not store.count(ask).is_counted


def stored(brake: Charging | None) -> Charging:
    assert brake is not None
    return brake


class TestCrash:
    """An approval that dies, loses its reply or loses a race is done whole or not at all."""

    def test_an_approval_is_one_effect(self, world: World) -> None:
        rehearsal = Saboteur(world.ports)
        approve(proposed(world).id, who=MAX, ports=rehearsal)
        assert rehearsal.effects == EFFECTS

    @pytest.mark.parametrize("how", ["kill", "lose_reply"])
    @pytest.mark.parametrize("command", [Command.RE_DRIVE, Command.WRITE_OFF])
    def test_approved_again_after_a_crash_it_is_done_once(
        self, world: World, how: How, command: Command
    ) -> None:
        about = {"reason": "goodwill"} if command is Command.WRITE_OFF else {}
        proposal = proposed(world, command, **about)
        before = the_item(world)
        saboteur = Saboteur(world.ports, at=0, how=how)
        with suppress(Killed):
            approve(proposal.id, who=MAX, ports=saboteur)
        assert saboteur.has_struck
        state = world.ports.store.proposal(proposal.id).state
        moved = the_item(world).version - before.version
        assert (state, moved) == (("done", 1) if how == "lose_reply" else ("open", 0))
        done = approve(proposal.id, who=MAX, ports=world.ports)
        assert (done.state, done.approved_by) == ("done", MAX)
        assert the_item(world).version == before.version + 1
        assert sum(posting.minor for posting in the_item(world).postings) == 0

    def test_a_lost_race_is_decided_again(self, world: World) -> None:
        proposal = proposed(world)
        saboteur = Saboteur(world.ports, at=0, how="conflict")
        assert approve(proposal.id, who=MAX, ports=saboteur).state == "done"
        assert the_item(world).parked is None

    @pytest.mark.parametrize("how", ["kill", "lose_reply"])
    def test_a_proposal_sent_again_after_a_crash_is_the_same(self, world: World, how: How) -> None:
        about = {"item": the_item(world).key.name}
        name, order = world.fakes.ids(), Order(Command.RE_DRIVE, about, "tried", ADA)
        with suppress(Killed):
            propose(name, order, ports=Saboteur(world.ports, at=0, how=how))  # fmt: skip
        again = propose(name, order, ports=world.ports)
        assert world.ports.store.proposals(5) == (again,)


class TestRequests:
    @pytest.mark.parametrize(
        ("function", "request_", "fields"),
        [
            ("inspect", {"question": "weather"}, {"question": "UNKNOWN"}),
            ("inspect", {"question": "parked", "limit": 0}, {"limit": "BAD_LIMIT"}),
            ("inspect", {"question": "parked", "limit": "9"}, {"limit": "BAD_LIMIT"}),
            ("inspect", {"question": "dry-run", "on": "soon"}, {"on": "BAD_DATE"}),
            ("inspect", {"question": "item", "item": "x"}, {"item": "BAD_ITEM"}),
            ("propose", {"command": "erase"}, {"command": "UNKNOWN"}),
            ("propose", {"command": "re-drive"}, {"arguments": "MISSING"}),
        ],
    )
    def test_a_request_that_fits_nothing_names_what_is_wrong(
        self, world: World, function: str, request_: dict[str, Any], fields: dict[str, str]
    ) -> None:
        sent = {**request_, "who": {"claimed": "ada"}}
        answer = getattr(app, function)(sent, Context())
        assert answer == {"problem": {"code": "INVALID", "about": "", "fields": fields}}

    @pytest.mark.parametrize("function", ["propose", "approve"])
    @pytest.mark.parametrize("who", [None, {"claimed": 7}, {}, {"proof": "https://example.org/"}])
    def test_nobody_in_particular_proposes_or_approves(
        self, world: World, function: str, who: object
    ) -> None:
        answer = getattr(app, function)({"id": "x", "who": who}, Context())
        assert answer["problem"]["code"] == "UNPROVEN_CALLER"

    def test_outside_the_sandbox_no_name_is_taken_at_its_word(self, world: World) -> None:
        bootstrap.use(SiteContainer(SETTINGS, world.ports))
        sent = {"command": "re-drive", "arguments": {}, "who": {"claimed": "ada"}}
        answer = operations.propose(sent, Context())
        assert answer["problem"]["code"] == "UNPROVEN_CALLER"
