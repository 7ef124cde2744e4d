"""The same crashes with a real table and its stream behind the store."""

import pytest

from tests.integration.thread.strikes import Strike, strike_and_recover, strikes
from tests.world import World


@pytest.mark.parametrize("strike", strikes(), ids=lambda strike: strike.name)
def test_the_thread_survives(strike: Strike, table_world: World) -> None:
    strike_and_recover(strike, table_world)
