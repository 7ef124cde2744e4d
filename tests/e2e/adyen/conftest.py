"""The real payment page on a loopback server, the simulator on 8080, and a real Chromium."""

from __future__ import annotations

from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

import pytest

from chalicelib.domain.kernel.money import Money
from chalicelib.pages.billing import OpenSession, PaymentView, render_payment
from chalicelib.pages.chrome import Assets, assets_from_manifest
from infra.local.adyen import Options, Simulator
from tests.unit.pages.samples import a_chrome

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chalicelib.pages.chrome import Lang

DIST = Path(__file__).parents[3] / "infra" / "web" / "dist"
SIMULATOR = "http://localhost:8080"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
# The policy of the payment page, with the simulator in the place of Adyen's addresses.
POLICY = (
    f"default-src 'none'; base-uri 'none'; script-src 'self' {SIMULATOR}; style-src 'self'; "
    f"img-src 'self' data: {SIMULATOR}; font-src 'self'; connect-src 'self' {SIMULATOR}; "
    f"frame-src {SIMULATOR}; form-action 'self' {SIMULATOR}"
)


@dataclass
class Shop:
    """One payment page, and the outcomes that it posted."""

    address: str
    assets: Assets
    page: str = ""
    posted: list[dict[str, str]] = field(default_factory=list)

    def show(self, session: dict[str, Any], lang: Lang = "fr") -> str:
        """Prepare the page of a session; its address."""
        view = PaymentView(
            base="/checkout/C1",
            here="/checkout/C1/pay",
            offer_name="Premium Solo",
            amount=Money(minor=session["amount"]["value"], currency="EUR"),
            client_key="test_SIMCLIENTKEY",
            environment="test",
            session=OpenSession(id=session["id"], session_data=session["sessionData"]),
            check="/payments",
            environment_url=f"{SIMULATOR}/checkoutshopper/test/",
            shim_url=f"{SIMULATOR}/sandbox-shim.js",
        )
        self.page = render_payment(view, a_chrome(lang, assets=self.assets))
        return f"{self.address}/{lang}/checkout/C1/pay"


def _handler(shops: list[Shop]) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing: the tests speak."""

        def do_GET(self) -> None:
            if self.path.startswith("/assets/"):
                file = DIST / Path(self.path).name
                kind = TYPES.get(file.suffix, "application/octet-stream")
                self._send(kind, file.read_bytes())
            else:
                self._send("text/html; charset=utf-8", shops[0].page.encode())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            shops[0].posted.append(dict(parse_qsl(body, keep_blank_values=True)))
            self._send("text/html; charset=utf-8", b"<!doctype html><p id=posted>posted</p>")

        def _send(self, kind: str, body: bytes) -> None:
            self.send_response(200)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.send_header("content-security-policy", POLICY)
            self.end_headers()
            self.wfile.write(body)

    return Handler


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    """The server of the payment page."""
    manifest = DIST / "manifest.json"
    assert manifest.exists(), "build the assets first: npm ci && npm run build in infra/web"
    shops: list[Shop] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(shops))
    address = f"http://localhost:{server.server_address[1]}"
    shops.append(Shop(address=address, assets=assets_from_manifest(manifest.read_text())))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield shops[0]
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def simulator(shop: Shop) -> Iterator[Simulator]:
    """On 8080, the only port on which 3-D Secure works: stop the sandbox to run this."""
    simulator = Simulator(Options(allowed_origins=(shop.address,)))
    try:
        simulator.start()
    except OSError:
        pytest.fail("port 8080 is taken: end the sandbox (or whatever listens there) first")
    yield simulator
    simulator.stop()
