"""Sample pages on a loopback server, under a strict content policy, seen by a real Chromium."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import parse_qsl

import pytest
from playwright.sync_api import Browser, Playwright

from chalicelib.pages.chrome import Assets, assets_from_manifest
from infra.packaging.browser import executable
from tests.unit.pages.sample_pages import PAGES
from tests.unit.pages.samples import a_chrome

WEB = Path(__file__).parents[3] / "infra" / "web"
DIST = WEB / "dist"
TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
POLICY = (
    "default-src 'none'; base-uri 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'"
)


class Site:
    """The address of the server, and the forms posted to it."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.posted: list[tuple[str, dict[str, str]]] = []

    def page(self, name: str, lang: str = "fr") -> str:
        return f"{self.address}/{lang}/{name}"


def _answer(path: str, assets: Assets) -> tuple[str, bytes]:
    if path.startswith("/assets/"):
        file = DIST / path.removeprefix("/assets/")
        return TYPES.get(file.suffix, "application/octet-stream"), file.read_bytes()
    _, lang, name = path.split("/", 2)
    assert lang in {"fr", "en"}
    html = PAGES[name](a_chrome("fr" if lang == "fr" else "en", assets=assets))
    return "text/html; charset=utf-8", html.encode()


def _handler(site: list[Site], assets: Assets) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing: the tests speak."""

        def do_GET(self) -> None:
            self._send(*_answer(self.path.partition("?")[0], assets))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"])).decode()
            site[0].posted.append((self.path, dict(parse_qsl(body, keep_blank_values=True))))
            self._send("text/plain", b"posted")

        def _send(self, kind: str, body: bytes) -> None:
            self.send_response(200)
            self.send_header("content-type", kind)
            self.send_header("content-length", str(len(body)))
            self.send_header("content-security-policy", POLICY)
            self.end_headers()
            self.wfile.write(body)

    return Handler


@pytest.fixture(scope="session")
def assets() -> Assets:
    """The built assets; without them nothing here can be seen."""
    manifest = DIST / "manifest.json"
    assert manifest.exists(), "build the assets first: npm ci && npm run build in infra/web"
    return assets_from_manifest(manifest.read_text())


@pytest.fixture
def site(assets: Assets) -> Iterator[Site]:
    """The server of the sample pages, for one test."""
    known: list[Site] = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(known, assets))
    known.append(Site(f"http://127.0.0.1:{server.server_port}"))
    beat = {"poll_interval": 0.02}  # how long the end of each test waits for the server
    thread = Thread(target=server.serve_forever, kwargs=beat, daemon=True)
    thread.start()
    yield known[0]
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def scriptless(playwright: Playwright) -> Iterator[Browser]:
    """A Chromium whose settings forbid scripts, so that it also reads `noscript`."""
    settings = ["--blink-settings=scriptEnabled=false"]
    chromium = playwright.chromium.launch(executable_path=executable(), args=settings)
    yield chromium
    chromium.close()
