"""Faults that wait for their request or their webhook."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, TypeVar

from infra.local.adyen.weather import Weather

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.local.adyen.records import Json

API_KINDS = (
    "timeout_before",
    "timeout_after",
    "delay",
    "hold",
    "error",
    "error_after",
    "truncated",
    "webhook_first",
)
WEBHOOK_KINDS = (
    "duplicate",
    "reorder",
    "lose",
    "delay",
    "forge_hmac",
    "forge_key",
    "forge_merchant",
    "forge_live",
    "forge_second_item",
)
PROFILES = ("calm", "hostile")


class UnknownFault(ValueError):
    """The fault asked for has an unknown kind or field."""


@dataclass(kw_only=True)
class ApiFault:
    """A fault around one request of the server API; empty fields match everything.

    `skip` requests pass unharmed first; then `times` requests meet the fault.
    """

    kind: str
    operation: str = ""
    reference: str = ""
    shopper_reference: str = ""
    times: int = 1
    skip: int = 0
    delay_seconds: float = 0.0
    status: int = 500

    def matches(self, operation: str, body: Json) -> bool:
        """Whether the fault concerns this request."""
        return (
            self.operation in ("", operation)
            and self.reference in ("", body.get("reference"))
            and self.shopper_reference in ("", body.get("shopperReference"))
        )


@dataclass(kw_only=True)
class WebhookFault:
    """A fault of the delivery of one event; empty fields match everything."""

    kind: str
    event: str = ""
    reference: str = ""
    times: int = 1
    skip: int = 0
    delay_seconds: float = 0.0

    def matches(self, event: str, reference: str) -> bool:
        """Whether the fault concerns this event."""
        return self.event in ("", event) and self.reference in ("", reference)


F = TypeVar("F", ApiFault, WebhookFault)


def _built(kind_of: type[F], kinds: tuple[str, ...], body: Json) -> F:
    known = {field.name for field in fields(kind_of)}
    unknown = sorted(set(body) - known)
    if unknown or body.get("kind") not in kinds:
        raise UnknownFault(f"fields {sorted(known)}, kinds {list(kinds)}; unknown: {unknown}")
    return kind_of(**body)


@dataclass
class FaultBoard:
    """The faults armed now, oldest first, and those left to chance."""

    api: list[ApiFault] = field(default_factory=list)
    webhooks: list[WebhookFault] = field(default_factory=list)
    profile: str = "calm"
    weather: Weather = field(default_factory=Weather)

    def arm_api(self, body: Json) -> None:
        """Arm a fault of the server API.

        Raises:
            UnknownFault: a field or a kind that does not exist.
        """
        self.api.append(_built(ApiFault, API_KINDS, body))

    def arm_webhook(self, body: Json) -> None:
        """Arm a fault of the webhooks.

        Raises:
            UnknownFault: a field or a kind that does not exist.
        """
        self.webhooks.append(_built(WebhookFault, WEBHOOK_KINDS, body))

    def choose_profile(self, name: str) -> None:
        """`calm`, or `hostile`: now and then a webhook twice, shuffled or late.

        Raises:
            UnknownFault: no such profile.
        """
        if name not in PROFILES:
            raise UnknownFault(f"profiles: {list(PROFILES)}")
        self.profile = name

    def clear(self) -> None:
        """Disarm everything, chance too."""
        self.api.clear()
        self.webhooks.clear()
        self.weather = Weather()

    def take_api(self, operation: str, body: Json) -> ApiFault | None:
        """The fault that meets this request, used once more."""
        return _taken(self.api, lambda fault: fault.matches(operation, body))

    def take_webhooks(self, event: str, reference: str) -> list[WebhookFault]:
        """Every fault that meets this event, each used once more."""
        found = [self._take_webhook(kind, event, reference) for kind in WEBHOOK_KINDS]
        return [fault for fault in found if fault is not None]

    def by_chance(self, operation: str, name: str) -> ApiFault | None:
        """The fault that chance puts around a request, when no armed one does."""
        kind = self.weather.fault(operation, name)
        return ApiFault(kind=kind) if kind else None

    def _take_webhook(self, kind: str, event: str, reference: str) -> WebhookFault | None:
        return _taken(
            self.webhooks, lambda fault: fault.kind == kind and fault.matches(event, reference)
        )


def _taken(armed: list[F], concerns: Callable[[F], bool]) -> F | None:
    """The first fault concerned, one use less; a fault with `skip` lets this one pass."""
    for fault in armed:
        if not concerns(fault):
            continue
        if fault.skip > 0:
            fault.skip -= 1
            return None
        fault.times -= 1
        if fault.times <= 0:
            armed.remove(fault)
        return fault
    return None
