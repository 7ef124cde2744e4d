"""Small pictures of our own drawing, in place of logos and icons."""

from __future__ import annotations

import base64
from html import escape
from http import HTTPStatus

from infra.local.adyen.wire import Response, text_response

# A transparent pixel: the spinner and the status animations are only decoration here.
PIXEL = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")
LABELS = {
    "amex": "AMEX",
    "card": "CARTE",
    "cartebancaire": "CB",
    "maestro": "MAESTRO",
    "mc": "MC",
    "nocard": "",
    "paypal": "PayPal",
    "sepadirectdebit": "SEPA",
    "visa": "VISA",
}
ICONS = {
    "checkmark": '<path d="M3 9l3 3 7-8" fill="none" stroke="#0a7a34" stroke-width="2"/>',
    "lock": '<path d="M4 7h8v7H4zM6 7V5a2 2 0 0 1 4 0v2" fill="none" stroke="#fff" '
    'stroke-width="1.5"/>',
}


def draw(name: str, kind: str) -> Response:
    """The picture of that file name, without its extension `kind`."""
    if kind == "gif":
        return Response(status=HTTPStatus.OK, body=PIXEL, headers={"content-type": "image/gif"})
    icon = next((shape for word, shape in ICONS.items() if word in name), None)
    svg = _icon(icon) if icon else _label(LABELS.get(name, name[:8]))
    return text_response(HTTPStatus.OK, svg, "image/svg+xml")


def _icon(shape: str) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="16" height="16">{shape}</svg>'


def _label(word: str) -> str:
    text = escape(word)
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" width="40" height="26">'
        '<rect width="40" height="26" rx="4" fill="#eef1f6"/><text x="20" y="17" font-size="9" '
        'font-family="sans-serif" font-weight="700" text-anchor="middle" fill="#1c2b4a">'
        f"{text}</text></svg>"
    )
