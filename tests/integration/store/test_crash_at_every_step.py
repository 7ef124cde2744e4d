"""A renewal that dies, loses a reply or loses a race at any step captures once, on both stores."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

import pytest

from chalicelib.application.billing.advance import advance
from chalicelib.application.ports import Ports
from chalicelib.domain.billing.agenda import LEASE, shard
from chalicelib.domain.billing.due import DueState
from chalicelib.domain.billing.guards import opened
from chalicelib.domain.billing.outcomes import Authorised
from chalicelib.domain.kernel.calendar import start_of_day
from chalicelib.domain.kernel.change import Change, Insert
from chalicelib.domain.kernel.errors import Conflict
from tests.crash import How, Killed, Saboteur
from tests.fakes import VISA, Bundle, FakePorts, LostReply
from tests.fakes_things import SUBSCRIPTION_ID, a_due, a_subscription
from tests.integration.store.conftest import Kept

KEY = a_due().key
STEPS = ["store.count", "store.commit", "gateway.charge", "store.commit"]
ACT = STEPS.index("gateway.charge")
LIMIT = 10


@dataclass(frozen=True)
class Renewal:
    """One due item on its date, in a world of its own."""

    fakes: FakePorts
    ports: Bundle

    def sweep(self, ports: Ports | None = None) -> None:
        """Advance whatever is due, as the schedule does."""
        ports = ports or self.ports
        now = ports.clock()
        for entry in ports.store.due_entries(shard(SUBSCRIPTION_ID), now, LIMIT):
            advance(entry, ports=ports)

    def recover(self) -> None:
        """What comes after a crash: the lease runs out, and the schedule finds the rest."""
        for _ in range(2):
            self.fakes.clock.advance(LEASE + timedelta(seconds=1))
            self.sweep()


@pytest.fixture
def renewal(kept: Kept) -> Renewal:
    fakes = FakePorts()
    ports = fakes.bundle(store=kept.store)
    ready = a_subscription(confirmed_at=fakes.clock(), invited_at=fakes.clock())
    ports.store.commit(Change((Insert(ready), Insert(a_due()))))
    at = fakes.clock.move_to(start_of_day(a_due().from_on, hour=5))
    ports.store.commit(Change((Insert(opened(ports.store.identity(), at)),)))
    return Renewal(fakes, ports)


def assert_paid_once(renewal: Renewal) -> None:
    assert len(renewal.fakes.gateway.captured(KEY)) == 1
    first, second = renewal.ports.store.due_items(SUBSCRIPTION_ID)
    assert (first.state, second.state) == (DueState.PAID, DueState.SCHEDULED)
    assert [attempt.state for attempt in first.attempts] == ["authorised"]
    assert sum(posting.minor for posting in first.postings) == 0


def test_a_renewal_has_four_effects(renewal: Renewal) -> None:
    rehearsal = Saboteur(renewal.ports)
    renewal.sweep(rehearsal)
    assert rehearsal.effects == STEPS
    assert_paid_once(renewal)


@pytest.mark.parametrize("how", ["kill", "lose_reply"])
@pytest.mark.parametrize("at", range(len(STEPS)))
def test_a_crash_at_any_step_captures_once(renewal: Renewal, at: int, how: How) -> None:
    saboteur = Saboteur(renewal.ports, at=at, how=how)
    with suppress(Killed):
        renewal.sweep(saboteur)
    assert saboteur.has_struck
    renewal.recover()
    assert_paid_once(renewal)


@pytest.mark.parametrize("at", [ACT - 1, ACT + 1])
def test_a_lost_race_at_any_commit_captures_once(renewal: Renewal, at: int) -> None:
    saboteur = Saboteur(renewal.ports, at=at, how="conflict")
    with suppress(Conflict):
        renewal.sweep(saboteur)
    assert saboteur.has_struck
    renewal.recover()
    assert_paid_once(renewal)


@pytest.mark.parametrize("second", range(len(STEPS)))
def test_a_crash_while_recovering_from_a_crash_captures_once(renewal: Renewal, second: int) -> None:
    with suppress(Killed):
        renewal.sweep(Saboteur(renewal.ports, at=ACT, how="lose_reply"))
    renewal.fakes.clock.advance(LEASE + timedelta(seconds=1))
    again = Saboteur(renewal.ports, at=second, how="kill")
    with suppress(Killed):
        renewal.sweep(again)
    assert again.has_struck
    renewal.recover()
    assert_paid_once(renewal)


def test_an_answer_that_never_came_is_asked_for_with_the_same_key(renewal: Renewal) -> None:
    paid = Authorised(provider_reference="WNS7GQ4TG5PFWR50")
    renewal.fakes.gateway.script(VISA.token, LostReply(paid))
    renewal.sweep()
    assert renewal.ports.store.due_item(KEY, fresh=True).state is DueState.CHARGING
    renewal.recover()
    assert_paid_once(renewal)
    keys = {request.idempotency_key for request in renewal.fakes.gateway.charges}
    assert len(keys) == 1
    assert len(renewal.fakes.gateway.charges) > 1
