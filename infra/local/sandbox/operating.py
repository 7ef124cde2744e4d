"""Lets the operator's command line reach the functions of a running sandbox."""

import json
from typing import Any, Final, Protocol

from werkzeug.exceptions import BadGateway, BadRequest
from werkzeug.wrappers import Request, Response

from infra.local.containers import FunctionFailed
from infra.local.sandbox.rooms import Route

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
        return [("POST", f"/operate/(?P<function>{FUNCTIONS})", self.call)]

    def call(self, request: Request, function: str) -> Response:
        """Hand a request to the function, as an invocation does."""
        event = request.get_json(force=True)
        if not isinstance(event, dict):
            raise BadRequest("a request is a JSON object")
        try:
            answer = self._functions.invoke(function, event)
        except FunctionFailed as error:
            raise BadGateway(str(error)) from error
        return Response(json.dumps(answer), mimetype="application/json")
