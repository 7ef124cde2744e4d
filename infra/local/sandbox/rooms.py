"""The rooms beside the shop, by address: /sandbox (panel, mailbox, SES) and /learn."""

import re
from collections.abc import Callable, Sequence
from typing import Final
from urllib.parse import urlsplit

from werkzeug.exceptions import Forbidden, NotFound
from werkzeug.utils import redirect, send_from_directory
from werkzeug.wrappers import Request, Response

from infra.local.sandbox.pages import HERE

Act = Callable[..., Response]
Route = tuple[str, str, Act]
"""Method, pattern of the path, and what answers; named groups of the pattern are arguments."""

LANG: Final = "(?P<lang>fr|en)"


class Room:
    """Answers the addresses in `routes`; the language comes from the visitor at the bare one."""

    def __init__(self, prefix: str, routes: Sequence[Route]) -> None:
        self._prefix = prefix
        self._routes = [(verb, re.compile(f"{prefix}{path}"), act) for verb, path, act in routes]

    def __call__(self, request: Request) -> Response:
        """Answer one request.

        Raises:
            NotFound: the address leads nowhere.
            Forbidden: a form sent from another site.
        """
        if request.path in (self._prefix, f"{self._prefix}/"):
            lang = request.accept_languages.best_match(["fr", "en"], default="fr")
            return redirect(f"{self._prefix}/{lang}")
        method = "GET" if request.method == "HEAD" else request.method
        for verb, pattern, act in self._routes:
            found = pattern.fullmatch(request.path)
            if found and verb == method:
                if verb == "POST":
                    _require_own_form(request)
                return act(request, **found.groupdict())
        raise NotFound(request.path)


def static(request: Request, name: str) -> Response:
    """A file of the sandbox's own pages."""
    return send_from_directory(HERE / "static", name, request.environ)


def _require_own_form(request: Request) -> None:
    """Refuse a form that another site makes the visitor send; programs send no Origin."""
    origin = request.headers.get("Origin")
    if origin and urlsplit(origin).netloc != request.host:
        raise Forbidden("this form was not sent from here")
