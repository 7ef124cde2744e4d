"""Ids, references, seals, values, changes and errors: what everything else stands on."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from chalicelib.domain.kernel import errors
from chalicelib.domain.kernel.change import NOTHING, AlreadyStamped, Change, Insert
from chalicelib.domain.kernel.ids import DueKey, is_id, parse_reference, sortable_id
from chalicelib.domain.kernel.seals import (
    Link,
    holds,
    idempotency_key,
    link_token,
    mailbox_digest,
    read_link,
    seal,
)
from chalicelib.domain.kernel.unique import live, mailbox
from tests.fakes_things import SUBSCRIPTION_ID, a_subscription

NOW = datetime(2026, 11, 5, 9, tzinfo=UTC)
KEY = DueKey(subscription_id=SUBSCRIPTION_ID, period=12)
LINK = Link(purpose="password", subject="customer", edition=3, expires_at=NOW)


class TestIds:
    def test_ids_sort_by_time_and_have_one_shape(self) -> None:
        """Text order is time order, whatever the randomness."""
        earlier = sortable_id(NOW, (1 << 80) - 1)
        later = sortable_id(NOW + timedelta(milliseconds=1), 0)
        assert earlier < later
        assert is_id(earlier)
        assert len(earlier) == 26

    @pytest.mark.parametrize("text", ["", "01JD", SUBSCRIPTION_ID.lower(), SUBSCRIPTION_ID + "0"])
    def test_anything_else_is_not_an_id(self, text: str) -> None:
        """Length and alphabet both count."""
        assert not is_id(text)


class TestReference:
    """PAY-5: the reference the provider is told is the identity of the money."""

    def test_a_reference_reads_back_as_what_was_owed(self) -> None:
        """Subscription, period, instalment and attempt."""
        reference = KEY.reference(2)
        assert reference == f"{SUBSCRIPTION_ID}.0012.1.2"
        assert parse_reference(reference) == (KEY, 2)

    def test_a_reference_has_no_character_the_provider_splits_at(self) -> None:
        """Its signature joins with one of them."""
        assert not {":", "-"} & set(KEY.reference(2))

    @pytest.mark.parametrize(
        "foreign", ["", "order-7", f"{SUBSCRIPTION_ID}.12.1.2", f"{SUBSCRIPTION_ID}.0012.1.2 "]
    )
    def test_a_foreign_reference_is_nobodys(self, foreign: str) -> None:
        """Close is not enough."""
        assert parse_reference(foreign) is None


class TestSeals:
    """SEC-1: what only we can write, and anybody of us can check."""

    def test_a_seal_holds_for_its_key_purpose_and_parts_alone(self) -> None:
        """Changing any of them breaks it; so does moving the border between two parts."""
        given = seal("key", "purpose", "a", "b")
        assert holds("key", given, "purpose", "a", "b")
        assert not holds("other", given, "purpose", "a", "b")
        assert not holds("key", given, "other", "a", "b")
        assert not holds("key", given, "purpose", "ab", "")
        assert len(given) == 32

    def test_a_mailbox_is_the_same_whatever_its_case(self) -> None:
        """Outer blanks do not count either."""
        assert mailbox_digest("key", " Zoe@Example.ORG ") == mailbox_digest(
            "key", "zoe@example.org"
        )
        assert mailbox_digest("key", "zoe@example.org") != mailbox_digest("key", "zoe@example.com")

    def test_an_attempt_has_one_key_after_any_crash(self) -> None:
        """The same attempt gives the same key, the next another."""
        first, second = KEY.reference(1), KEY.reference(2)
        assert idempotency_key("key", first) == idempotency_key("key", first)
        assert idempotency_key("key", first) != idempotency_key("key", second)

    def test_a_link_says_for_whom_and_which_edition_until_its_end(self) -> None:
        """It is dead at its very instant."""
        token = link_token("key", LINK)
        before = NOW - timedelta(seconds=1)
        assert read_link("key", "password", token, before) == ("customer", 3)
        assert read_link("key", "password", token, NOW) is None

    @pytest.mark.parametrize(
        "spoilt",
        [
            "customer~3~1",
            "customer~three~1~proof",
            "customer~3~soon~proof",
            link_token("key", LINK).replace("~3~", "~4~"),
            link_token("key", LINK.replace(purpose="session")),
            link_token("other", LINK),
        ],
    )
    def test_a_link_we_did_not_write_is_read_as_nothing(self, spoilt: str) -> None:
        """Whatever was changed in it."""
        assert read_link("key", "password", spoilt, NOW - timedelta(days=1)) is None


class TestValues:
    def test_a_copy_is_checked_like_any_value(self) -> None:
        """A change that does not fit its field is refused."""
        with pytest.raises(ValidationError):
            a_subscription().replace(anchor_on="soon")

    def test_values_are_closed_and_frozen(self) -> None:
        """Neither a new field nor a new value of an old one."""
        extra: dict[str, Any] = {"colour": "green"}
        with pytest.raises(ValidationError):
            KEY.replace(**extra)
        with pytest.raises(ValidationError):
            KEY.period = 3  # type: ignore[misc]

    def test_the_next_version_is_one_higher(self) -> None:
        """That is what a conditional write looks at."""
        assert a_subscription(version=4).next(ends_on=None).version == 5


class TestDef1:
    """DEF-1: one live subscription of a plan per person, one account per mailbox."""

    def test_the_names_that_are_taken_once(self) -> None:
        """A plan is taken per person, a mailbox altogether."""
        assert live("solo", "c", "s").value == "solo#c"
        assert live("plus", "c", "s").value != live("solo", "c", "s").value
        assert mailbox("digest", "c").holder == "c"


class TestChange:
    def test_no_writes_is_nothing_to_do(self) -> None:
        """A change is true when it writes."""
        assert not NOTHING
        assert Change((Insert(a_subscription()),))

    def test_stamps_that_stand_already_say_which(self) -> None:
        """It is a conflict that names its due items."""
        stamped = AlreadyStamped((KEY,))
        assert isinstance(stamped, errors.Conflict)
        assert (stamped.keys, stamped.detail) == ((KEY,), SUBSCRIPTION_ID)


class TestErrors:
    def test_a_code_is_the_classes_own_or_the_one_given(self) -> None:
        """Codes are stable; details are for logs."""
        assert errors.NotFound().code == "NOT_FOUND"
        refused = errors.Refused("UNDER_16", "id")
        assert (refused.code, refused.detail) == ("UNDER_16", "id")

    def test_what_does_not_fit_says_where(self) -> None:
        """Fields map to codes; the log shows names only."""
        invalid = errors.Invalid({"email": "BAD_EMAIL", "city": "MISSING_FIELD"})
        assert invalid.fields == {"email": "BAD_EMAIL", "city": "MISSING_FIELD"}
        assert invalid.detail == "city,email"

    @pytest.mark.parametrize(
        "kind",
        [
            errors.NotFound, errors.Invalid, errors.Refused, errors.Forbidden, errors.Conflict,
            errors.GatewayUnavailable,
        ],
    )  # fmt: skip
    def test_every_expected_error_is_one_family(self, kind: type[Exception]) -> None:
        """One `except` at the edge is enough."""
        assert issubclass(kind, errors.BillingError)
