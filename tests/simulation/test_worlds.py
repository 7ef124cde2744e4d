"""Worlds in which everything goes wrong that can, and the auditor finds nothing."""

import time
from random import SystemRandom

import pytest

from tests.simulation.command.examine import examined
from tests.simulation.world.plan import BIG_EVERY, planned, troubled

pytestmark = pytest.mark.simulation

SMALL = [
    [seed for seed in range(first, first + 6) if seed % BIG_EVERY] for first in range(1, 61, 6)
]
FRESH_SECONDS = 15
FRESH_FROM = 1_000_000


def assert_silent(seed: int, *, is_troubled: bool = False) -> int:
    """The world of a seed holds every promise; how many months it held."""
    outcome = examined(troubled(seed) if is_troubled else planned(seed))
    found = "\n".join(str(finding) for finding in outcome.findings)
    assert not outcome.findings, f"make simulate SEED={seed}\n{found}"
    return outcome.months


class TestKnownWorlds:
    """PAY-5, REN-1, REN-2, INV-2, DUN-1: what must hold in any world."""

    @pytest.mark.parametrize("seeds", SMALL, ids=lambda seeds: f"{seeds[0]}-{seeds[-1]}")
    def test_small_worlds(self, seeds: list[int]) -> None:
        assert sum(assert_silent(seed) for seed in seeds) > 0

    @pytest.mark.parametrize("seeds", [range(1, 9), range(9, 17)], ids=["first", "second"])
    def test_troubled_worlds(self, seeds: range) -> None:
        assert sum(assert_silent(seed, is_troubled=True) for seed in seeds) > 100

    def test_a_big_world(self) -> None:
        """Hundreds of subscribers over years."""
        assert assert_silent(100) > 1_500


class TestFreshWorlds:
    @pytest.mark.parametrize("_number", range(2))
    def test_worlds_nobody_has_seen(self, _number: int) -> None:
        """As many as the time allows; a finding names its seed."""
        until = time.monotonic() + FRESH_SECONDS
        seed = SystemRandom().randrange(FRESH_FROM, 10 * FRESH_FROM)
        months = 0
        while time.monotonic() < until:
            seed += 1
            months += assert_silent(seed) if seed % BIG_EVERY else 0
        print(f"fresh worlds up to seed {seed}: {months} subscriber-months")  # noqa: T201
        assert months > 0
