"""A page for people at `/_sim/`: what happened, at a glance; it changes nothing."""

from __future__ import annotations

from html import escape
from http import HTTPStatus
from string import Template
from typing import TYPE_CHECKING

from infra.local.adyen import templates, views
from infra.local.adyen.wire import text_response

if TYPE_CHECKING:
    from collections.abc import Iterable

    from infra.local.adyen.records import Json
    from infra.local.adyen.wire import Request, Response
    from infra.local.adyen.world import World

ROWS_MAX = 50
WORDS = {
    "fr": {
        "title": "Simulateur de paiement",
        "clock": "Horloge métier",
        "webhooks": "Notifications en attente",
        "faults": "Pannes armées",
        "violations": "Entorses au contrat d’Adyen",
        "payments": "Derniers paiements",
        "tokens": "Moyens de paiement enregistrés",
        "empty": "Aucun pour le moment.",
        "reference": "Référence",
        "method": "Moyen",
        "amount": "Montant",
        "result": "Résultat",
        "captured": "Encaissé",
        "refunded": "Remboursé",
        "shopper": "Client",
        "state": "État",
        "live": "actif",
        "disabled": "désactivé",
    },
    "en": {
        "title": "Payment simulator",
        "clock": "Business clock",
        "webhooks": "Webhooks waiting",
        "faults": "Armed faults",
        "violations": "Breaches of Adyen’s contract",
        "payments": "Last payments",
        "tokens": "Stored payment methods",
        "empty": "None so far.",
        "reference": "Reference",
        "method": "Method",
        "amount": "Amount",
        "result": "Result",
        "captured": "Captured",
        "refunded": "Refunded",
        "shopper": "Shopper",
        "state": "State",
        "live": "live",
        "disabled": "disabled",
    },
}


def show(world: World, request: Request) -> Response:
    """The page, in the reader's language."""
    language = "fr" if request.headers.get("accept-language", "fr")[:2] == "fr" else "en"
    words = WORDS[language]
    state = views.state_view(world)
    faults = state["faults"]
    values = {
        **{name: escape(text) for name, text in words.items()},
        "lang": language,
        "now": escape(state["clock"]["now"]),
        "queued": str(state["webhooks"]["queued"]),
        "armed": str(len(faults["api"]) + len(faults["webhooks"])),
        "broken": str(len(state["violations"])),
        "payment_rows": _table(words, _payment_heads(words), _payments(world)),
        "token_rows": _table(words, _token_heads(words), _tokens(world, words)),
    }
    page = Template(templates.read("panel.html")).substitute(values)
    return text_response(HTTPStatus.OK, page, "text/html").with_headers(
        {"content-security-policy": "default-src 'none'; style-src 'self'; frame-ancestors 'none'"}
    )


def _payment_heads(words: dict[str, str]) -> list[str]:
    names = ("reference", "method", "amount", "result", "captured", "refunded")
    return [words[name] for name in names]


def _token_heads(words: dict[str, str]) -> list[str]:
    return [words[name] for name in ("shopper", "method", "state")]


def _payments(world: World) -> list[list[str]]:
    last = list(world.state.payments.values())[-ROWS_MAX:]
    return [_payment_row(views.payment_view(payment)) for payment in reversed(last)]


def _payment_row(view: Json) -> list[str]:
    result = f"{view['result_code']} {view['refusal_code']}".strip()
    sums = [_sum(view[name]) for name in ("amount_minor", "captured_minor", "refunded_minor")]
    return [view["reference"], f"{view['brand']} {view['last4']}", sums[0], result, *sums[1:]]


def _tokens(world: World, words: dict[str, str]) -> list[list[str]]:
    last = list(world.state.tokens.values())[-ROWS_MAX:]
    return [
        [
            token.shopper_reference,
            f"{token.instrument.label} {token.instrument.last4}",
            words["disabled"] if token.disabled_at else words["live"],
        ]
        for token in reversed(last)
    ]


def _sum(minor: int) -> str:
    return f"{minor // 100}.{minor % 100:02d}"


def _table(words: dict[str, str], heads: list[str], rows: list[list[str]]) -> str:
    if not rows:
        return f"<p>{escape(words['empty'])}</p>"
    head = _cells("th scope='col'", heads)
    body = "".join(f"<tr>{_cells('td', row)}</tr>" for row in rows)
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _cells(tag: str, texts: Iterable[str]) -> str:
    name = tag.split(" ", maxsplit=1)[0]
    return "".join(f"<{tag}>{escape(text)}</{name}>" for text in texts)
