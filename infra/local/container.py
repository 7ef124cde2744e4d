"""One Lambda container: a process that imports app.py once and answers one call at a time.

Started by containers.py with the environment of the deployed function and nothing else. Calls come
as JSON lines on standard input; answers leave as JSON lines on what was standard output, while
everything the application prints goes to standard error. An HTTP call becomes the proxy event of
an API Gateway REST API first. This file imports nothing of the sandbox: as in the cloud, only the
application and its requirements are at hand.
"""

import base64
import importlib
import json
import os
import sys
import time
import traceback
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, unquote

Event = dict[str, Any]


@dataclass(frozen=True)
class Context:
    """The part of the Lambda context object that applications read."""

    function_name: str
    aws_request_id: str
    ends_at: float
    memory_limit_in_mb: int = 1024
    function_version: str = "$LATEST"

    @property
    def invoked_function_arn(self) -> str:
        return f"arn:aws:lambda:eu-west-3:000000000000:function:{self.function_name}"

    def get_remaining_time_in_millis(self) -> int:
        """Milliseconds until the function's timeout."""
        return max(0, int((self.ends_at - time.monotonic()) * 1000))


def route_of(path: str, routes: list[str]) -> tuple[str, dict[str, str]] | None:
    """The resource that answers `path` and its path parameters; a literal part wins over a name."""
    parts = (path.rstrip("/") or "/").split("/")
    found: list[tuple[list[bool], str, dict[str, str]]] = []
    for route in routes:
        names = route.split("/")
        is_named = [name.startswith("{") for name in names]
        if len(names) == len(parts) and all(
            named or name == part for named, name, part in zip(is_named, names, parts, strict=True)
        ):
            captured = {
                n[1:-1]: unquote(p) for n, p in zip(names, parts, strict=True) if n[:1] == "{"
            }
            found.append((is_named, route, captured))
    if not found:
        return None
    _, route, captured = min(found)
    return route, captured


def proxy_event(call: Event, route: str, captured: dict[str, str], request_id: str) -> Event:
    """The proxy event of a REST API for the HTTP request in `call`."""
    headers: dict[str, list[str]] = {}
    for name, value in call["headers"]:
        headers.setdefault(name, []).append(value)
    query = parse_qs(call["query"], keep_blank_values=True) or None
    body = base64.b64decode(call["body"])
    return {
        "resource": route,
        "path": call["path"],
        "httpMethod": call["method"],
        "headers": {name: values[-1] for name, values in headers.items()},
        "multiValueHeaders": headers,
        "queryStringParameters": query and {name: values[-1] for name, values in query.items()},
        "multiValueQueryStringParameters": query,
        "pathParameters": captured or None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": route,
            "httpMethod": call["method"],
            "path": call["path"],
            "stage": "api",
            "requestId": request_id,
            "identity": {"sourceIp": call["source_ip"]},
        },
        "body": body.decode() if body else None,
        "isBase64Encoded": False,
    }


def answer_http(app: Any, call: Event, context: Context) -> Event:
    """Answer as the API Gateway does: an unknown path never reaches the application."""
    routed = route_of(call["path"], list(app.routes))
    if routed is None:
        body = json.dumps({"message": "Missing Authentication Token"})
        return {"statusCode": 403, "headers": {"Content-Type": "application/json"}, "body": body}
    answer: Event = app(proxy_event(call, *routed, context.aws_request_id), context)
    return answer


def answer(module: Any, call: Event, number: int) -> Event:
    """The answer line of one call: what the handler returned, or what it raised."""
    context = Context(
        function_name=call["function"],
        aws_request_id=f"{os.getpid():08x}-{number:08d}",
        ends_at=time.monotonic() + call["timeout_seconds"],
    )
    try:
        if "http" in call:
            return {"answer": answer_http(module.app, call["http"], context)}
        return {"answer": getattr(module, call["handler"])(call["event"], context)}
    except Exception as error:  # noqa: BLE001 - Lambda reports every failure to its caller
        traceback.print_exc()
        return {"error": {"errorType": type(error).__name__, "errorMessage": str(error)}}


def main() -> None:
    """Serve calls until standard input ends."""
    lines = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what the application prints is log, never an answer
    module = importlib.import_module("app")
    for number, line in enumerate(sys.stdin):
        lines.write(json.dumps(answer(module, json.loads(line), number)) + "\n")


if __name__ == "__main__":
    main()
