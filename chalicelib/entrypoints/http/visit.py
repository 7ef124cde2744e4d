"""One request by a person: language, cookies, form, who they are; and the answer, dressed.

Every page passes through `answer`: it reads the request, checks the token of a form, turns an
expected error into a page in the reader's language, and adds the headers.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from chalice.app import Request, Response

from chalicelib.application.people.account import customer_of_session
from chalicelib.bootstrap import Container, container, log_defect
from chalicelib.domain.kernel import errors
from chalicelib.domain.kernel.language import LANGUAGES, Language
from chalicelib.domain.kernel.seals import holds, seal
from chalicelib.domain.people.customer import Customer
from chalicelib.entrypoints.http.headers import page_headers, plain_headers
from chalicelib.entrypoints.http.problems import MACHINES, problem_details
from chalicelib.entrypoints.http.reading import address_after_language, read_cookies, read_form
from chalicelib.entrypoints.http.statuses import patience, status_of
from chalicelib.pages.chrome import Chrome, Seller

FORM = ["application/x-www-form-urlencoded"]
VISITOR, SESSION = "visitor", "session"
VISITOR_SECONDS = 30 * 24 * 3600
SESSION_SECONDS = 12 * 3600


@dataclass
class Visit:
    """A request, and what it wants to leave in the browser."""

    lang: Language
    path: str
    request: Request
    ports: Container
    set_cookies: list[str] = field(default_factory=list)

    @cached_property
    def cookies(self) -> dict[str, str]:
        """The cookies sent."""
        return read_cookies(self.request.headers.get("cookie", ""))

    @cached_property
    def form(self) -> dict[str, str]:
        """The posted fields.

        Raises:
            Refused: `BODY_TOO_LARGE`, `REPEATED_FIELD`.
            Invalid: the body is no form.
        """
        return read_form(self.request)

    def switches_language(self) -> bool:
        """Whether the form's language switch was pressed; from then on the visit speaks it."""
        asked = next((lang for lang in LANGUAGES if lang == self.form.get("switch_lang")), None)
        self.lang = asked or self.lang
        return asked is not None

    @property
    def query(self) -> Mapping[str, str]:
        """The query's parameters."""
        return self.request.query_params or {}

    @cached_property
    def visitor(self) -> str:
        """The browser's own random name; made on the first visit."""
        known = self.cookies.get(VISITOR, "")
        if known.isalnum() and len(known) == 32:  # noqa: PLR2004 - what token_hex(16) gives
            return known
        fresh = secrets.token_hex(16)
        self.set_cookie(VISITOR, fresh, VISITOR_SECONDS)
        return fresh

    @property
    def csrf(self) -> str:
        """The token that every form of this browser carries."""
        return seal(self.ports.keys.link, "csrf", self.visitor)

    def check_form(self) -> None:
        """Let a form through that one of our pages gave to this browser.

        Raises:
            Forbidden: `BAD_CSRF`.
        """
        known = self.cookies.get(VISITOR, "")
        given = self.form.get("csrf", "")
        if not known or not holds(self.ports.keys.link, given, "csrf", known):
            raise errors.Forbidden("BAD_CSRF")

    @cached_property
    def customer(self) -> Customer | None:
        """The person signed in, if any."""
        token = self.cookies.get(SESSION)
        return customer_of_session(token, ports=self.ports) if token else None

    def set_cookie(self, name: str, value: str, seconds: int) -> None:
        """Leave a cookie that no script reads and no other site sends."""
        secure = "; Secure" if urlsplit(self.ports.settings.public_url).scheme == "https" else ""
        self.set_cookies.append(
            f"{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}"
        )

    def open_session(self, token: str) -> None:
        """Sign this browser in."""
        self.set_cookie(SESSION, token, SESSION_SECONDS)

    def close_session(self) -> None:
        """Sign this browser out."""
        self.set_cookie(SESSION, "", 0)

    @property
    def chrome(self) -> Chrome:
        """What surrounds the page."""
        from chalicelib.entrypoints.http.assets import assets  # noqa: PLC0415

        facts, settings = self.ports.facts, self.ports.settings
        address = facts.seller.address
        return Chrome(
            lang=self.lang,
            path=self.path,
            csrf=self.csrf,
            assets=assets(),
            seller=Seller(
                platform=facts.seller.trade_name,
                name=facts.seller.legal_name,
                address=f"{address.street}, {address.postal_code} {address.city}",
                email=facts.seller.email,
                phone=facts.seller.phone,
            ),
            environment=settings.environment,
            signed_in=self.customer is not None,
            policy_profile=facts.policy.profile if settings.environment == "sandbox" else None,
        )

    def page(
        self, html: str, status: HTTPStatus = HTTPStatus.OK, *, pays: bool = False
    ) -> Response:
        """An HTML answer; `pays` opens the content policy for the payment form."""
        headers: dict[str, Any] = page_headers(self.ports.settings, pays=pays)
        if self.set_cookies:
            headers["Set-Cookie"] = self.set_cookies
        return Response(body=html, status_code=status, headers=headers)

    def go(self, path: str) -> Response:
        """See another page: `path` comes after the language."""
        return self.go_to(f"/{self.lang}{path}")

    def go_to(self, address: str) -> Response:
        """See another address."""
        headers: dict[str, Any] = {"Location": address, **plain_headers(self.ports.settings)}
        if self.set_cookies:
            headers["Set-Cookie"] = self.set_cookies
        return Response(body="", status_code=HTTPStatus.SEE_OTHER, headers=headers)

    def problem(self, error: errors.BillingError, reference: str | None = None) -> Response:
        """The page of an expected error."""
        from chalicelib.pages.problems import ProblemView, render_problem  # noqa: PLC0415

        view = ProblemView(code=error.code, reference=reference, back_path=self.path)
        page = self.page(render_problem(view, self.chrome), status_of(error))
        page.headers.update(patience(error))
        return page

    def apology(self) -> Response:
        """The page of a defect; whatever failed, it needs neither the store nor a key."""
        from chalicelib.pages.problems import problem_text  # noqa: PLC0415

        words = problem_text(errors.BillingError.code, self.lang)
        html = (
            f'<!doctype html><html lang="{self.lang}"><meta charset="utf-8">'
            f"<title>{words.title}</title><h1>{words.title}</h1><p>{words.detail}</p>"
            f"<p>{self.ports.facts.seller.email}</p></html>"
        )
        self.set_cookies.clear()
        return self.page(html, HTTPStatus.INTERNAL_SERVER_ERROR)


