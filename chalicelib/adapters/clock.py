"""The clocks: the wall's, and the business clock, which a sandbox may move."""

from collections.abc import Callable
from datetime import UTC, datetime


def utc_now() -> datetime:
    """The instant on the wall."""
    return datetime.now(UTC)  # noqa: TID251 - the one place that reads the clock


def business_clock(url: str) -> Callable[[], datetime]:
    """The business clock: the wall's, or the one a sandbox serves at `url`, asked at each call."""
    if not url:
        return utc_now

    def moved() -> datetime:
        import requests  # noqa: PLC0415 - sandbox only

        answer = requests.get(url, timeout=5).json()
        return datetime.fromisoformat(answer["now"]).astimezone(UTC)

    return moved
