"""Delivers webhooks: in order per endpoint, retried on the virtual clock."""

from __future__ import annotations

import base64
import threading
import urllib.error
import urllib.request
from dataclasses import asdict, dataclass
from datetime import timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from infra.local.adyen import acquiring, ledger
from infra.local.adyen.journal import LOG
from infra.local.adyen.parcels import ENDPOINTS, STANDARD

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from infra.local.adyen.parcels import Parcel
    from infra.local.adyen.world import World

    Transport = Callable[[str, bytes, dict[str, str]], int]

TIMEOUT_SECONDS = 10
# Three quick attempts, then the retry queue; the last interval repeats.
RETRY_SECONDS = (9, 18, 27, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800)
LIFE = timedelta(days=30)
ROUNDS_MAX = 10_000
BACKGROUND_SECONDS = 1.0


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Adyen follows no redirect: it counts as a failure."""


_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect())


def send(url: str, body: bytes, headers: dict[str, str]) -> int:
    """POST one webhook; the HTTP status, or 0 when nobody answered within ten seconds."""
    request = urllib.request.Request(url, body, headers, method="POST")
    try:
        with _OPENER.open(request, timeout=TIMEOUT_SECONDS) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        error.close()
        return error.code
    except OSError:
        return 0


@dataclass(kw_only=True)
class Report:
    """What one call of `deliver_pending` did; `next_due_at` is when to call again."""

    delivered: int = 0
    failed: int = 0
    forged: int = 0
    queued: int = 0
    due: int = 0
    next_due_at: datetime | None = None

    def document(self) -> dict[str, Any]:
        """The report as JSON."""
        next_due_at = self.next_due_at.isoformat() if self.next_due_at else None
        return {**asdict(self), "next_due_at": next_due_at}


class Outbox:
    """Sends what is due; one delivery at a time."""

    def __init__(self, world: World, transport: Transport) -> None:
        self.world = world
        self._transport = transport
        self._turn = threading.Lock()
        self._holder = 0
        self._stopped = threading.Event()
        self._thread: threading.Thread | None = None

    def deliver_pending(self, *, wait: bool = True) -> Report:
        """Send every due webhook, in order; stop a line at its first failure.

        A receiver may call the API back: no lock is held while it is being called. One
        delivery goes on at a time: another caller waits for it, unless told not to or
        unless it is the receiver itself.
        """
        report = Report()
        is_nested = self._holder == threading.get_ident()
        if not self._turn.acquire(blocking=wait and not is_nested):
            return self._counted(report)
        try:
            self._holder = threading.get_ident()
            self._deliver_all(report)
        finally:
            self._holder = 0
            self._turn.release()
        return self._counted(report)

    def _deliver_all(self, report: Report) -> None:
        blocked: set[str] = set()
        for _ in range(ROUNDS_MAX):
            parcel = self._next(blocked)
            if parcel is None:
                return
            if not self._deliver(parcel, report):
                blocked.add(parcel.endpoint)

    def _next(self, blocked: set[str]) -> Parcel | None:
        with self.world.lock:
            acquiring.run_due(self.world)
            now = self.world.now()
            for endpoint in ENDPOINTS:
                if endpoint in blocked or not self._url(endpoint):
                    continue
                parcel = self._head(endpoint, now)
                if parcel is not None:
                    return parcel
        return None

    def _head(self, endpoint: str, now: datetime) -> Parcel | None:
        """The first due event; one that waits for its retry holds back those behind it."""
        for parcel in self.world.state.mailbag.waiting(endpoint):
            if parcel.due_at <= now:
                return parcel
            if parcel.attempts:
                return None
        return None

    def _url(self, endpoint: str) -> str:
        options = self.world.options
        return options.webhook_url if endpoint == STANDARD else options.token_webhook_url

    def _deliver(self, parcel: Parcel, report: Report) -> bool:
        options = self.world.options
        credentials = f"{options.webhook_user}:{options.webhook_password}".encode()
        basic = base64.b64encode(credentials).decode()
        headers = {**parcel.headers, "authorization": f"Basic {basic}"}
        status = self._transport(self._url(parcel.endpoint), parcel.body, headers)
        accepted = HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES
        with self.world.lock:
            parcel.attempts += 1
            parcel.answer = str(status)
            if parcel.forged:
                return self._forged(parcel, report, accepted=accepted)
            if accepted:
                self.world.state.mailbag.close(parcel, "delivered")
                report.delivered += 1
                return True
            self._retry(parcel)
        report.failed += 1
        LOG.warning("webhook %s was answered %s", parcel.event, status)
        return False

    def _forged(self, parcel: Parcel, report: Report, *, accepted: bool) -> bool:
        """A forgery is sent once; an acknowledgement of it is counted against the receiver."""
        report.forged += 1
        if accepted:
            self.world.journal.forgery_accepted(parcel.event, parcel.forged)
        self.world.state.mailbag.close(parcel, "forgery_taken" if accepted else "forgery_refused")
        return True

    def _retry(self, parcel: Parcel) -> None:
        now = self.world.now()
        if now - parcel.first_due_at > LIFE:
            self.world.state.mailbag.close(parcel, "given_up")
            return
        wait = RETRY_SECONDS[min(parcel.attempts, len(RETRY_SECONDS)) - 1]
        parcel.due_at = now + timedelta(seconds=wait)

    def _counted(self, report: Report) -> Report:
        with self.world.lock:
            mailbag, now = self.world.state.mailbag, self.world.now()
            report.queued = len(mailbag.queue)
            report.due = sum(1 for parcel in mailbag.queue if parcel.due_at <= now)
            report.next_due_at = next_due_at(self.world)
        return report

    def start(self) -> None:
        """Deliver by itself, in the background."""
        self._thread = threading.Thread(target=self._run, name="webhooks", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the background delivery."""
        self._stopped.set()
        self.world.queued.set()
        if self._thread is not None:
            self._thread.join(timeout=TIMEOUT_SECONDS)

    def _run(self) -> None:
        while not self._stopped.is_set():
            self.world.queued.wait(BACKGROUND_SECONDS)
            self.world.queued.clear()
            if not self._stopped.is_set():
                self.deliver_pending()


def next_due_at(world: World) -> datetime | None:
    """When something will next happen here by itself: a webhook, a capture, a late answer."""
    instants = [parcel.due_at for parcel in world.state.mailbag.queue]
    instants += [due.at for due in world.state.agenda]
    closing = ledger.next_close(world)
    if closing is not None:
        instants.append(closing)
    return min(instants, default=None)
