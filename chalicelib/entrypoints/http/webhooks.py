"""Notifications of the provider: verify, keep once, acknowledge. Nothing is interpreted here."""

import base64
import binascii
import hmac
import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from chalice.app import Blueprint, Request, Response

from chalicelib.application.ports import Notification
from chalicelib.bootstrap import (
    Container,
    body_is_genuine,
    container,
    item_is_genuine,
    log_defect,
)
from chalicelib.domain.kernel.errors import BillingError, Forbidden, Refused
from chalicelib.entrypoints.http.headers import PLAIN
from chalicelib.entrypoints.http.problems import problem_details
from chalicelib.entrypoints.http.reading import raw_bytes

routes = Blueprint(__name__)
JSON = ["application/json"]
BODY_MAX = 256 * 1024
ITEMS_MAX = 20
FIELD_MAX = 100


@routes.route("/webhooks/adyen", methods=["POST"], content_types=JSON)
def standard() -> Response:
    return _receive(routes.current_request, _standard)


@routes.route("/webhooks/adyen/tokens", methods=["POST"], content_types=JSON)
def tokens() -> Response:
    return _receive(routes.current_request, _tokens)


def _receive(request: Request, keep: Any) -> Response:
    ports = container()
    try:
        keep(request, _content(request, ports), ports)
    except BillingError as error:
        ports.note("notification_turned_away", code=error.code)
        return problem_details(error, request, ports.facts.public_url)
    except Exception as error:  # noqa: BLE001 - the provider sends it again
        log_defect("webhook_failed", error, request_id=request.context.get("requestId"))
        return problem_details(BillingError(), request, ports.facts.public_url)
    headers: dict[str, Any] = {"Content-Type": "text/plain", **PLAIN}
    return Response(body="[accepted]", status_code=int(HTTPStatus.ACCEPTED), headers=headers)


def _content(request: Request, ports: Container) -> dict[str, Any]:
    """The body of a sender we know."""
    raw = raw_bytes(request)
    if len(raw) > BODY_MAX:
        raise Refused("BODY_TOO_LARGE")
    if not _is_known(request, ports):
        raise Forbidden("UNKNOWN_SENDER")
    try:
        content = json.loads(raw)
    except (ValueError, RecursionError):
        raise Refused("BAD_JSON") from None
    if not isinstance(content, dict):
        raise Refused("BAD_JSON")
    return content


def _is_known(request: Request, ports: Container) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    expected = f"{ports.keys.webhook_user}:{ports.keys.webhook_password}".encode()
    try:
        known = base64.b64decode(given, validate=True)
    except (binascii.Error, ValueError):
        return False
    return scheme.lower() == "basic" and hmac.compare_digest(known, expected)


def _standard(_: Request, content: Mapping[str, Any], ports: Container) -> None:
    """Every item is verified on its own, before any is kept."""
    items = content.get("notificationItems")
    if not isinstance(items, list) or not 0 < len(items) <= ITEMS_MAX:
        raise Refused("BAD_JSON")
    named = [i.get("NotificationRequestItem") if isinstance(i, dict) else None for i in items]
    genuine = [item for item in named if isinstance(item, dict)]
    if len(genuine) != len(items):
        raise Refused("BAD_JSON")
    if not all(item_is_genuine(item, ports.keys.standard_hmac) for item in genuine):
        raise Forbidden("UNKNOWN_SENDER")
    if content.get("live") != _live(ports):
        raise Forbidden("UNKNOWN_SENDER")
    for item in genuine:
        event, reference = _field(item, "eventCode"), _field(item, "pspReference")
        if not event or not reference:
            raise Refused("BAD_JSON")
        _keep(ports, reference, event, _field(item, "success") or "none", item)


def _tokens(request: Request, content: Mapping[str, Any], ports: Container) -> None:
    signature = request.headers.get("hmacsignature")
    if not body_is_genuine(raw_bytes(request), signature, ports.keys.token_hmac):
        raise Forbidden("UNKNOWN_SENDER")
    told = content.get("data")
    about: Mapping[str, Any] = told if isinstance(told, Mapping) else {}
    event, token = _field(content, "type"), _field(about, "storedPaymentMethodId")
    # a change of bank account has no event of its own to name, only the payment it was learnt from
    reference = _field(content, "eventId") if token else _field(about, "pspReference")
    if not event or not reference:
        raise Refused("BAD_JSON")
    _keep(ports, reference, event, token or "none", content)


def _live(ports: Container) -> str:
    return "true" if ports.settings.adyen_environment == "live" else "false"


def _field(item: Mapping[str, Any], name: str) -> str | None:
    value = item.get(name)
    return value if isinstance(value, str) and 0 < len(value) <= FIELD_MAX else None


def _keep(
    ports: Container, reference: str, event: str, success: str, item: Mapping[str, Any]
) -> None:
    raw = json.dumps(item, separators=(",", ":"), ensure_ascii=False).encode()
    is_new = ports.store.keep_notification(
        Notification(
            provider_reference=reference,
            event=event,
            success=success,
            raw=raw,
            received_at=ports.clock(),
        )
    )
    ports.note("notification_kept" if is_new else "notification_repeated", provider=event)
