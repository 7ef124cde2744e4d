"""Identity: ids that sort by time, and the identity of money owed."""

import re
from datetime import UTC, datetime, timedelta

from chalicelib.domain.kernel.value import Value

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ID = re.compile(r"[0-9A-HJKMNP-TV-Z]{26}")
REFERENCE = re.compile(r"([0-9A-HJKMNP-TV-Z]{26})\.(\d{4})\.(\d)\.(\d{1,2})")
REFUND_REFERENCE = re.compile(r"([0-9A-HJKMNP-TV-Z]{26})\.(\d{4})\.(\d)\.R(\d{1,2})\.(\d{1,2})")
DUE_NAME = re.compile(r"([0-9A-HJKMNP-TV-Z]{26})\.(\d{4})\.(\d)")
METHOD_REFERENCE = re.compile(r"([0-9A-HJKMNP-TV-Z]{26})\.M(\d{1,4})")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def sortable_id(at: datetime, randomness: int) -> str:
    """26 characters of Crockford's base 32: 48 bits of milliseconds, 80 bits of randomness."""
    milliseconds = (at - EPOCH) // timedelta(milliseconds=1)
    number = (milliseconds << 80) | (randomness & ((1 << 80) - 1))
    return "".join(ALPHABET[(number >> shift) & 31] for shift in range(125, -1, -5))


def is_id(text: str) -> bool:
    """Whether `text` has the shape of one of our ids."""
    return ID.fullmatch(text) is not None


class DueKey(Value):
    """The identity of money owed: (subscription, period, instalment)."""

    subscription_id: str
    period: int
    instalment: int = 1

    def reference(self, attempt: int) -> str:
        """What the provider is told: it encodes the identity, so no look-up is needed.

        Without `:` (the provider's signature joins fields with it) and without `-` (the provider
        splits references there).
        """
        return f"{self.name}.{attempt}"

    @property
    def name(self) -> str:
        """How people and files name it: the reference less the attempt."""
        return f"{self.subscription_id}.{self.period:04}.{self.instalment}"


class RefundKey(Value):
    """The identity of money promised back: (subscription, period, instalment, number)."""

    due: DueKey
    number: int

    def reference(self, attempt: int) -> str:
        """What the provider is told of one try at it; like that of a payment, but for the R."""
        due = self.due
        return f"{due.subscription_id}.{due.period:04}.{due.instalment}.R{self.number}.{attempt}"


def parse_refund_reference(reference: str) -> tuple[RefundKey, int] | None:
    """The refund and the try a reference names, or None when it is not one of ours."""
    match = REFUND_REFERENCE.fullmatch(reference)
    if match is None:
        return None
    subscription_id, period, instalment, number, attempt = match.groups()
    due = DueKey(subscription_id=subscription_id, period=int(period), instalment=int(instalment))
    return RefundKey(due=due, number=int(number)), int(attempt)


def parse_reference(reference: str) -> tuple[DueKey, int] | None:
    """The due key and the attempt a reference names, or None when it is not one of ours."""
    match = REFERENCE.fullmatch(reference)
    if match is None:
        return None
    subscription_id, period, instalment, attempt = match.groups()
    key = DueKey(subscription_id=subscription_id, period=int(period), instalment=int(instalment))
    return key, int(attempt)


def parse_name(name: str) -> DueKey | None:
    """The due key of that name, or None when it is not one of ours."""
    match = DUE_NAME.fullmatch(name)
    if match is None:
        return None
    subscription_id, period, instalment = match.groups()
    return DueKey(subscription_id=subscription_id, period=int(period), instalment=int(instalment))


def method_reference(subscription_id: str, page: int) -> str:
    """What the provider is told of a page that takes a payment method and no money."""
    return f"{subscription_id}.M{page}"


def parse_method_reference(reference: str) -> tuple[str, int] | None:
    """The contract and the page a method's reference names, or None when it is none."""
    match = METHOD_REFERENCE.fullmatch(reference)
    return (match[1], int(match[2])) if match else None
