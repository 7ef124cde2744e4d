"""Every effect of every scenario, and each way to spoil it."""

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from chalicelib.domain.kernel.errors import Conflict
from tests.crash import COMMIT, How, Killed, Saboteur
from tests.integration.thread.scenarios import SCENARIOS, Scenario
from tests.world import World, in_memory
from tests.world_verdicts import assert_mailed, assert_sound, letters

A_DAY = timedelta(days=1)
SEND = "post.send"


@dataclass(frozen=True)
class Rehearsal:
    """What a scenario does when nothing goes wrong."""

    effects: tuple[str, ...]
    letters: Counter[tuple[str, str]]


@dataclass(frozen=True)
class Strike:
    """One effect, spoilt in one way."""

    scenario: Scenario
    how: How
    at: int

    @property
    def effects(self) -> tuple[str, ...]:
        """What the scenario does when nothing goes wrong."""
        return rehearse(self.scenario).effects

    @property
    def name(self) -> str:
        """How the test is called."""
        return f"{self.scenario.name}-{self.how}-{self.at:02}-{self.effects[self.at]}"

    def falls_between_send_and_record(self) -> bool:
        """Whether a mail went out of which nothing is known: it may go out once more."""
        if self.how == "lose_reply":
            return self.effects[self.at] == SEND
        return self.at > 0 and self.effects[self.at - 1] == SEND


@cache
def rehearse(scenario: Scenario) -> Rehearsal:
    """Run a scenario to its end with nothing spoilt."""
    world = in_memory()
    act = scenario.prepare(world)
    saboteur = Saboteur(world.ports)
    act(saboteur)
    world.live(A_DAY)
    assert_sound(world)
    assert not world.failures
    return Rehearsal(tuple(saboteur.effects), letters(world))


def strikes() -> list[Strike]:
    """All of them: a commit can also lose a race."""
    return [
        Strike(scenario, how, at)
        for scenario in SCENARIOS
        for at, effect in enumerate(rehearse(scenario).effects)
        for how in ("kill", "lose_reply", "conflict")
        if how != "conflict" or effect == COMMIT
    ]


def strike_and_recover(strike: Strike, world: World) -> None:
    """Spoil the effect; then a healthy process goes on for a day, and all must be well."""
    act = strike.scenario.prepare(world)
    saboteur = Saboteur(world.ports, at=strike.at, how=strike.how)
    with suppress(Killed, Conflict):  # a person is told of a lost race, and presses again
        act(saboteur)
    assert saboteur.has_struck
    if strike.scenario.is_asked_again:
        act(world.ports)
    world.live(A_DAY)
    assert_sound(world)
    repeats_max = 1 if strike.falls_between_send_and_record() else 0
    assert_mailed(world, rehearse(strike.scenario).letters, repeats_max=repeats_max)
