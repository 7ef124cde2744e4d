"""Policy profiles: published once, never edited."""

import hashlib
import json

import pytest
from pydantic import ValidationError

from chalicelib.domain.kernel import policy as module
from chalicelib.domain.kernel.errors import NotFound
from chalicelib.domain.kernel.policy import PROFILES, Policy, current_policy, policy_named

PUBLISHED = {
    "recommended@1": "9e38bb3c7187d777",
    "as_written@1": "3f044aa6453d37c1",
    "strict@1": "a04df5e0946b5c55",
    "recommended@2": "ae5eb1bbd35902a9",
    "as_written@2": "4357e88dae463e9f",
    "strict@2": "f50527cdfe51f7b5",
}


def digest(policy: Policy) -> str:
    """The values of a revision, in an order that does not depend on the code's."""
    text = json.dumps(policy.model_dump(mode="json"), sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class TestPublishedRevisions:
    """CGS 10 §6: a clause is switched by a named choice, and a contract keeps its own.

    When this fails, a published revision was edited: put it back and add the next revision. A
    switch that comes later has, in older revisions, the value they acted by; it changes digests.
    """

    def test_no_published_revision_ever_changes(self) -> None:
        """Each profile@revision has the digest it was published with; a new one is added here."""
        assert {policy.name: digest(policy) for policy in PROFILES} == PUBLISHED

    def test_each_name_is_one_policy(self) -> None:
        """No two revisions share a name, and every name leads back to its values."""
        assert [policy_named(policy.name) for policy in PROFILES] == list(PROFILES)

    @pytest.mark.parametrize("profile", ["recommended", "as_written", "strict"])
    def test_new_contracts_take_the_latest_revision(
        self, profile: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The earlier one still answers to its name."""
        first = current_policy(profile)
        later = first.replace(revision=99, suspend_after_days=99)
        monkeypatch.setattr(module, "PROFILES", (later, *PROFILES))
        assert current_policy(profile) == later
        assert policy_named(first.name) == first

    @pytest.mark.parametrize("name", ["recommended", "recommended@3", "generous@1", ""])
    def test_a_revision_nobody_published_is_not_found(self, name: str) -> None:
        """A contract never falls back on another policy."""
        with pytest.raises(NotFound) as caught:
            policy_named(name)
        assert caught.value.code == "UNKNOWN_PROFILE"

    def test_a_profile_nobody_defined_is_not_found(self) -> None:
        """A deployment must choose an existing one."""
        with pytest.raises(NotFound):
            current_policy("generous")


class TestProfiles:
    """CGS 3.2, 6.1, 6.2: the three profiles differ where the ledger says so, and only there."""

    @pytest.mark.parametrize(
        ("switch", "recommended", "as_written", "strict"),
        [
            ("plus_reflection_mode", "presign", "postaccept_free_exit", "presign"),
            ("reflection_extend_to_working_day", False, False, True),
            ("plus_statutory_withdrawal", True, False, True),
            ("solo_waiver_mode", "conditional", "login_only", "statutory_digital_service"),
            ("plus_indemnity_rate_bps", 3000, 3000, 0),
            ("prepay_basis", "pathway_total_first_year", "off", "commitment_month"),
            ("suspend_after_days", 7, 0, 15),
            ("recovery_fee_policy", "b2b_only", "as_written", "never"),
            ("bank_fee_recharge", "evidence_and_approval", "auto", "off"),
            ("chatel_mode", "rolling", "off", "rolling"),
            ("chatel_relief", "off", "off", "on"),
            ("price_change_mode", "notice_and_use", "notice_and_use", "explicit_consent"),
            ("order_button", "validate_with_duty", "validate_with_duty", "order_with_duty"),
        ],
    )
    def test_a_switch_has_the_value_of_its_profile(
        self, switch: str, recommended: object, as_written: object, strict: object
    ) -> None:
        """The table of the ledger, row by row."""
        values = [
            getattr(current_policy(p), switch) for p in ("recommended", "as_written", "strict")
        ]
        assert values == [recommended, as_written, strict]

    def test_every_other_switch_is_the_same_in_all_profiles(self) -> None:
        """Thirteen rows differ, and the profile's own name."""
        dumps = [current_policy(p).model_dump() for p in ("recommended", "as_written", "strict")]
        differing = {name for name in dumps[0] if len({str(dump[name]) for dump in dumps}) > 1}
        assert len(differing - {"profile"}) == 13

    def test_an_indemnity_above_thirty_per_cent_cannot_be_written(self) -> None:
        """L444-8: 35 % is refused where it enters."""
        with pytest.raises(ValidationError):
            Policy(profile="recommended", plus_indemnity_rate_bps=3500)

    def test_nothing_is_charged_at_midnight(self) -> None:
        """REN-2: a cancellation received just before midnight is known before any charge."""
        with pytest.raises(ValidationError):
            Policy(profile="recommended", charge_hour=0)

    def test_every_switch_says_which_clause_it_decides(self) -> None:
        """`clause | meaning`, except for the two that name the policy itself."""
        named = {"profile", "revision"}
        for name, field in Policy.model_fields.items():
            if name not in named:
                assert " | " in (field.description or ""), name
