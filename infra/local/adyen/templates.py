"""The pages' files: templates with `$names`, and assets served as they are."""

from __future__ import annotations

from functools import cache
from html import escape
from http import HTTPStatus
from pathlib import Path
from string import Template

from infra.local.adyen.wire import Response, text_response

WEB = Path(__file__).parent / "web"
TYPES = {".js": "text/javascript", ".css": "text/css"}


@cache
def read(name: str) -> str:
    """The text of a file of `web`."""
    return (WEB / name).read_text(encoding="utf-8")


def render(name: str, **values: str) -> str:
    """A page with its values, escaped."""
    escaped = {key: escape(value) for key, value in values.items()}
    return Template(read(name)).substitute(escaped)


def asset(name: str) -> Response:
    """A script or a style sheet of `web`."""
    return text_response(HTTPStatus.OK, read(name), TYPES[Path(name).suffix])
