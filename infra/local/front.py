"""The front door: one origin for the shop, its assets, the sandbox pages and the learning site.

It stands where CloudFront and API Gateway stand in the cloud. A request for the shop becomes a
call of the API's function; the built files come from infra/web/dist with the headers that the
content delivery network adds to them; everything else in the sandbox is a page of its own.
"""

import base64
import threading
from collections.abc import Callable, Iterable
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Protocol

from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.utils import send_from_directory
from werkzeug.wrappers import Request, Response

from infra.local.containers import FunctionFailed

BODY_BYTES_MAX: Final = 10_000_000
YEAR_SECONDS: Final = 31_536_000
# AWS's SecurityHeadersPolicy, which the template puts on /assets/*; plain HTTP takes no HSTS
EDGE_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "SAMEORIGIN",
    "X-XSS-Protection": "1; mode=block",
    "Referrer-Policy": "strict-origin-when-cross-origin",
}

Page = Callable[[Request], Response]


class Api(Protocol):
    """Answers a request as the deployed API does."""

    def request(self, http: dict[str, Any]) -> dict[str, Any]:
        """The function's proxy answer."""


class FrontDoor:
    """The WSGI application; `rooms` are served by path prefix, the shop gets the rest.

    `after_write` is told of every request that may have changed something.
    """

    def __init__(
        self, api: Api, *, assets: Path, rooms: dict[str, Page], after_write: Callable[[], None]
    ) -> None:
        self._api = api
        self._assets = assets
        self._rooms = rooms
        self._after_write = after_write

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        request.max_content_length = BODY_BYTES_MAX
        try:
            response = self._answer(request)
        except HTTPException as error:
            response = Response(error.description, error.code, mimetype="text/plain")
        if request.method != "GET":
            self._after_write()
        return response(environ, start_response)

    def _answer(self, request: Request) -> Response:
        if request.path.startswith("/assets/"):
            return self._asset(request)
        for prefix, room in self._rooms.items():
            if request.path == prefix or request.path.startswith(f"{prefix}/"):
                return room(request)
        return ask(self._api, request)

    def _asset(self, request: Request) -> Response:
        name = request.path.removeprefix("/assets/")
        response = send_from_directory(self._assets, name, request.environ)
        response.headers.update(EDGE_HEADERS)
        response.cache_control.public = True
        response.cache_control.max_age = YEAR_SECONDS
        return response


def ask(api: Api, request: Request) -> Response:
    """The API's answer to `request`, as API Gateway passes it on."""
    call = {
        "method": request.method,
        "path": request.path,
        "query": request.query_string.decode("ascii", "replace"),
        # whatever the visitor wrote there is overwritten, as at the edge
        "headers": [
            *((name, value) for name, value in request.headers if name != "X-Visitor-Address"),
            ("X-Visitor-Address", request.remote_addr or "127.0.0.1"),
        ],
        "body": base64.b64encode(request.get_data()).decode("ascii"),
        "source_ip": request.remote_addr or "127.0.0.1",
    }
    try:
        answer = api.request(call)
    except FunctionFailed as error:
        print(f"the API failed: {error}", flush=True)
        body = '{"message": "Internal server error"}'
        return Response(body, 502, mimetype="application/json")
    return _response(answer)


def _response(answer: dict[str, Any]) -> Response:
    body = answer.get("body") or ""
    content = base64.b64decode(body) if answer.get("isBase64Encoded") else body.encode()
    response = Response(content, answer["statusCode"])
    response.headers.clear()
    for name, value in (answer.get("headers") or {}).items():
        response.headers.add(name, str(value))
    for name, values in (answer.get("multiValueHeaders") or {}).items():
        response.headers.remove(name)
        for value in values:
            response.headers.add(name, str(value))
    response.headers["Content-Length"] = str(len(content))
    return response


class _Quiet(WSGIRequestHandler):
    """Keeps connections open and the terminal quiet: addresses may carry tokens."""

    protocol_version = "HTTP/1.1"

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing."""


@contextmanager
def serving(door: FrontDoor, port: int) -> Any:
    """Serve `door` on `port` of the loopback for the length of a `with`."""
    server = make_server("127.0.0.1", port, door, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, name="front-door", daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def missing(text: str) -> NotFound:
    """The refusal of an address that leads nowhere."""
    return NotFound(text)
