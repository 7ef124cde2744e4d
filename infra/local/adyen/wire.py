"""Requests and responses, free of sockets."""

from __future__ import annotations

import json
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

from infra.local.adyen.errors import ApiError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from infra.local.adyen.records import Json


class ConnectionDropped(ConnectionError):
    """The simulator hangs up without a word, as a fault asked."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """One HTTP request; header names are lower case."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @classmethod
    def of(cls, method: str, target: str, headers: Mapping[str, str], body: bytes) -> Request:
        """Read a request line, headers and body."""
        parts = urlsplit(target)
        return cls(
            method=method,
            path=parts.path,
            query=dict(parse_qsl(parts.query, keep_blank_values=True)),
            headers={name.lower(): value for name, value in headers.items()},
            body=body,
        )

    def json(self) -> Json:
        """The body as a JSON object.

        Raises:
            ApiError: 400, not a JSON object.
        """
        try:
            document = json.loads(self.body or b"{}")
        except ValueError as error:
            raise ApiError(HTTPStatus.BAD_REQUEST, "702", "The body is not JSON.") from error
        if not isinstance(document, dict):
            raise ApiError(HTTPStatus.BAD_REQUEST, "702", "The body is not a JSON object.")
        return document

    def form(self) -> dict[str, str]:
        """The body as a form."""
        return dict(parse_qsl(self.body.decode("utf-8", "replace"), keep_blank_values=True))


@dataclass(frozen=True, kw_only=True)
class Response:
    """One HTTP answer."""

    status: int
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)

    def with_headers(self, headers: Mapping[str, str]) -> Response:
        """The same answer with more headers."""
        return replace(self, headers={**self.headers, **headers})


def json_response(
    status: int, document: object, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer whose body is `document` as JSON."""
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    content = {"content-type": "application/json; charset=utf-8", **(headers or {})}
    return Response(status=status, body=body, headers=content)


def text_response(status: int, text: str, content_type: str) -> Response:
    """An answer of text: a page, a script, a picture."""
    content = {"content-type": f"{content_type}; charset=utf-8", "cache-control": "no-store"}
    return Response(status=status, body=text.encode(), headers=content)
