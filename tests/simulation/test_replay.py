"""One seed is one world: whoever lives it, wherever, whenever."""

import subprocess
import sys
from dataclasses import replace

import pytest

from tests.simulation.command.examine import examined
from tests.simulation.world.plan import planned, troubled

pytestmark = pytest.mark.simulation

TELL = (
    "from tests.simulation.command.examine import examined\n"
    "from tests.simulation.world.plan import troubled\n"
    "print(examined(troubled(3)).digest)\n"
)


def digest_elsewhere(hash_seed: str) -> str:
    """The digest of a troubled world, lived by another process with hashes of its own."""
    done = subprocess.run(  # noqa: S603 - our own code
        [sys.executable, "-c", TELL],
        capture_output=True,
        check=True,
        text=True,
        env={"PYTHONHASHSEED": hash_seed, "PYTHONPATH": "."},
    )
    return done.stdout.strip()


class TestReplay:
    def test_a_seed_replays_one_world_in_any_process(self) -> None:
        here = examined(troubled(3)).digest
        assert {digest_elsewhere("1"), digest_elsewhere("271828")} == {here}

    def test_another_seed_is_another_world(self) -> None:
        assert examined(planned(3)).digest != examined(planned(4)).digest

    def test_a_person_stays_the_same_with_fewer_people_around(self) -> None:
        """What makes a finding small enough to read."""
        plan = replace(troubled(5), faults=())
        orders = [
            [line[:19] for line in examined(one, keeps_all=True).story if " p4 orders" in line]
            for one in (plan, plan.with_people((4,)))
        ]
        assert orders[0]
        assert orders[0] == orders[1]
