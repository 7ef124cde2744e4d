"""The provider's clock, by the `Date` of its answers."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.adapters.adyen import connection
from chalicelib.adapters.clock import utc_now
from tests.integration.adyen.providers import Simulated

NOW = datetime(2026, 11, 25, 4, 0, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def unheard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was heard of the provider yet."""
    monkeypatch.setattr(connection, "_latest", [])


class TestFailure31:
    """Failure 31: our clock may be wrong in either direction."""

    @pytest.mark.parametrize("seconds", [-400, 0, 400])
    def test_the_header_tells_how_far_apart_the_clocks_are(
        self, seconds: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Half a second is what whole seconds cannot say; half the call is its way back."""
        monkeypatch.setattr(connection, "utc_now", lambda: NOW)
        told = (NOW + timedelta(seconds=seconds)).strftime("%a, %d %b %Y %H:%M:%S GMT")
        connection.note_date(told, NOW - timedelta(seconds=1), NOW)
        assert connection.clock_offset() == timedelta(seconds=seconds + 1)

    @pytest.mark.parametrize("date", [None, "", "soon", "25/11/2026"])
    def test_an_answer_without_a_date_tells_nothing(self, date: str | None) -> None:
        connection.note_date(date, NOW, NOW)
        assert connection.clock_offset() is None

    def test_what_was_told_long_ago_is_not_believed(self) -> None:
        then = utc_now() - connection.TOLD_FOR - timedelta(seconds=1)
        connection.note_date("Wed, 25 Nov 2026 04:00:10 GMT", then, then)
        assert connection.clock_offset() is None

    def test_the_gateway_asks_when_it_does_not_know(self, adyen: Simulated) -> None:
        """The simulator runs on the wall clock of this machine, as we do."""
        offset = adyen.gateway.clock_offset()
        assert offset is not None
        assert abs(offset) < timedelta(seconds=5)

    def test_even_an_error_tells_the_time(self, adyen: Simulated) -> None:
        adyen.go_down()
        assert adyen.gateway.clock_offset() is not None
