"""Who may contract alone (CAP-1; CGS 1 §4-7)."""

from datetime import date

from chalicelib.domain.kernel.calendar import completed_years
from chalicelib.domain.kernel.errors import Refused
from chalicelib.domain.kernel.policy import Policy

DEFAULT_MAJORITY = 18
YOUNGEST = 16
# From memory of national laws, to verify with counsel (CAP-1 b); countries not named are at 18.
MAJORITY = {
    "DZ": 19, "KR": 19, "TH": 20, "NZ": 20, "SG": 21, "EG": 21, "KW": 21, "BH": 21, "CM": 21,
    "HN": 21, "PR": 21,
}  # fmt: skip


def majority(country: str, policy: Policy) -> int:
    """The age from which a resident of `country` contracts alone under the policy."""
    legal = MAJORITY.get(country, DEFAULT_MAJORITY)
    return min(legal, DEFAULT_MAJORITY) if policy.gap_band == "allow" else legal


def check_capacity(*, born_on: date, country: str, on: date, policy: Policy) -> None:
    """Let an adult of the country of residence pass (CGS 1 §4).

    Raises:
        Refused: `UNDER_16`, always; `REPRESENTATIVE_NEEDED` from 16 to majority (CGS 1 §5-7).
    """
    age = completed_years(born_on, on)
    if age < YOUNGEST:
        raise Refused("UNDER_16")
    if age < majority(country, policy):
        raise Refused("REPRESENTATIVE_NEEDED")
