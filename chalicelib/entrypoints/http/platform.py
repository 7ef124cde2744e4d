"""What the learning platform asks (who may open what) and tells (the first use)."""

import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from chalice.app import Blueprint, Request, Response

from chalicelib.application.learning.entitlements import entitlements, report_first_use
from chalicelib.bootstrap import Container, container, log_defect
from chalicelib.domain.kernel.errors import (
    BillingError,
    Forbidden,
    Invalid,
    NotFound,
    Refused,
)
from chalicelib.domain.kernel.ids import is_id
from chalicelib.entrypoints.http.problems import as_json, problem_details
from chalicelib.entrypoints.http.reading import raw_bytes

routes = Blueprint(__name__)
JSON = ["application/json"]
BODY_MAX = 16 * 1024
YEAR_MIN = 2000


@routes.route("/api/entitlements/{learner_id}")
def read_entitlements(learner_id: str) -> Response:
    return _answer(routes.current_request, lambda ports: _entitlements(learner_id, ports))


def _entitlements(learner_id: str, ports: Container) -> object:
    if not is_id(learner_id):
        raise NotFound
    return {"learner_id": learner_id, "features": entitlements(learner_id, ports=ports)}


@routes.route("/api/first-use", methods=["POST"], content_types=JSON)
def first_use() -> Response:
    request: Request = routes.current_request
    return _answer(request, lambda ports: _first_use(request, ports))


def _first_use(request: Request, ports: Container) -> object:
    body = _json(request)
    learner_id = body.get("learner_id")
    if not isinstance(learner_id, str) or not is_id(learner_id):
        raise Invalid({"learner_id": "MISSING_FIELD"})
    used_at = _instant(body.get("used_at"), ports)
    return {"recorded": report_first_use(learner_id, used_at=used_at, ports=ports)}


def _json(request: Request) -> dict[str, Any]:
    raw = raw_bytes(request)
    if len(raw) > BODY_MAX:
        raise Refused("BODY_TOO_LARGE")
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError):
        raise Refused("BAD_JSON") from None
    if not isinstance(body, dict):
        raise Refused("BAD_JSON")
    return body


def _instant(text: object, ports: Container) -> datetime:
    """The instant told, never later than now; now when none is told."""
    now = ports.clock()
    if text is None:
        return now
    try:
        told = datetime.fromisoformat(str(text))
    except ValueError:
        raise Invalid({"used_at": "BAD_INSTANT"}) from None
    if told.tzinfo is None or told.year < YEAR_MIN:
        raise Invalid({"used_at": "BAD_INSTANT"})
    return now if told > now else told.astimezone(UTC)


def _let_in(request: Request, ports: Container) -> None:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    known = hmac.compare_digest(given.encode(), ports.keys.platform.encode())
    if scheme.lower() != "bearer" or not known:
        raise Forbidden("BAD_PLATFORM_KEY")


def _answer(request: Request, act: Callable[[Container], object]) -> Response:
    ports = container()
    url = ports.facts.public_url
    try:
        _let_in(request, ports)
        return as_json(act(ports))
    except BillingError as error:
        return problem_details(error, request, url)
    except Exception as error:  # noqa: BLE001 - the last fence before the caller
        log_defect("api_failed", error, request_id=request.context.get("requestId"))
        return problem_details(BillingError(), request, url)
