"""Card testing: many cards tried at one price. Refused first payments are counted by the hour.

Only refusals are counted for a mailbox and for a network address, so a good order costs nothing.
Addresses are known here by their seal alone.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from chalicelib.domain.kernel.errors import Throttled
from chalicelib.domain.kernel.value import Entity
from chalicelib.domain.selling.checkout import Checkout

HOUR = timedelta(hours=1)
EVERYBODY = "all"
MAILBOX = "mailbox"
WHOLE_BPS = 10_000


class Tries(Entity):
    """First payments of an hour, of one mailbox, of one address, or of everybody.

    Attributes:
        refused: how often the provider refused one.
        paid: how many were paid; counted for everybody alone.
    """

    subject: str
    hour_at: datetime
    refused: int = 0
    paid: int = 0


def hour_of(now: datetime) -> datetime:
    """The hour in which something is counted."""
    return now.replace(minute=0, second=0, microsecond=0)


def subjects(checkout: Checkout) -> tuple[str, ...]:
    """Whose refusals an order's are: its mailbox's, and its address's when it is known."""
    mailbox = f"{MAILBOX}#{checkout.mailbox_digest}"
    if checkout.address_digest is None:
        return (mailbox,)
    return (mailbox, f"address#{checkout.address_digest}")


def require_calm(
    tries: Iterable[Tries], *, per_mailbox: int, per_address: int, now: datetime
) -> None:
    """Let an order pass whose mailbox and address were not refused too often this hour.

    Raises:
        Throttled: `TOO_MANY_REFUSALS`, until the hour is over.
    """
    for each in tries:
        limit = per_mailbox if each.subject.startswith(MAILBOX) else per_address
        if each.refused >= limit:
            raise Throttled("TOO_MANY_REFUSALS", hour_of(now) + HOUR - now)


def looks_like_testing(everybody: Tries, *, refused_min: int, refused_bps: int) -> bool:
    """Whether more first payments of an hour are refused than shoppers ever cause."""
    tried = everybody.refused + everybody.paid
    return everybody.refused >= refused_min and everybody.refused * WHOLE_BPS > refused_bps * tried
