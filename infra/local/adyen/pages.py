"""Pages around a payment: the bank's 3-D Secure, the bank's site, the fake PayPal SDK."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from infra.local.adyen import browser_api, shopper, templates
from infra.local.adyen.errors import ApiError, not_found
from infra.local.adyen.wire import Response, text_response

if TYPE_CHECKING:
    from collections.abc import Callable

    from infra.local.adyen.records import Attempt, Json
    from infra.local.adyen.wire import Request
    from infra.local.adyen.world import World

PASSWORD = "password"  # noqa: S105 - the published word of Adyen's test bank
WORDS = {
    "fr": {
        "title": "Banque simulée",
        "intro": "Votre banque vous demande de confirmer ce paiement.",
        "amount": "Montant",
        "password": "Mot de passe (« password » dans ce bac à sable)",
        "accept": "Valider",
        "refuse": "Refuser",
        "cancel": "Annuler et revenir",
        "wrong": "Ce mot de passe n’est pas le bon.",
    },
    "en": {
        "title": "Simulated bank",
        "intro": "Your bank asks you to confirm this payment.",
        "amount": "Amount",
        "password": "Password (“password” in this sandbox)",
        "accept": "Confirm",
        "refuse": "Refuse",
        "cancel": "Cancel and go back",
        "wrong": "This password is not the right one.",
    },
}


def answer(world: World, request: Request) -> Response:
    """Answer a page or a script."""
    view = VIEWS.get((request.method, request.path))
    if view is None:
        return _plain(not_found())
    try:
        with world.lock:
            return view(world, request)
    except ApiError as error:
        return _plain(error)


def _plain(error: ApiError) -> Response:
    return text_response(error.status, error.message, "text/plain")


def _words(request: Request) -> dict[str, str]:
    return WORDS["fr" if request.headers.get("accept-language", "fr")[:2] == "fr" else "en"]


def _page(world: World, name: str, **values: str) -> Response:
    """A page for a frame of the shop: no inline script, framed by the shop only."""
    origins = " ".join(browser_api.allowed_origins(world))
    policy = (
        "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; "
        f"form-action 'self' {origins}; frame-ancestors {origins}"
    )
    page = templates.render(name, **values)
    return text_response(HTTPStatus.OK, page, "text/html").with_headers(
        {"content-security-policy": policy}
    )


def _message(world: World, kind: str, result: Json) -> Response:
    """A page that tells the shop's page how a frame ended."""
    field, value = next(iter(result.items()))
    return _page(world, "message.html", kind=kind, field=field, value=value)


def _method(world: World, request: Request) -> Response:
    """The bank looks at the browser, then calls the notification address."""
    text = request.form().get("threeDSMethodData", "")
    return _page(world, "method.html", method=text)


def _method_done(world: World, _: Request) -> Response:
    return _message(world, "fingerPrintResult", {"threeDSCompInd": "Y"})


def _challenge(world: World, request: Request) -> Response:
    transaction = shopper.decode(request.form().get("creq", ""))
    attempt = shopper.attempt_of_transaction(
        world, str(transaction.get("threeDSServerTransID", ""))
    )
    return _challenge_page(world, request, attempt)


def _challenge_page(world: World, request: Request, attempt: Attempt, error: str = "") -> Response:
    words = _words(request)
    return _page(
        world,
        "challenge.html",
        lang=_language(words),
        transaction=attempt.server_transaction_id,
        sum=_sum(attempt, _language(words)),
        error=words["wrong"] if error else "",
        described="error" if error else "",
        **{name: words[name] for name in words if name not in ("wrong", "cancel")},
    )


def _language(words: dict[str, str]) -> str:
    return "fr" if words is WORDS["fr"] else "en"


def _sum(attempt: Attempt, language: str) -> str:
    units, cents = divmod(attempt.order.amount_minor, 100)
    mark = "," if language == "fr" else "."
    return f"{units}{mark}{cents:02d} {attempt.order.currency}"


def _decided(world: World, request: Request) -> Response:
    form = request.form()
    attempt = shopper.attempt_of_transaction(world, form.get("transaction", ""))
    accepts = form.get("choice") == "accept"
    if accepts and form.get("password", "") != PASSWORD:
        return _challenge_page(world, request, attempt, "wrong")
    attempt.verdict = "Y" if accepts else "N"
    return _message(world, "challengeResult", {"transStatus": attempt.verdict})


def _bank(world: World, request: Request) -> Response:
    attempt = shopper.attempt_of_transaction(world, request.query.get("t", ""))
    words = _words(request)
    return _page(
        world,
        "bank.html",
        lang=_language(words),
        transaction=attempt.server_transaction_id,
        sum=_sum(attempt, _language(words)),
        **{name: words[name] for name in words if name not in ("wrong", "password")},
    )


def _bank_decided(world: World, request: Request) -> Response:
    form = request.form()
    attempt = shopper.attempt_of_transaction(world, form.get("transaction", ""))
    attempt.verdict = {"accept": "Y", "cancel": "C"}.get(form.get("choice", ""), "N")
    query = urlencode({"sessionId": attempt.order.session_id, "redirectResult": attempt.id})
    join = "&" if "?" in attempt.return_url else "?"
    return Response(
        status=HTTPStatus.SEE_OTHER, headers={"location": f"{attempt.return_url}{join}{query}"}
    )


def _script(name: str) -> Callable[[World, Request], Response]:
    """A script for the shop's page, which may load it with or without CORS."""
    return lambda _, __: templates.asset(name).with_headers({"access-control-allow-origin": "*"})


def _front(_: World, __: Request) -> Response:
    return Response(status=HTTPStatus.FOUND, headers={"location": "/_sim/"})


VIEWS: dict[tuple[str, str], Callable[[World, Request], Response]] = {
    ("GET", "/"): _front,
    ("POST", "/3ds/method"): _method,
    ("POST", "/3ds/method-done"): _method_done,
    ("POST", "/3ds/acs"): _challenge,
    ("POST", "/3ds/decide"): _decided,
    ("GET", "/bank"): _bank,
    ("POST", "/bank/decide"): _bank_decided,
    ("GET", "/sandbox-shim.js"): _script("sandbox-shim.js"),
    ("GET", "/paypal-sdk.js"): _script("paypal-sdk.js"),
    ("GET", "/pages.js"): _script("pages.js"),
    ("GET", "/pages.css"): _script("pages.css"),
}
