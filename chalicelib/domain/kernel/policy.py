"""Policy switches: where the terms leave a gap or quarrel with the law, a named choice.

A contract keeps the profile and its revision in force at its conclusion (`recommended@1`); a later
revision never rewrites it. A revision, once published, is never edited: add the next one.
"""

from typing import Literal

from pydantic import Field

from chalicelib.domain.kernel.errors import NotFound
from chalicelib.domain.kernel.value import Value

ProfileName = Literal["recommended", "as_written", "strict"]


class Retry(Value):
    """When a refused charge is tried again: days after the first refusal, and the Paris hour."""

    days: int = Field(ge=1)
    hour: int = Field(ge=1, le=23)


class Policy(Value):
    """Every switch, the default first; `description` says what it decides and for which clause."""

    profile: ProfileName = Field(description="The named set these values belong to.")
    revision: int = Field(default=1, ge=1, description="Which edition of the profile.")
    plus_reflection_mode: Literal["presign", "auto_conclude", "postaccept_free_exit"] = Field(
        default="presign", description="CGS 6.2 | When a Plus contract is concluded."
    )
    reflection_extend_to_working_day: bool = Field(
        default=False, description="CGS 6.2 | Whether seven days of reflection roll."
    )
    plus_offer_validity_days: int = Field(
        default=30, ge=1, description="CGS 6.2 | How long a Plus offer can be signed."
    )
    plus_statutory_withdrawal: bool = Field(
        default=True, description="CGS 6 | Fourteen days of withdrawal for Plus, beyond the terms."
    )
    solo_waiver_mode: Literal["conditional", "statutory_digital_service", "login_only"] = Field(
        default="conditional", description="CGS 6.1 | How the right to withdraw is lost."
    )
    plus_indemnity_rate_bps: int = Field(
        default=3000, ge=0, le=3000, description="CGS 6.2 | Indemnity printed in the contract."
    )
    plus_indemnity_basis: Literal["commitment_month", "pathway_total_first_year"] = Field(
        default="commitment_month", description="CGS 6.2 | What the indemnity is a share of."
    )
    prepay_basis: Literal["pathway_total_first_year", "commitment_month", "off"] = Field(
        default="pathway_total_first_year", description="CGS Annexe al.5 | Base of the 30 % cap."
    )
    gap_band: Literal["treat_as_minor", "refuse", "allow"] = Field(
        default="treat_as_minor", description="CGS 1 §4-5 | Between 18 and a higher majority."
    )
    leap_birthday: Literal["mar1"] = Field(
        default="mar1", description="CGS 1 §4 | Birthday of somebody born on 29 February."
    )
    protected_adult: Literal["allow_with_agreement"] = Field(
        default="allow_with_agreement", description="CGS 1 §5, 3 §4 | Adults under protection."
    )
    deadline_tz: Literal["paris"] = Field(
        default="paris", description="all | The zone in which deadlines are counted."
    )
    roll_consumer_deadlines: bool = Field(
        default=True, description="all | Consumer deadlines end on a working day."
    )
    chatel_mode: Literal["rolling", "off"] = Field(
        default="rolling", description="L215-1 | Notices before a tacit renewal."
    )
    chatel_relief: Literal["off", "on"] = Field(
        default="off", description="L215-1 | Refund where a notice could not be in time."
    )
    price_change_mode: Literal["notice_and_use", "explicit_consent"] = Field(
        default="notice_and_use", description="CGS 1 §6 | How a new price is accepted."
    )
    nonuse_after_window: Literal["keep_old_terms", "end_at_period"] = Field(
        default="keep_old_terms", description="CGS 1 §6 | Silence without use."
    )
    suspend_after_days: int = Field(
        default=7, ge=0, description="CGS 3.2 | Days from the due date to suspension."
    )
    terminate_after_days: int = Field(
        default=30, ge=0, description="CGS 3.2 | Days from the due date to termination."
    )
    bill_while_suspended: bool = Field(
        default=False, description="CGS 3.2 | Whether a month without service is billed."
    )
    recovery_fee_policy: Literal["b2b_only", "never", "as_written"] = Field(
        default="b2b_only", description="CGS 3.2 | The lump sum of EUR 40."
    )
    bank_fee_recharge: Literal["evidence_and_approval", "off", "auto"] = Field(
        default="evidence_and_approval", description="CGS 3.1 §4 | Fees of a refused payment."
    )
    order_button: Literal["validate_with_duty", "order_with_duty"] = Field(
        default="validate_with_duty", description="CGS 2.1 b §2, L221-14 | Words of the button."
    )
    retry_calendar: tuple[Retry, ...] = Field(
        default=(Retry(days=1, hour=5),),
        description="PAY-5 | Days after the first refusal, and hours, of further charges.",
    )
    attempts_max: int = Field(
        default=5, ge=2, le=15, description="PAY-5 | Tries at one amount owed, by every channel."
    )
    charge_hour: int = Field(
        # Never 0: a cancellation received before midnight is committed hours before the charge.
        default=5,
        ge=1,
        le=23,
        description="REN-1 | Paris hour of the charge on a due date.",
    )
    checkout_void_hours: int = Field(
        default=24, ge=1, description="PAY-1 | How long a placed order waits for its payment."
    )
    evidence_ip: Literal["truncated", "full", "none"] = Field(
        default="truncated", description="FRM-1 c | What is kept of the network address."
    )

    @property
    def name(self) -> str:
        """How a contract refers to it: `recommended@1`."""
        return f"{self.profile}@{self.revision}"


_FIRST: tuple[Policy, ...] = (
    Policy(profile="recommended"),
    Policy(
        profile="as_written",
        plus_reflection_mode="postaccept_free_exit",
        plus_statutory_withdrawal=False,
        solo_waiver_mode="login_only",
        prepay_basis="off",
        suspend_after_days=0,
        recovery_fee_policy="as_written",
        bank_fee_recharge="auto",
        chatel_mode="off",
    ),
    Policy(
        profile="strict",
        reflection_extend_to_working_day=True,
        solo_waiver_mode="statutory_digital_service",
        plus_indemnity_rate_bps=0,
        prepay_basis="commitment_month",
        suspend_after_days=15,
        recovery_fee_policy="never",
        bank_fee_recharge="off",
        chatel_relief="on",
        price_change_mode="explicit_consent",
        order_button="order_with_duty",
    ),
)

# Early next morning, after work two days later, and a week later, when wages have come.
_SPACED = (Retry(days=1, hour=9), Retry(days=3, hour=18), Retry(days=7, hour=9))

PROFILES: tuple[Policy, ...] = (
    *_FIRST,
    *(policy.replace(revision=2, retry_calendar=_SPACED) for policy in _FIRST),
)


def current_policy(profile: str) -> Policy:
    """The latest revision of a profile, for new contracts.

    Raises:
        NotFound: no profile has that name.
    """
    revisions = [policy for policy in PROFILES if policy.profile == profile]
    if not revisions:
        raise NotFound("UNKNOWN_PROFILE", profile)
    return max(revisions, key=lambda policy: policy.revision)


def policy_named(name: str) -> Policy:
    """The policy a contract was concluded under, `profile@revision`.

    Raises:
        NotFound: no such revision was ever published.
    """
    for policy in PROFILES:
        if policy.name == name:
            return policy
    raise NotFound("UNKNOWN_PROFILE", name)
