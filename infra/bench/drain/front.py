"""The way in for the provider's notices: HTTP requests become calls of the API's function."""

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from infra.bench.drain.functions import HTTP, Failed, Functions


class _Front(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, functions: Functions) -> None:
        self.functions = functions
        super().__init__(("127.0.0.1", port), _Request)


class _Request(BaseHTTPRequestHandler):
    server: _Front
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Nobody reads it."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length") or 0))
        call = {
            "method": "POST",
            "path": self.path,
            "query": "",
            "headers": [[name.lower(), value] for name, value in self.headers.items()],
            "body": base64.b64encode(body).decode(),
            "source_ip": "127.0.0.1",
        }
        try:
            answer = self.server.functions.invoke(HTTP, {"http": call})
            status, said = int(answer["statusCode"]), str(answer["body"]).encode()
        except Failed:
            # as the API Gateway answers when its function has ended
            status, said = int(HTTPStatus.BAD_GATEWAY), b""
        self.send_response(status)
        self.send_header("content-length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)


@contextmanager
def open_front(port: int, functions: Functions) -> Iterator[None]:
    """Listen on `port` for the length of a `with`."""
    front = _Front(port, functions)
    thread = threading.Thread(target=front.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield
    finally:
        front.shutdown()
        thread.join()
        front.server_close()
