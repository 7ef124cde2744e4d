"""The HTTP server: loopback only, one thread per connection."""

from __future__ import annotations

import threading
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from infra.local.adyen.journal import LOG
from infra.local.adyen.wire import ConnectionDropped, Request, Response

if TYPE_CHECKING:
    from collections.abc import Callable

LOOPBACK = "127.0.0.1"
BODY_BYTES_MAX = 1_000_000
IDLE_SECONDS = 30
BODILESS = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)


class _Listener(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, port: int, answer: Callable[[Request], Response]) -> None:
        self.answer = answer
        super().__init__((LOOPBACK, port), _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: _Listener
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = IDLE_SECONDS
    wbufsize = -1

    def log_message(self, *_: Any) -> None:
        """The journal logs requests; addresses of this server may hold session results."""

    def _serve(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        if length > BODY_BYTES_MAX:
            self.close_connection = True
            self._send(Response(status=HTTPStatus.REQUEST_ENTITY_TOO_LARGE))
            return
        body = self.rfile.read(length)
        if not self._is_ours():
            self._send(Response(status=HTTPStatus.MISDIRECTED_REQUEST))
            return
        request = Request.of(self.command, self.path, dict(self.headers.items()), body)
        try:
            response = self.server.answer(request)
        except ConnectionDropped:
            self.close_connection = True
            return
        except Exception:  # noqa: BLE001 - a defect here is told loudly, and answered 500
            LOG.exception("the simulator failed on %s %s", request.method, request.path)
            response = Response(status=HTTPStatus.INTERNAL_SERVER_ERROR)
        self._send(response)

    def _is_ours(self) -> bool:
        """Refuse other host names: a web page may not reach the loopback through its own."""
        name = self.headers.get("host", "").rpartition(":")[0] or self.headers.get("host", "")
        return name in ("localhost", LOOPBACK)

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        if response.status not in BODILESS:
            self.send_header("content-length", str(len(response.body)))
        self.end_headers()
        if response.status not in BODILESS:
            self.wfile.write(response.body)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _serve  # noqa: N815


class Server:
    """A listener in a thread of its own."""

    def __init__(self, answer: Callable[[Request], Response], port: int) -> None:
        self._listener = _Listener(port, answer)
        self._thread = threading.Thread(
            target=self._listener.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True
        )

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._listener.server_address[1])

    def start(self) -> None:
        """Serve in the background."""
        self._thread.start()

    def stop(self) -> None:
        """Stop serving and free the port."""
        self._listener.shutdown()
        self._thread.join()
        self._listener.server_close()