def visit_of(request: Request, lang: str) -> Visit:
    """The visit that a request begins."""
    known: Language = "en" if lang == "en" else "fr"
    path = address_after_language(request)
    return Visit(lang=known, path=path, request=request, ports=container())


def answer(request: Request, lang: str, act: Callable[[Visit], Response]) -> Response:
    """Let `act` answer a person's request, whatever happens in it."""
    visit = visit_of(request, lang)
    if lang in MACHINES:
        return problem_details(errors.NotFound(), request, visit.ports.facts.public_url)
    try:
        return _act(visit, lang, act)
    except Exception as error:  # noqa: BLE001 - the last fence before the reader
        return _defect(visit, error)


def _act(visit: Visit, lang: str, act: Callable[[Visit], Response]) -> Response:
    try:
        if lang not in LANGUAGES:
            raise errors.NotFound
        if visit.request.method == "POST":
            visit.check_form()
        return act(visit)
    except errors.BillingError as error:
        return visit.problem(error)


def _defect(visit: Visit, error: Exception) -> Response:
    """The page of a defect, with the reference under which the log knows it."""
    context = visit.request.context
    reference = context.get("requestId")
    log_defect("page_failed", error, path=context.get("resourcePath"), request_id=reference)
    try:
        return visit.problem(errors.BillingError(), reference)
    except Exception:  # noqa: BLE001 - what failed before may fail again
        return visit.apology()
