"""When things are due: the agenda, the ladder of questions, the calendar of retries."""

import zlib
from datetime import datetime, timedelta

from chalicelib.domain.kernel.calendar import paris_date, start_of_day
from chalicelib.domain.kernel.policy import Policy

SHARDS = 16
LEASE = timedelta(minutes=5)
PAPERS_PATIENCE = timedelta(minutes=15)
QUESTIONS = (timedelta(minutes=5), timedelta(hours=1), timedelta(hours=6))
SAME_KEY_FOR = timedelta(hours=24)


def shard(subscription_id: str) -> int:
    """The agenda shard of a contract, 0 to 15; it never changes."""
    return zlib.crc32(subscription_id.encode()) % SHARDS


def next_question(opened_at: datetime, now: datetime) -> datetime | None:
    """When to ask again about an unknown outcome; None once the same key may not be sent again."""
    for wait in QUESTIONS:
        if opened_at + wait > now:
            return opened_at + wait
    return now + QUESTIONS[-1] if now + QUESTIONS[-1] < opened_at + SAME_KEY_FOR else None


def next_retry(refusals: int, refused_at: datetime, policy: Policy) -> datetime | None:
    """When a refused charge is tried again, or None when the calendar is used up (PAY-5)."""
    if refusals > len(policy.retry_after_days):
        return None
    days = policy.retry_after_days[refusals - 1]
    return start_of_day(paris_date(refused_at) + timedelta(days=days), policy.charge_hour)
