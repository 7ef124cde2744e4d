"""Answers for machines: problem details (RFC 9457), in the language they ask for."""

import json
from http import HTTPStatus

from chalice.app import Request, Response

from chalicelib.domain.kernel.errors import BillingError, Invalid
from chalicelib.entrypoints.http.headers import PLAIN
from chalicelib.entrypoints.http.statuses import patience, status_of

PROBLEM = "application/problem+json"
# What machines speak to begins with one of these, where a page begins with its language.
MACHINES = ("api", "webhooks")


def problem_details(error: BillingError, request: Request, public_url: str) -> Response:
    """An expected error as problem details; it says what to do and nothing about anybody."""
    from chalicelib.pages.problems import problem_text  # noqa: PLC0415 - only on an error

    asked = request.headers.get("accept-language", "").lower()
    words = problem_text(error.code, "fr" if asked.startswith("fr") else "en")
    status = status_of(error)
    body = {
        "type": f"{public_url}/problems/{error.code.lower()}",
        "title": words.title,
        "detail": words.detail,
        "status": int(status),
        "code": error.code,
    }
    if isinstance(error, Invalid):
        body["errors"] = error.fields
    response = as_json(body, status, PROBLEM)
    response.headers.update(patience(error))
    if status is HTTPStatus.UNAUTHORIZED:
        scheme = "Basic" if error.code == "UNKNOWN_SENDER" else "Bearer"
        response.headers["WWW-Authenticate"] = f'{scheme} realm="tacite"'
    return response


def as_json(
    body: object, status: HTTPStatus = HTTPStatus.OK, content_type: str = "application/json"
) -> Response:
    """A JSON answer that nobody caches."""
    return Response(
        body=json.dumps(body, separators=(",", ":"), ensure_ascii=False),
        status_code=int(status),
        headers={"Content-Type": content_type, **PLAIN},
    )
