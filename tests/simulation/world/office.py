"""The provider's post office: notifications are written, signed, carried, and carried again."""

import base64
import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from types import SimpleNamespace
from typing import Any

from chalicelib.application.ports import Notification
from chalicelib.domain.kernel.errors import Forbidden
from chalicelib.entrypoints.http import webhooks
from tests.crash import Killed
from tests.fakes import FACTS, KEYS
from tests.simulation.faults.weather import Weather
from tests.simulation.provider.money import Notice
from tests.simulation.world.process import Process

PATIENCE = (timedelta(seconds=20), timedelta(minutes=2), timedelta(minutes=30))
MAY_BE_LOST = ("AUTHORISATION", "recurring.token.created")
"""What other channels tell as well."""

REPORTED = (
    "REFUND", "REFUND_FAILED", "REFUNDED_REVERSED",
    "CHARGEBACK", "CHARGEBACK_REVERSED", "SECOND_CHARGEBACK",
)  # fmt: skip
"""What a report tells days later, where money moved."""

SIGNED = (
    "pspReference", "originalReference", "merchantAccountCode", "merchantReference",
    "value", "currency", "eventCode", "success",
)  # fmt: skip


@dataclass
class PostOffice:
    """Carries each notification at least once, in no order, unless it is lost for good.

    Attributes:
        door: the process that keeps notifications; it answers or it does not.
        later: has something happen after a while.
        undelivered: notifications on their way, which the door will have to take.
    """

    door: Process
    weather: Weather
    stream: Random
    later: Callable[[timedelta, Callable[[], None]], None]
    note: Callable[[str], None]
    undelivered: int = 0
    _forged: list[Notice] = field(default_factory=list)

    def post(self, notice: Notice) -> None:
        """Take a notification of the provider."""
        is_told_again = notice.event in MAY_BE_LOST or (
            notice.event in REPORTED and notice.is_success
        )
        if is_told_again and self.weather.strikes("notice_lost"):
            self.note(f"post loses {notice.event} {notice.name}")
            return
        self._carry(notice)
        if self.weather.strikes("notice_twice"):
            self._carry(notice)
        tempting = 1.0 if notice.is_success else 15.0
        if notice.event == "AUTHORISATION" and self.weather.strikes(
            "notice_forged", times=tempting
        ):
            self._forge(notice)

    def _carry(self, notice: Notice) -> None:
        self.undelivered += 1
        wait = timedelta(seconds=self.stream.randint(1, 40))
        if self.weather.strikes("notice_late"):
            wait = timedelta(minutes=self.stream.randint(2, 3 * 24 * 60))
        self.later(wait, lambda: self._deliver(notice, 0))

    def _deliver(self, notice: Notice, tried: int) -> None:
        try:
            self._hand_over(notice)
        except Exception as error:  # noqa: BLE001 - no 2xx: it comes again
            self._again(notice, tried, repr(error))
        except Killed as death:
            self._again(notice, tried, str(death))
        else:
            self.undelivered -= 1

    def _again(self, notice: Notice, tried: int, why: str) -> None:
        self.note(f"door does not take {notice.event} {notice.name}: {why}")
        wait = PATIENCE[min(tried, len(PATIENCE) - 1)]
        self.later(wait, lambda: self._deliver(notice, tried + 1))

    def _hand_over(self, notice: Notice) -> None:
        at = self.door.clock()
        self.note(f"post brings {notice.event} {notice.name} {notice.reference}")
        if notice.token is not None:
            self.door.store.keep_notification(_token_notice(notice, at))
            return
        self._knock(sealed(written(notice, at), HONEST, dict(notice.extra)))

    def _forge(self, notice: Notice) -> None:
        """Somebody without our key says that all is paid, under the same reference."""
        false = Notice(
            notice.event, f"F{notice.name[1:]}", notice.reference, notice.amount, is_success=True
        )
        item = written(false, self.door.clock())
        self.note(f"a stranger says that {false.reference} is paid")
        try:
            self._knock(sealed(item, STRANGER, {}))
        except (Forbidden, Killed) as turned_away:
            self.note(f"door turns a stranger away: {turned_away}")

    def _knock(self, item: dict[str, Any]) -> None:
        content = {"live": "false", "notificationItems": [{"NotificationRequestItem": item}]}
        raw = json.loads(json.dumps(content))
        webhooks._standard(None, raw, _as_door(self.door))  # type: ignore[arg-type] # no request


def _as_door(door: Process) -> Any:
    settings = SimpleNamespace(adyen_environment="test")
    return SimpleNamespace(
        store=door.store,
        keys=door.keys,
        clock=door.clock,
        settings=settings,
        note=lambda *_, **__: None,
    )


def written(notice: Notice, at: datetime) -> dict[str, Any]:
    """A standard notification, in the provider's own words, not signed yet."""
    item = {
        "amount": {"currency": notice.amount.currency, "value": notice.amount.minor},
        "eventCode": notice.event,
        "eventDate": at.isoformat(),
        "merchantAccountCode": FACTS.merchant_account,
        "merchantReference": notice.reference,
        "paymentMethod": "visa",
        "pspReference": notice.name,
        "reason": notice.reason,
        "success": "true" if notice.is_success else "false",
    }
    return item | ({"originalReference": notice.original} if notice.original else {})


HONEST = KEYS.standard_hmac[0]
STRANGER = "0" * 64


def sealed(item: dict[str, Any], key: str, extra: dict[str, str]) -> dict[str, Any]:
    """The notification with what nobody signs, and with the signature of the bearer of `key`."""
    return item | {"additionalData": {**extra, "hmacSignature": _signature(item, key)}}


def _signature(item: dict[str, Any], key: str) -> str:
    flat = {**item, **item["amount"]}
    message = ":".join(str(flat.get(name, "")) for name in SIGNED).encode()
    return base64.b64encode(hmac.new(bytes.fromhex(key), message, hashlib.sha256).digest()).decode()


def _token_notice(notice: Notice, at: datetime) -> Notification:
    assert notice.token is not None
    document = {
        "createdAt": at.isoformat(),
        "environment": "test",
        "eventId": notice.name,
        "type": notice.event,
        "version": "1",
        "data": {
            "merchantAccount": FACTS.merchant_account,
            "operation": notice.event.rsplit(".", 1)[1],
            "shopperReference": notice.shopper,
            "storedPaymentMethodId": notice.token,
            "type": "visa",
        },
    }
    raw = json.dumps(document).encode()
    return Notification(notice.name, notice.event, notice.token, raw, at)
