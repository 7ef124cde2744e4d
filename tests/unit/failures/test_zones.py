"""Failures of other billing systems around zones of processes."""

import pytest

from chalicelib.settings import WrongSetting, read_settings
from tests.world_site import SETTINGS


class TestFailure9:
    """Failure 9: every process runs in UTC, or does not start."""

    @pytest.mark.parametrize("zone", ["Europe/Paris", "America/New_York", "UTC+1"])
    def test_a_process_in_another_zone_does_not_start(self, zone: str) -> None:
        """The setting is named."""
        with pytest.raises(WrongSetting, match="TZ"):
            read_settings({**SETTINGS, "TZ": zone})

    @pytest.mark.parametrize("zone", ["UTC", ":UTC"])
    def test_a_process_in_utc_starts(self, zone: str) -> None:
        """As Lambda sets it."""
        assert read_settings({**SETTINGS, "TZ": zone}).table_name == SETTINGS["TABLE_NAME"]
