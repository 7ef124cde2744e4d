"""Lets operators reach the functions of a running sandbox: by command line, or by a link."""

import json
from typing import Any, Final, Protocol

from werkzeug.exceptions import BadGateway, BadRequest
from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from infra.local.containers import FunctionFailed
from infra.local.sandbox.rooms import LANG, Route

FUNCTIONS: Final = "inspect|propose|approve"


class Functions(Protocol):
    """Calls the deployed functions by the name of their handler."""

    def invoke(self, handler: str, event: dict[str, Any]) -> Any: ...


class Operating:
    """One address for each of the operators' functions."""

    def __init__(self, functions: Functions) -> None:
        self._functions = functions

    def routes(self) -> list[Route]:
        """Their addresses."""
        return [
            ("POST", f"/operate/(?P<function>{FUNCTIONS})", self.call),
            ("GET", f"/{LANG}/proof", self.open_proof),
        ]

    def call(self, request: Request, function: str) -> Response:
        """Hand a request to the function, as an invocation does."""
        event = request.get_json(force=True)
        if not isinstance(event, dict):
            raise BadRequest("a request is a JSON object")
        return Response(json.dumps(self._invoke(function, event)), mimetype="application/json")

    def open_proof(self, _: Request, lang: str) -> Response:
        """Go to the last proof by a link made just now, as it opens for an hour only."""
        answer = self._invoke("inspect", {"question": "proof-link"})
        gone = redirect(answer["result"][lang], code=303)
        gone.headers["Cache-Control"] = "no-store"
        return gone

    def _invoke(self, function: str, event: dict[str, Any]) -> Any:
        try:
            return self._functions.invoke(function, event)
        except FunctionFailed as error:
            raise BadGateway(str(error)) from error
