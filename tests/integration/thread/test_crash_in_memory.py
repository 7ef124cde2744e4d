"""A process dies, loses a reply or loses a race at any effect: once paid, once papered, no rest."""

import pytest

from tests.integration.thread.scenarios import SCENARIOS, Scenario
from tests.integration.thread.strikes import Strike, rehearse, strike_and_recover, strikes
from tests.world import in_memory

STRIKES = strikes()


@pytest.mark.parametrize("strike", STRIKES, ids=lambda strike: strike.name)
def test_the_thread_survives(strike: Strike) -> None:
    strike_and_recover(strike, in_memory())


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.name)
def test_a_scenario_does_the_same_each_time(scenario: Scenario) -> None:
    assert rehearse.__wrapped__(scenario) == rehearse(scenario)
