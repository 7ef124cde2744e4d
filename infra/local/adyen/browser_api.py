"""The browser API: what adyen-web calls under `/checkoutshopper/test/`."""

from __future__ import annotations

import base64
import binascii
import json
import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from infra.local.adyen import acquiring, cards, pictures, published, sessions, shopper, templates
from infra.local.adyen.clock import format_instant
from infra.local.adyen.errors import ApiError, not_found, unauthorized, unprocessable
from infra.local.adyen.gateway import refusal
from infra.local.adyen.journal import Line
from infra.local.adyen.vault import Unreadable
from infra.local.adyen.wire import Response, json_response, text_response

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.local.adyen.records import Json
    from infra.local.adyen.wire import Request
    from infra.local.adyen.world import World

    View = Callable[[World, Request, tuple[str, ...]], Response]

PREFIX = "/checkoutshopper/test/"


def allowed_origins(world: World) -> tuple[str, ...]:
    """The origins that may show the Drop-in, and the simulator's own."""
    return (*world.options.allowed_origins, world.origin)


def shared(world: World, request: Request, run: Callable[[], Response]) -> Response:
    """Run a call for pages of the allowed origins only, and tell the browser so."""
    origin = request.headers.get("origin")
    if origin is not None and origin not in allowed_origins(world):
        return Response(status=HTTPStatus.FORBIDDEN, body=b"origin not allowed")
    preflight = Response(status=HTTPStatus.NO_CONTENT)
    response = preflight if request.method == "OPTIONS" else run()
    if origin is None:
        return response
    return response.with_headers(
        {
            "access-control-allow-origin": origin,
            "access-control-allow-methods": "GET, POST, PUT, PATCH, DELETE",
            "access-control-allow-headers": "content-type",
            "vary": "origin",
        }
    )


def answer(world: World, request: Request) -> Response:
    """Answer one call of adyen-web."""
    return shared(world, request, lambda: _routed(world, request))


def _routed(world: World, request: Request) -> Response:
    rest = request.path.removeprefix(PREFIX)
    try:
        for method, pattern, view in ROUTES:
            found = pattern.match(rest)
            if found and method == request.method:
                with world.lock:
                    acquiring.run_due(world)
                    return view(world, request, found.groups())
        raise not_found()
    except ApiError as error:
        return refusal(world, error)


def _check_client_key(world: World, request: Request) -> None:
    given = request.query.get("clientKey") or request.query.get("token")
    if given != world.options.client_key:
        raise unauthorized()


def _session_call(world: World, request: Request, path: tuple[str, ...]) -> Response:
    _check_client_key(world, request)
    session_id, step = path
    body = request.json()
    session = sessions.find_payable(world, session_id)
    # A return from a redirect comes back without its session data.
    if step != "setup" and body.get("sessionData") != session.data:
        raise unprocessable("14_046", "Invalid sessionData.")
    if step == "setup":
        document = shopper.setup(world, session)
    elif step == "payments":
        document = shopper.submit(world, session, body)
    else:
        document = shopper.details(world, session, body)
    response = json_response(HTTPStatus.OK, document)
    line = Line(
        at=format_instant(world.now()),
        operation=f"browser {step}",
        status=response.status,
        reference=session.request["reference"],
    )
    world.journal.write(line)
    return response


def _fingerprint(world: World, request: Request, _: tuple[str, ...]) -> Response:
    _check_client_key(world, request)
    return json_response(HTTPStatus.OK, shopper.fingerprint(world, request.json()))


def _bin_lookup(world: World, request: Request, _: tuple[str, ...]) -> Response:
    _check_client_key(world, request)
    body = request.json()
    try:
        digits = world.vault.read(str(body.get("encryptedBin", "")), "bin")
    except Unreadable as error:
        raise unprocessable("174", "Unable to decrypt data: encryptedBin") from error
    card = cards.by_prefix(digits) or cards.by_prefix(digits[:6])
    brands = [_brand(world, brand, card) for brand in card.brands] if card else []
    document = {
        "requestId": body.get("requestId", ""),
        "issuingCountryCode": card.country if card else "FR",
        "brands": brands,
    }
    return json_response(HTTPStatus.OK, document)


def _brand(world: World, brand: str, card: cards.TestCard) -> Json:
    return {
        "brand": brand,
        "paymentMethodVariant": brand,
        "cvcPolicy": "optional" if brand == "maestro" else "required",
        "expiryDatePolicy": "required",
        "enableLuhnCheck": True,
        "panLength": len(card.number),
        "supported": brand in world.options.brands,
    }


def _secured_field(world: World, request: Request, path: tuple[str, ...]) -> Response:
    if path[0] != world.options.client_key:
        raise unauthorized()
    try:
        parent = base64.b64decode(request.query.get("d", "")).decode()
    except (binascii.Error, UnicodeDecodeError):
        parent = ""
    if parent not in allowed_origins(world):
        return Response(status=HTTPStatus.FORBIDDEN, body=b"origin not allowed")
    settings = {
        "parent": parent,
        "key": world.vault.public_key(),
        "cards": sorted(cards.catalogue()),
        "month": world.now().strftime("%Y-%m"),
    }
    page = templates.render("secured-field.html", settings=json.dumps(settings))
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; "
        f"form-action 'none'; frame-ancestors {parent}"
    )
    return text_response(HTTPStatus.OK, page, "text/html").with_headers(
        {"content-security-policy": policy}
    )


def _asset(_: World, __: Request, path: tuple[str, ...]) -> Response:
    return templates.asset(path[0])


def _analytics(world: World, _: Request, path: tuple[str, ...]) -> Response:
    if path[0]:
        return json_response(HTTPStatus.OK, {})
    return json_response(HTTPStatus.OK, {"checkoutAttemptId": f"sim{world.state.references.psp()}"})


def _translations(_: World, __: Request, path: tuple[str, ...]) -> Response:
    body = published.read_bytes(f"translations/{path[0]}.json")
    if body is None:
        raise not_found()
    return Response(status=HTTPStatus.OK, body=body, headers={"content-type": "application/json"})


def _picture(_: World, __: Request, path: tuple[str, ...]) -> Response:
    name, kind = path
    return pictures.draw(name.rsplit("/", 1)[-1], kind)


def _fingerprint_page(_: World, __: Request, ___: tuple[str, ...]) -> Response:
    page = '<!doctype html><html lang="en"><title>Device</title></html>'
    return text_response(HTTPStatus.OK, page, "text/html")


_ROUTES: tuple[tuple[str, str, View], ...] = (
    ("POST", r"v1/sessions/([A-Z0-9]+)/(setup|payments|paymentDetails)", _session_call),
    ("POST", r"v1/submitThreeDS2Fingerprint", _fingerprint),
    ("POST", r"v3/bin/binLookup", _bin_lookup),
    ("POST", r"v3/analytics(/.*)?", _analytics),
    ("GET", r"securedfields/(secured-field\.(?:js|css))", _asset),
    ("GET", r"securedfields/([^/]+)/[^/]+/securedFields\.html", _secured_field),
    ("GET", r"sdk/[^/]+/translations/([a-z]{2}-[A-Z]{2})\.json", _translations),
    ("GET", r"images/(.*)\.(svg|gif)", _picture),
    ("GET", r"assets/html/[^/]+/dfp\.[^/]*html", _fingerprint_page),
)
ROUTES = tuple((method, re.compile(f"^{path}$"), view) for method, path, view in _ROUTES)
