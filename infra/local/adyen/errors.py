"""Refusals of the API, in the shape of Adyen's `ServiceError`.

The codes marked A in README.md are assumed: the documentation names the situation but
not its code.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


class ApiError(Exception):
    """A request refused with an HTTP status, an error code and a sentence."""

    def __init__(
        self,
        status: int,
        code: str,
        message: str,
        kind: str = "validation",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{status} {code} {message}")
        self.status = int(status)
        self.code = code
        self.message = message
        self.kind = kind
        self.headers = dict(headers or {})

    def document(self) -> dict[str, object]:
        """The body of the answer, without its reference."""
        return {
            "status": self.status,
            "errorCode": self.code,
            "message": self.message,
            "errorType": self.kind,
        }


def unauthorized() -> ApiError:
    """The API key or the client key is wrong."""
    message = "HTTP Status Response - Unauthorized"
    return ApiError(HTTPStatus.UNAUTHORIZED, "000", message, "security")


def wrong_merchant() -> ApiError:
    """The merchant account is not ours."""
    return ApiError(HTTPStatus.FORBIDDEN, "901", "Invalid Merchant Account", "security")


def unprocessable(code: str, message: str) -> ApiError:
    """The request is understood and refused."""
    return ApiError(HTTPStatus.UNPROCESSABLE_ENTITY, code, message)


def not_found() -> ApiError:
    """No such address."""
    return ApiError(HTTPStatus.NOT_FOUND, "000", "Not Found")


def in_progress() -> ApiError:
    """The same idempotency key is being served at this moment: try again with it."""
    return ApiError(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "704",
        "request already processed or in progress",
        headers={"transient-error": "true"},
    )
