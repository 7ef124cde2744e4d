"""Money at the provider, and what is said about it."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.kernel.money import Money


@dataclass
class Payment:
    """Money that came from a shopper.

    Attributes:
        returned_minor: given back as a whole, because it was not owed.
        refunded_minor, pending_minor: sent back on demand, and on its way.
        disputed_minor: what a bank took; `is_lost` when it keeps it.
        is_uncaptured: whether the money does not come after all; `was_uncaptured` once said so.
        settled_in: the batch whose report tells of it, and `returned_in` of what was given back.
    """

    name: str
    reference: str
    shopper: str
    amount: Money
    at: datetime
    returned_minor: int = 0
    refunded_minor: int = 0
    pending_minor: int = 0
    disputed_minor: int = 0
    is_lost: bool = False
    is_uncaptured: bool = False
    was_uncaptured: bool = False
    settled_in: int | None = None
    returned_in: int | None = None

    @property
    def kept_minor(self) -> int:
        """What of it the platform still has."""
        gone = self.returned_minor + self.refunded_minor + self.disputed_minor
        return 0 if self.is_uncaptured else self.amount.minor - gone

    @property
    def counts(self) -> bool:
        """Whether it pays for a month."""
        return not (self.is_uncaptured or self.returned_minor)

    @property
    def is_touched(self) -> bool:
        """Whether something became of it already."""
        gone = self.returned_minor + self.refunded_minor + self.pending_minor
        return bool(gone or self.disputed_minor or self.is_uncaptured)


@dataclass
class Movement:
    """What became of a payment, as a report tells it: money that went back, or came again.

    Attributes:
        kind: the word of the report's line.
        minor: what it changes: less than zero goes back.
        name: what the provider calls it, and `reference` what the product called it.
        told_in: the batch whose report tells of it.
    """

    kind: str
    payment: Payment
    minor: int
    name: str
    reference: str
    at: datetime
    told_in: int | None = None


@dataclass(frozen=True, slots=True)
class Notice:
    """What a notification says, before it is put in words and signed."""

    event: str
    name: str
    reference: str
    amount: Money
    is_success: bool
    reason: str = ""
    original: str = ""
    extra: tuple[tuple[str, str], ...] = ()
    token: str | None = None
    shopper: str = ""
