"""Money the provider speaks of that no due item of ours answers for: kept, and shown to a person.

Setting such news aside in silence would lose money without a trace; booking it on a guess would
be worse.
"""

from datetime import datetime

from pydantic import Field

from chalicelib.domain.kernel.change import NOTHING, Change, Insert, Replace
from chalicelib.domain.kernel.value import Entity


class UnplacedMoney(Entity):
    """One signed event about money that could not be placed; named like its notification.

    Attributes:
        reference: our reference as the provider gives it; whatever stands there.
        reason: why it was set aside.
        parked: `unplaced` until a person has dealt with it, then None.
        answer: what that person did, in a few words.
    """

    provider_reference: str
    event: str
    success: str
    reference: str
    minor: int
    currency: str
    reason: str
    heard_at: datetime
    parked: str | None = "unplaced"
    answer: str | None = Field(default=None, max_length=200)


def unplaced(
    *,
    provider_reference: str,
    event: str,
    success: str,
    reference: str,
    minor: int,
    currency: str,
    reason: str,
    now: datetime,
) -> Insert:
    """Keep the event for a person, with an alarm."""
    fact = UnplacedMoney(
        provider_reference=provider_reference,
        event=event,
        success=success,
        reference=reference,
        minor=minor,
        currency=currency,
        reason=reason,
        heard_at=now,
    )
    return Insert(fact, events=("Parked",))


def answered(fact: UnplacedMoney, answer: str) -> Change:
    """A person dealt with it; answering again changes nothing."""
    if fact.parked is None:
        return NOTHING
    return Change((Replace(fact.next(parked=None, answer=answer)),))
