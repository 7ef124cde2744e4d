"""One simulator: used in process by tests, or as a server by the sandbox."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Self

from infra.local.adyen import admin_api, browser_api, outbox, pages, reports
from infra.local.adyen.gateway import Gateway
from infra.local.adyen.options import Options
from infra.local.adyen.server import Server
from infra.local.adyen.wire import Request, Response
from infra.local.adyen.world import World

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

    from infra.local.adyen.outbox import Report, Transport


class Simulator:
    """The world, its four faces (server, browser, admin, pages) and its webhooks.

    `call` and `admin` need no socket. `start` opens one on the loopback; port 0 takes any
    free port, but the Drop-in's 3-D Secure works on 8080 only. `transport` replaces the
    HTTP delivery of webhooks: `(url, body, headers) -> status`.
    """

    def __init__(self, options: Options | None = None, transport: Transport | None = None) -> None:
        self.options = options or Options()
        self.world = World(self.options)
        self.outbox = outbox.Outbox(self.world, transport or outbox.send)
        self._gateway = Gateway(self.world, lambda: self.outbox.deliver_pending(wait=False))
        self._server: Server | None = None

    @property
    def url(self) -> str:
        """The origin; with the real port once started."""
        return self.world.origin

    @property
    def checkout_url(self) -> str:
        """The base address to give to the Python library."""
        return f"{self.url}/checkout/v72"

    def start(self) -> Self:
        """Listen on the loopback, and deliver by itself if the options say so.

        Raises:
            OSError: the port is taken.
        """
        self._server = Server(self.answer, self.options.port)
        self.world.origin = f"http://localhost:{self._server.port}"
        self._server.start()
        if self.options.automatic_delivery:
            self.outbox.start()
        return self

    def stop(self) -> None:
        """Stop listening and delivering."""
        self.world.gate.set()
        self.outbox.stop()
        if self._server is not None:
            self._server.stop()
            self._server = None

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def answer(self, request: Request) -> Response:
        """Answer one request.

        Raises:
            ConnectionDropped: a fault hangs up.
        """
        if request.path.startswith("/checkout/"):
            return self._gateway.answer(request)
        if request.path.startswith(f"{admin_api.PREFIX}/"):
            return browser_api.shared(
                self.world,
                request,
                lambda: admin_api.answer(self.world, self.outbox, request),
            )
        if request.path.startswith(browser_api.PREFIX):
            return browser_api.answer(self.world, request)
        if request.path.startswith(reports.PREFIX):
            return reports.answer(self.world, request)
        return pages.answer(self.world, request)

    def call(
        self,
        method: str,
        target: str,
        body: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Answer one request without a socket; `body` is sent as JSON.

        Raises:
            ConnectionDropped: a fault hangs up.
        """
        raw = b"" if body is None else json.dumps(body).encode()
        given = {"content-type": "application/json", **(headers or {})}
        return self.answer(Request.of(method, target, given, raw))

    def api(self, method: str, path: str, body: Any = None, *, key: str = "") -> Response:
        """Call the server API with the right API key, and `key` as idempotency key."""
        headers = {"x-api-key": self.options.api_key}
        if key:
            headers["idempotency-key"] = key
        return self.call(method, f"/checkout/v72{path}", body, headers)

    def admin(self, method: str, path: str, body: Any = None) -> Any:
        """Call the admin API, `/_sim` left out; the JSON it answers.

        Raises:
            ValueError: the simulator refused, with its reason.
        """
        response = self.call(method, f"{admin_api.PREFIX}{path}", body)
        if response.status != HTTPStatus.OK:
            raise ValueError(response.json()["message"])
        return response.json()

    def pay(self, session_id: str, **payment: str) -> Any:
        """Pay a session as a shopper would: see `alone.pay`.

        Raises:
            ValueError: the simulator refused, with its reason.
        """
        return self.admin("POST", f"/sessions/{session_id}/pay", payment)

    def deliver_pending(self) -> Report:
        """Send every webhook that is due; see `Report.next_due_at` for the next ones."""
        return self.outbox.deliver_pending()
