"""Hears what a browser complains about, and sees where it goes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

HOSTS = {"localhost", "127.0.0.1"}
OWN_SCHEMES = {"data", "blob", "about"}
LOUD = {"error", "warning"}
# A form sent back with its errors is a page with the status 422, which the browser reports.
FORM_SENT_BACK = "the server responded with a status of 422"
# A refusal made on purpose by a test, such as opening somebody else's order.
FORBIDDEN = "the server responded with a status of 403"


@dataclass
class Watch:
    """Everything that went wrong in one browser; a test allows what it provokes."""

    allowed: set[str] = field(default_factory=set)
    complaints: list[str] = field(default_factory=list)
    strangers: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        """Listen to every page of `context` from now on."""
        context.on("console", self._heard)
        context.on("weberror", lambda error: self.complaints.append(f"uncaught: {error.error}"))
        context.on("request", self._asked)
        context.on("page", self._opened)

    def _opened(self, page: Page) -> None:
        page.on("crash", lambda _: self.complaints.append(f"{page.url} crashed"))

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type not in LOUD or FORM_SENT_BACK in message.text:
            return
        if not any(words in message.text for words in self.allowed):
            self.complaints.append(f"{message.type}: {message.text} ({message.location['url']})")

    def _asked(self, request: Request) -> None:
        address = urlsplit(request.url)
        if address.hostname not in HOSTS and address.scheme not in OWN_SCHEMES:
            self.strangers.append(request.url)

    def require_calm(self) -> None:
        """Fail when the console complained, a policy was broken or a request left this machine."""
        assert not self.complaints, self.complaints
        assert not self.strangers, self.strangers
