"""Routes of the public texts: terms and their archive, legal notice, privacy, help."""

from datetime import date
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from chalice.app import Blueprint, Request, Response

from chalicelib.domain.contract.terms import TermsVersion
from chalicelib.domain.kernel.errors import NotFound
from chalicelib.domain.kernel.language import Language
from chalicelib.domain.papers.seller import Seller
from chalicelib.entrypoints.http.headers import PLAIN
from chalicelib.entrypoints.http.visit import Visit, answer
from chalicelib.pages.contract import TextVersion, TextView

routes = Blueprint(__name__)
TEXTS = Path(__file__).parents[2] / "texts"
PAGES = ("legal-notice", "privacy", "cookies", "accessibility", "mediator", "help")
ANSWER_DAYS = 5


def _request() -> Request:
    request: Request = routes.current_request
    return request


@routes.route("/")
def home() -> Response:
    languages = _request().headers.get("accept-language", "fr").lower()
    first = languages.split(",")[0].split("-")[0].strip()
    lang = "en" if first not in ("fr", "", "*") and "fr" not in languages else "fr"
    headers: dict[str, Any] = {"Location": f"/{lang}", "Vary": "Accept-Language", **PLAIN}
    return Response(body="", status_code=HTTPStatus.FOUND, headers=headers)


@routes.route("/healthz")
def health() -> Response:
    return Response(body="ok", headers={"Content-Type": "text/plain", **PLAIN})


@routes.route("/{lang}/terms")
def terms(lang: str) -> Response:
    return answer(_request(), lang, lambda visit: _terms(visit, None))


@routes.route("/{lang}/terms/{version}")
def terms_version(lang: str, version: str) -> Response:
    return answer(_request(), lang, lambda visit: _terms(visit, version))


@routes.route("/{lang}/terms/{version}/pdf")
def terms_pdf(lang: str, version: str) -> Response:
    return answer(_request(), lang, lambda visit: _terms_pdf(visit, version))


def _terms_pdf(visit: Visit, version: str) -> Response:
    named = _named(visit, version)
    return visit.go_to(f"/assets/terms-{named.version}-{visit.lang}.pdf")


def _named(visit: Visit, version: str) -> TermsVersion:
    try:
        return visit.ports.facts.terms.named(version)
    except NotFound:
        raise NotFound("NO_TERMS", version) from None


def _terms(visit: Visit, version: str | None) -> Response:
    from chalicelib.pages.contract import render_text  # noqa: PLC0415 - heavy templates

    archive = visit.ports.facts.terms
    current = archive.current(visit.ports.clock())
    shown = _named(visit, version) if version else current
    published = sorted(archive.versions, key=lambda known: known.published_at, reverse=True)
    view = TextView(
        markdown=_text(f"terms/{shown.version}", visit.lang),
        text_lang=visit.lang,
        version=date.fromisoformat(shown.version),
        versions=tuple(
            TextVersion(
                version=date.fromisoformat(known.version),
                path=f"/terms/{known.version}",
                is_current=known == current,
            )
            for known in published
        ),
        pdf_path=f"/terms/{shown.version}/pdf",
        sha256=shown.sha256(visit.lang),
    )
    return visit.page(render_text(view, visit.chrome))


@routes.route("/{lang}/contact")
def contact(lang: str) -> Response:
    return answer(_request(), lang, _contact)


def _contact(visit: Visit) -> Response:
    from chalicelib.pages.people import ContactView, render_contact  # noqa: PLC0415

    mediator = visit.ports.facts.seller.mediator
    view = ContactView(
        answer_days=ANSWER_DAYS, mediator_name=mediator.name, mediator_url=mediator.url
    )
    return visit.page(render_contact(view, visit.chrome))


@routes.route("/{lang}/{name}")
def text(lang: str, name: str) -> Response:
    return answer(_request(), lang, lambda visit: _public(visit, name))


def _public(visit: Visit, name: str) -> Response:
    from chalicelib.pages.contract import render_text  # noqa: PLC0415

    if name not in PAGES:
        raise NotFound
    filled = _filled(_text(name, visit.lang), visit)
    return visit.page(render_text(TextView(markdown=filled, text_lang=visit.lang), visit.chrome))


@cache
def _text(name: str, lang: str) -> str:
    return (TEXTS / f"{name}.{lang}.md").read_text(encoding="utf-8")


def _filled(markdown: str, visit: Visit) -> str:
    """The text with the seller's own facts in the places marked for them."""
    for name, value in seller_facts(visit.ports.facts.seller, visit.lang).items():
        markdown = markdown.replace("{{" + name + "}}", value)
    return markdown


def seller_facts(seller: Seller, lang: Language) -> dict[str, str]:
    """What a public text may name of the seller and the mediator, as `placeholders.json` lists."""
    from chalicelib.pages.formatting import amount  # noqa: PLC0415 - Babel

    address, mediator = seller.address, seller.mediator
    siren = " ".join(seller.siren[start : start + 3] for start in (0, 3, 6))
    return {
        "seller.trade_name": seller.trade_name,
        "seller.legal_name": seller.legal_name,
        "seller.legal_form": seller.legal_form,
        "seller.capital": amount(seller.capital, lang),
        "seller.address": f"{address.street}, {address.postal_code} {address.city}",
        "seller.siren": siren,
        "seller.register_city": seller.register_city,
        "seller.vat_number": seller.vat_number,
        "seller.email": seller.email,
        "seller.phone": seller.phone,
        "mediator.name": mediator.name,
        "mediator.url": mediator.url,
    }
