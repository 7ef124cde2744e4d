"""Who may contract alone."""

from datetime import date

import pytest

from chalicelib.domain.kernel.errors import Refused
from chalicelib.domain.kernel.policy import Policy, current_policy
from chalicelib.domain.people.capacity import check_capacity, majority

ON = date(2026, 11, 22)
POLICY = current_policy("recommended")


def refusal(born_on: date, country: str = "FR", policy: Policy = POLICY) -> str | None:
    try:
        check_capacity(born_on=born_on, country=country, on=ON, policy=policy)
    except Refused as refused:
        return refused.code
    return None


class TestCap1:
    """CAP-1: majority of the country of residence; under 16 never; between, a representative."""

    @pytest.mark.parametrize(
        ("born_on", "expected"),
        [
            (date(2008, 11, 22), None),
            (date(2008, 11, 23), "REPRESENTATIVE_NEEDED"),
            (date(2010, 11, 22), "REPRESENTATIVE_NEEDED"),
            (date(2010, 11, 23), "UNDER_16"),
            (date(1950, 1, 1), None),
        ],
    )
    def test_the_birthday_decides_to_the_day(self, born_on: date, expected: str | None) -> None:
        """Eighteen today is of age; tomorrow is a minor."""
        assert refusal(born_on) == expected

    @pytest.mark.parametrize(
        ("country", "years", "expected"),
        [
            ("KR", 18, "REPRESENTATIVE_NEEDED"), ("KR", 19, None),
            ("NZ", 19, "REPRESENTATIVE_NEEDED"), ("NZ", 20, None),
            ("SG", 20, "REPRESENTATIVE_NEEDED"), ("SG", 21, None),
            ("BE", 18, None),
        ],
    )  # fmt: skip
    def test_a_higher_majority_of_the_country_counts(
        self, country: str, years: int, expected: str | None
    ) -> None:
        """From 18 to that age the person is treated as a minor."""
        assert refusal(date(ON.year - years, 1, 1), country) == expected

    def test_the_gap_can_be_allowed_by_policy(self) -> None:
        """Then 18 is enough everywhere; under 18 stays a minor."""
        allowing = POLICY.replace(gap_band="allow")
        assert (majority("SG", allowing), majority("FR", allowing)) == (18, 18)
        assert refusal(date(ON.year - 18, 1, 1), "SG", allowing) is None
        assert refusal(date(ON.year - 17, 1, 1), "SG", allowing) == "REPRESENTATIVE_NEEDED"
