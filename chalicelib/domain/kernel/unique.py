"""What may exist only once: one live Solo per person, one account per mailbox."""

from typing import Literal

from chalicelib.domain.kernel.value import Entity


class Unique(Entity):
    """A name taken by a holder; inserting it twice is a `Conflict`."""

    kind: Literal["mailbox", "live"]
    value: str
    holder: str


def live(plan: str, customer_id: str, subscription_id: str) -> Unique:
    """One live subscription of a plan per person (DEF-1)."""
    return Unique(kind="live", value=f"{plan}#{customer_id}", holder=subscription_id)


def mailbox(digest: str, customer_id: str) -> Unique:
    """One account per mailbox."""
    return Unique(kind="mailbox", value=digest, holder=customer_id)
