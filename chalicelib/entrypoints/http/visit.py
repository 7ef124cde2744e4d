"""One request by a person: language, cookies, form, who they are; and the answer, dressed.

Every page passes through `answer`: it reads the request, checks the token of a form, turns an
expected error into a page in the reader's language, and adds the headers.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from typing import Any, get_args
from urllib.parse import parse_qsl, urlsplit

from chalice.app import Request, Response

from chalicelib.application.people.account import customer_of_session
from chalicelib.bootstrap import Container, container, log_defect
from chalicelib.domain.kernel import errors
from chalicelib.domain.kernel.language import Language
from chalicelib.domain.kernel.seals import holds, seal
from chalicelib.domain.people.customer import Customer
from chalicelib.entrypoints.http.headers import page_headers
from chalicelib.pages.chrome import Chrome, Seller

FORM = ["application/x-www-form-urlencoded"]
BODY_MAX = 64 * 1024
FIELDS_MAX = 60
VISITOR, SESSION = "visitor", "session"
VISITOR_SECONDS = 30 * 24 * 3600
SESSION_SECONDS = 12 * 3600
STATUS: Mapping[type[errors.BillingError], HTTPStatus] = {
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Invalid: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Refused: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.GatewayUnavailable: HTTPStatus.BAD_GATEWAY,
}
OWN_STATUS = {
    "BODY_TOO_LARGE": HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    "TOO_MANY_TRIES": HTTPStatus.TOO_MANY_REQUESTS,
}


def status_of(error: errors.BillingError) -> HTTPStatus:
    """The status of an expected error: its code's own, or its nearest ancestor's."""
    if error.code in OWN_STATUS:
        return OWN_STATUS[error.code]
    known = (STATUS[cls] for cls in type(error).__mro__ if cls in STATUS)
    return next(known, HTTPStatus.INTERNAL_SERVER_ERROR)


def raw_bytes(request: Request) -> bytes:
    """The body as it came."""
    raw = request.raw_body
    return raw if isinstance(raw, bytes) else raw.encode()


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
        """The cookies sent; unreadable ones are none."""
        try:
            jar = SimpleCookie(self.request.headers.get("cookie", ""))
        except CookieError:
            return {}
        return {name: morsel.value for name, morsel in jar.items()}

    @cached_property
    def form(self) -> dict[str, str]:
        """The posted fields.

        Raises:
            Refused: `BODY_TOO_LARGE`.
        """
        raw = raw_bytes(self.request)
        if len(raw) > BODY_MAX:
            raise errors.Refused("BODY_TOO_LARGE")
        try:
            pairs = parse_qsl(
                raw.decode(), keep_blank_values=True, max_num_fields=FIELDS_MAX, errors="strict"
            )
        except (ValueError, UnicodeDecodeError):
            raise errors.Invalid({"": "MISSING_FIELD"}) from None
        return dict(pairs)

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
        headers: dict[str, Any] = {"Location": address, "Cache-Control": "no-store"}
        if self.set_cookies:
            headers["Set-Cookie"] = self.set_cookies
        return Response(body="", status_code=HTTPStatus.SEE_OTHER, headers=headers)

    def problem(self, error: errors.BillingError) -> Response:
        """The page of an expected error."""
        from chalicelib.pages.problems import ProblemView, render_problem  # noqa: PLC0415

        view = ProblemView(code=error.code)
        return self.page(render_problem(view, self.chrome), status_of(error))


def _admit(visit: Visit, lang: str) -> None:
    if lang not in get_args(Language):
        raise errors.NotFound
    if visit.request.method == "POST":
        visit.check_form()


def answer(request: Request, lang: str, act: Callable[[Visit], Response]) -> Response:
    """Let `act` answer a person's request, whatever happens in it."""
    known: Language = "en" if lang == "en" else "fr"
    prefix = f"/{lang}"
    path = request.path.removeprefix(prefix).rstrip("/")
    visit = Visit(lang=known, path=path, request=request, ports=container())
    try:
        _admit(visit, lang)
        return act(visit)
    except errors.BillingError as error:
        return visit.problem(error)
    except Exception as error:  # noqa: BLE001 - the last fence before the reader
        log_defect("page_failed", error, path=request.context.get("resourcePath"))
        return visit.problem(errors.BillingError())
