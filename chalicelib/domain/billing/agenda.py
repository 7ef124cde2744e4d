"""When things are due: the agenda, the ladder of questions, the calendar of retries."""

import zlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from chalicelib.domain.billing.due import Attempt
from chalicelib.domain.billing.refusals import least_wait
from chalicelib.domain.kernel.calendar import paris_date, start_of_day
from chalicelib.domain.kernel.policy import Policy

SHARDS = 16
LEASE = timedelta(minutes=5)
PAPERS_PATIENCE = timedelta(minutes=15)
QUESTIONS = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6))
SAME_KEY_FOR = timedelta(hours=24)
REPORT_PATIENCE = timedelta(days=5)
"""How long the settlement report may take to tell what became of an attempt."""

PAGE_OPEN_FOR = timedelta(hours=1)
"""How long a payment page for an amount owed takes money; automatic charges wait meanwhile."""

AFTER_A_FAULT = (timedelta(hours=1), timedelta(hours=6))
FAILED_TRIES_KEPT = timedelta(days=30)
TOKEN_LIMITS = ((timedelta(hours=24), 10), (FAILED_TRIES_KEPT, 15))


def shard(subscription_id: str) -> int:
    """The agenda shard of a contract, 0 to 15; it never changes."""
    return zlib.crc32(subscription_id.encode()) % SHARDS


def next_question(opened_at: datetime, now: datetime) -> datetime | None:
    """When to ask again about an unknown outcome; None once the same key may not be sent again."""
    for wait in QUESTIONS:
        if opened_at + wait > now:
            return opened_at + wait
    return now + QUESTIONS[-1] if now + QUESTIONS[-1] < opened_at + SAME_KEY_FOR else None


def may_ask(opened_at: datetime, now: datetime) -> bool:
    """Whether the provider still knows the key of an attempt: sending it again cannot charge."""
    return now < opened_at + SAME_KEY_FOR


def next_retry(
    refused: Sequence[Attempt], policy: Policy, *, advice: str | None = None
) -> datetime | None:
    """When an automatic charge is tried again after the last of these refusals (PAY-5).

    None when that refusal forbids it, the calendar is used up, or all of the budget is but the
    last try, which is kept for the learner. `advice` is Mastercard's, which may ask for patience.
    """
    last = refused[-1]
    if len(refused) >= policy.attempts_max - 1 or last.kind in ("sca", "update", "stop"):
        return None
    if last.kind == "tech":
        known = sum(attempt.kind == "tech" for attempt in refused)
        if known <= len(AFTER_A_FAULT):
            return last.opened_at + AFTER_A_FAULT[known - 1]
    earliest = last.opened_at + least_wait(advice)
    first_on = paris_date(refused[0].opened_at)
    instants = (
        start_of_day(first_on + timedelta(days=retry.days), retry.hour)
        for retry in policy.retry_calendar
    )
    return next((at for at in instants if at > last.opened_at and at >= earliest), None)


def token_rests_until(failed_tries: Sequence[datetime], now: datetime) -> datetime | None:
    """Until when a stored method may not be tried, by the schemes' rolling limits; None: it may.

    Visa allows fifteen failed tries in thirty days, Mastercard ten in a day; the lower count of
    each span holds for every method.
    """
    ends = [
        tries[-most] + span
        for span, most in TOKEN_LIMITS
        if len(tries := sorted(at for at in failed_tries if at + span > now)) >= most
    ]
    return max(ends, default=None)
