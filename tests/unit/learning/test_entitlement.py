"""What a learner may open."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.domain.learning.entitlement import PLUS, SOLO, Standing, features
from tests.examples import paris

CONFIRMED_AT = datetime(2026, 11, 15, 9, tzinfo=UTC)
NOW = CONFIRMED_AT + timedelta(hours=1)


def a_standing(**changes: Any) -> Standing:
    standing = Standing(
        plan="solo",
        is_running=True,
        starts_on=date(2026, 11, 15),
        ends_on=None,
        confirmed_at=CONFIRMED_AT,
    )
    return standing.replace(**changes)


class TestDef2:
    """DEF-2: what can be opened follows from the contract's state at the instant of access."""

    def test_solo_opens_the_catalogue_and_what_belongs_to_it(self) -> None:
        """Courses, exercises, certificates, forum, private messages."""
        assert features(a_standing(), NOW) == SOLO
        assert set(SOLO) == {"courses", "exercises", "certificates", "forum", "private_messages"}

    def test_plus_opens_solo_and_mentor_projects_and_diploma(self) -> None:
        """Plus contains Solo."""
        assert features(a_standing(plan="plus"), NOW) == PLUS
        assert set(PLUS) - set(SOLO) == {"mentor_sessions", "projects", "diploma_track"}

    def test_a_suspended_or_ended_contract_opens_nothing(self) -> None:
        """Neither of them is running."""
        assert features(a_standing(is_running=False), NOW) == ()

    @pytest.mark.parametrize(
        ("now", "opens"),
        [
            (paris(2026, 11, 23, 23, 59), False),
            (paris(2026, 11, 24), True),
            (paris(2026, 12, 23, 23, 59), True),
            (paris(2026, 12, 24), False),
        ],
    )
    def test_access_lasts_from_the_first_day_to_the_last(
        self, now: datetime, *, opens: bool
    ) -> None:
        """Midnight in Paris on both ends."""
        lasting = a_standing(starts_on=date(2026, 11, 24), ends_on=date(2026, 12, 24))
        assert bool(features(lasting, now)) is opens


class TestFrm4:
    """FRM-4: no access before the confirmation was handed to the relay."""

    @pytest.mark.parametrize("confirmed_at", [None, NOW + timedelta(seconds=1)])
    def test_an_unconfirmed_contract_opens_nothing(self, confirmed_at: datetime | None) -> None:
        """However much was paid."""
        assert features(a_standing(confirmed_at=confirmed_at), NOW) == ()

    def test_the_very_instant_of_the_confirmation_opens(self) -> None:
        """Not a second later."""
        assert features(a_standing(), CONFIRMED_AT) == SOLO
