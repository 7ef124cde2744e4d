"""The official library on one pooled session per thread, with timeouts on both phases.

The library opens a connection per call and leaves network failures as they are; this client keeps
connections, never follows a redirect, never reads proxies from the environment.
"""

import threading
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import Adyen
import requests
from Adyen.httpclient import HTTPClient

from chalicelib.adapters.clock import utc_now

CONNECT_SECONDS = 3.05
READ_SECONDS = 20.0
REPORT_SECONDS = 60.0
REPORTS_PATH = "reports/download/MerchantAccount"
HALF_A_SECOND = timedelta(seconds=0.5)
TOLD_FOR = timedelta(minutes=10)
_threads = threading.local()
_latest: list[tuple[timedelta, datetime]] = []


def _session() -> requests.Session:
    session: requests.Session | None = getattr(_threads, "session", None)
    if session is None:
        session = requests.Session()
        session.trust_env = False
        _threads.session = session
    return session


class PooledClient(HTTPClient):  # type: ignore[misc]  # the library is untyped
    """The library's HTTP client on pooled connections."""

    def __init__(self, reports_url: str = "") -> None:
        """`reports_url` is where reports are downloaded, without the account."""
        super().__init__("", "", force_request="requests")
        self.request = self._pooled
        self._reports_url = reports_url

    def report(self, path: str, api_key: str) -> tuple[int, str]:
        """A report's text with the status of the answer; `path` is ours, never the provider's."""
        response = _session().get(
            f"{self._reports_url}/{path}",
            headers={"x-api-key": api_key},
            timeout=(CONNECT_SECONDS, REPORT_SECONDS),
            allow_redirects=False,
        )
        response.encoding = "utf-8"
        return response.status_code, response.text

    def _pooled(
        self,
        method: str,
        url: str,
        json: Any = None,
        data: Any = None,
        username: str = "",
        password: str = "",
        xapikey: str = "",
        headers: dict[str, str] | None = None,
    ) -> tuple[str, Any, int, Any]:
        sent = dict(headers or {})
        if xapikey:
            sent["x-api-key"] = xapikey
        sent_at = utc_now()
        response = _session().request(
            method=method,
            url=url,
            json=json,
            data=data,
            auth=(username, password) if username and password else None,
            headers=sent,
            timeout=(CONNECT_SECONDS, READ_SECONDS),
            allow_redirects=False,
        )
        note_date(response.headers.get("Date"), sent_at, utc_now())
        return response.text, json, response.status_code, response.headers


def reports_url(*, platform: str, checkout_url: str) -> str:
    """Where reports are downloaded: the provider's own host, or the sandbox's."""
    sandbox = urlsplit(checkout_url)
    host = (
        f"{sandbox.scheme}://{sandbox.netloc}"
        if checkout_url
        else f"https://ca-{platform}.adyen.com"
    )
    return f"{host}/{REPORTS_PATH}"


def note_date(date: str | None, sent_at: datetime, answered_at: datetime) -> None:
    """Keep how far the provider's clock is ahead, by an answer's `Date` header.

    The header counts whole seconds and was written somewhere between question and answer.
    """
    try:
        told = parsedate_to_datetime(date or "")
    except ValueError:
        return
    middle = sent_at + (answered_at - sent_at) / 2
    ahead = told.astimezone(UTC) + HALF_A_SECOND - middle
    _latest[:] = [(ahead, answered_at)]


def clock_offset() -> timedelta | None:
    """How far the provider's clock is ahead of ours; None when it has not answered lately."""
    if not _latest or utc_now() - _latest[0][1] > TOLD_FOR:
        return None
    return _latest[0][0]


def connect(*, api_key: str, platform: str, live_prefix: str, checkout_url: str) -> Any:
    """The library's facade, ready to call; an empty `checkout_url` is the library's own.

    `checkout_url` serves a sandbox alone; the settings refuse it elsewhere.
    """
    facade = Adyen.Adyen()
    client = facade.client
    client.xapikey = api_key
    client.platform = platform
    if live_prefix:
        client.live_endpoint_prefix = live_prefix
    client.http_client = PooledClient(reports_url(platform=platform, checkout_url=checkout_url))
    client.http_init = True
    if checkout_url:
        checkout = facade.checkout
        for service in (checkout.payments_api, checkout.modifications_api, checkout.recurring_api):
            service.baseUrl = checkout_url
    return facade
