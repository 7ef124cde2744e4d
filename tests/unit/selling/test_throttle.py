"""Card testing: what is counted, for whom, and when it is enough."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.kernel.errors import Throttled
from chalicelib.domain.kernel.seals import address_digest, mailbox_digest
from chalicelib.domain.selling.throttle import (
    Tries,
    hour_of,
    looks_like_testing,
    require_calm,
    subjects,
)
from tests.fakes_things import a_checkout

NOW = datetime(2026, 11, 5, 4, 20, tzinfo=UTC)


def tried(subject: str = "mailbox#m", **counts: int) -> Tries:
    return Tries(subject=subject, hour_at=hour_of(NOW), **counts)


def test_an_address_is_known_by_its_seal_alone() -> None:
    digest = address_digest("key", "198.51.100.7")
    assert digest == address_digest("key", "198.51.100.7")
    assert digest not in (address_digest("other", "198.51.100.7"), mailbox_digest("key", "198"))
    assert subjects(a_checkout(address_digest=digest)) == (
        "mailbox#" + "m" * 32,
        f"address#{digest}",
    )
    assert subjects(a_checkout()) == ("mailbox#" + "m" * 32,)


@pytest.mark.parametrize(("subject", "limit"), [("mailbox#m", 3), ("address#a", 5)])
def test_the_limit_is_that_of_the_subject_until_the_hour_is_over(subject: str, limit: int) -> None:
    require_calm([tried(subject, refused=limit - 1)], per_mailbox=3, per_address=5, now=NOW)
    with pytest.raises(Throttled, match="TOO_MANY_REFUSALS") as caught:
        require_calm([tried(subject, refused=limit)], per_mailbox=3, per_address=5, now=NOW)
    assert caught.value.retry_after == timedelta(minutes=40)


@pytest.mark.parametrize(
    ("refused", "paid", "expected"),
    [(29, 0, False), (30, 0, True), (30, 20, False), (31, 20, True), (300, 300, False)],
)
def test_shoppers_never_cause_that_share_of_refusals(
    refused: int, paid: int, *, expected: bool
) -> None:
    everybody = tried("all", refused=refused, paid=paid)
    assert looks_like_testing(everybody, refused_min=30, refused_bps=6_000) is expected
