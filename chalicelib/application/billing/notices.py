"""What a standard notification says, as far as it is signed, and what becomes of one nobody knows.

Signed are the references, the merchant, the amount, the event and its success. The reason code of
a dispute is not: it is kept for people, and lets us ask less, never take more.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from chalicelib.application.ports import Ports
from chalicelib.domain.billing.returns.unplaced import unplaced
from chalicelib.domain.kernel import errors
from chalicelib.domain.kernel.change import Change
from chalicelib.domain.kernel.ids import DueKey, parse_reference
from chalicelib.domain.kernel.money import Money

Disposition = Literal["applied", "set_aside"]
Handler = Callable[[Mapping[str, Any], datetime, Ports], tuple[Disposition, str]]
CURRENCY_LENGTH = 3
AMOUNT_MAX = 10**12
REASON_MAX = 20
REFERENCE_MAX = 80


@dataclass(frozen=True, slots=True)
class Notice:
    """One standard event.

    Attributes:
        provider_reference: what the provider calls the thing it speaks of.
        original: what it calls the payment behind it; empty when it does not say.
        reference: ours, as the provider gives it back.
        amount: None when what stands there is no amount of money.
        reason: a dispute's reason code, without the blank some schemes put before it; unsigned.
    """

    event: str
    provider_reference: str
    original: str
    reference: str
    amount: Money | None
    success: bool
    reason: str | None

    @property
    def is_money(self) -> bool:
        """Whether money may have moved: not by a refusal, nor by an amount of zero."""
        is_refusal = self.event == "AUTHORISATION" and not self.success
        return not is_refusal and (self.amount is None or self.amount.minor != 0)

    @property
    def due(self) -> tuple[DueKey, int]:
        """The amount owed and the attempt that its reference names.

        Raises:
            Unplaced: it names none of ours.
        """
        named = parse_reference(self.reference)
        if named is None:
            raise Unplaced("not one of our references")
        return named


class Unplaced(errors.BillingError):
    """Money is spoken of that nothing of ours answers for; the code says why, for a person."""


def read_notice(item: Mapping[str, Any]) -> Notice:
    """The notice in an item of a standard notification, whatever is wrong with it."""
    return Notice(
        event=_text(item, "eventCode"),
        provider_reference=_text(item, "pspReference"),
        original=_text(item, "originalReference"),
        reference=_text(item, "merchantReference")[:REFERENCE_MAX],
        amount=amount_of(item),
        success=_text(item, "success") == "true",
        reason=_reason(item),
    )


def amount_of(item: Mapping[str, Any]) -> Money | None:
    """The amount of an item; None when there is none, or none that exists."""
    amount = item.get("amount")
    if not isinstance(amount, Mapping):
        return None
    minor, currency = amount.get("value"), amount.get("currency")
    if type(minor) is not int or abs(minor) > AMOUNT_MAX or not isinstance(currency, str):
        return None
    is_code = len(currency) == CURRENCY_LENGTH and currency.isascii() and currency.isupper()
    return Money(minor=minor, currency=currency) if is_code else None


def placing(enter: Callable[[Notice, datetime, Ports], str]) -> Handler:
    """A handler out of what enters a notice and answers why it set it aside, or nothing.

    Money that `enter` cannot place is kept for a person, with an alarm.
    """

    def handle(item: Mapping[str, Any], now: datetime, ports: Ports) -> tuple[Disposition, str]:
        if item.get("merchantAccountCode") != ports.facts.merchant_account:
            return "set_aside", "another merchant"
        notice = read_notice(item)
        try:
            reason = enter(notice, now, ports)
        except (Unplaced, errors.NotFound) as lost:
            if notice.is_money:
                _park(notice, lost.code, now, ports)
            return "set_aside", lost.code
        return ("set_aside", reason) if reason else ("applied", "")

    return handle


def aside(reason: str) -> Handler:
    """A handler for an event that changes nothing here, and why."""
    return placing(lambda _notice, _now, _ports: reason)


def stray(reason: str) -> Handler:
    """A handler for money that moves without us, and why it cannot be ours."""

    def enter(_notice: Notice, _now: datetime, _ports: Ports) -> str:
        raise Unplaced(reason)

    return placing(enter)


unknown: Handler = stray("an event nobody here knows")


def _park(notice: Notice, reason: str, now: datetime, ports: Ports) -> None:
    amount = notice.amount
    success = "true" if notice.success else "false"
    fact = unplaced(
        provider_reference=notice.provider_reference,
        event=notice.event,
        success=success,
        reference=notice.reference,
        minor=amount.minor if amount else 0,
        currency=amount.currency if amount else "",
        reason=reason,
        now=now,
    )
    try:
        ports.store.commit(Change((fact,)))
    except errors.Conflict:
        # told before: finding it is success, not finding it is a commit that must come again
        try:
            ports.store.unplaced_money(notice.provider_reference, notice.event, success)
        except errors.NotFound:
            raise errors.Conflict(detail="unplaced money") from None


def _text(item: Mapping[str, Any], name: str) -> str:
    value = item.get(name)
    return value if isinstance(value, str) else ""


def _reason(item: Mapping[str, Any]) -> str | None:
    extra = item.get("additionalData")
    code = extra.get("chargebackReasonCode") if isinstance(extra, Mapping) else None
    return (code.strip()[:REASON_MAX] or None) if isinstance(code, str) else None
