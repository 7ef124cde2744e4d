"""An auditor that finds nothing is worth what it would find: defects are planted for it."""

import pytest

from tests.simulation.command.examine import examined
from tests.simulation.defects.planted import DEFECTS, Defect
from tests.simulation.world.plan import troubled

pytestmark = pytest.mark.simulation

SEEDS_MAX = 60


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: defect.__name__)
class TestPlantedDefects:
    def test_it_is_found_and_it_alone(self, defect: Defect) -> None:
        """Within sixty small worlds; without the defect the same world is in order."""
        for seed in range(1, SEEDS_MAX + 1):
            with defect():
                is_found = bool(examined(troubled(seed)).findings)
            if is_found:
                assert examined(troubled(seed)).findings == ()
                return
        pytest.fail(f"{defect.__name__} was not found in {SEEDS_MAX} worlds")
