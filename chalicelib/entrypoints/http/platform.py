"""What the learning platform asks (who may open what) and tells (the first use)."""

import hmac
from collections.abc import Callable
from datetime import datetime
from typing import Any

from chalice.app import Blueprint, Request, Response

from chalicelib.application.learning.entitlements import entitlements, report_first_use
from chalicelib.bootstrap import Container, container, log_defect
from chalicelib.domain.kernel.errors import BillingError, Forbidden, Invalid, NotFound
from chalicelib.domain.kernel.ids import is_id
from chalicelib.entrypoints.http.problems import as_json, problem_details

routes = Blueprint(__name__)
JSON = ["application/json"]


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
    body: Any = request.json_body
    learner_id = body.get("learner_id") if isinstance(body, dict) else None
    if not isinstance(learner_id, str) or not is_id(learner_id):
        raise Invalid({"learner_id": "MISSING_FIELD"})
    used_at = _instant(body.get("used_at"), ports)
    return {"recorded": report_first_use(learner_id, used_at=used_at, ports=ports)}


def _instant(text: object, ports: Container) -> datetime:
    """The instant told, never later than now; now when none is told."""
    now = ports.clock()
    if text is None:
        return now
    try:
        told = datetime.fromisoformat(str(text))
    except ValueError:
        raise Invalid({"used_at": "BAD_INSTANT"}) from None
    if told.tzinfo is None:
        raise Invalid({"used_at": "BAD_INSTANT"})
    return min(told, now)


def _let_in(request: Request, ports: Container) -> None:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    known = hmac.compare_digest(given.encode(), ports.keys.platform.encode())
    if scheme.lower() != "bearer" or not known:
        raise Forbidden("BAD_PLATFORM_KEY")


def _answer(request: Request, act: Callable[[Container], object]) -> Response:
    ports = container()
    try:
        _let_in(request, ports)
        return as_json(act(ports))
    except BillingError as error:
        return problem_details(error, request, ports.facts.public_url)
    except Exception as error:  # noqa: BLE001 - the last fence before the caller
        log_defect("api_failed", error)
        return problem_details(BillingError(), request, ports.facts.public_url)
