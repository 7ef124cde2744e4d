"""Money at the provider."""

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.kernel.money import Money


@dataclass
class Payment:
    """Money that came from a shopper.

    Attributes:
        returned_minor: what of it went back.
        settled_in: the batch whose report tells of it, and `returned_in` of what went back.
    """

    name: str
    reference: str
    shopper: str
    amount: Money
    at: datetime
    returned_minor: int = 0
    settled_in: int | None = None
    returned_in: int | None = None

    @property
    def kept_minor(self) -> int:
        """What of it the platform still has."""
        return self.amount.minor - self.returned_minor
