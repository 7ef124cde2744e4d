"""Paying: the Drop-in, and the outcome of an order's payment."""

import json
from dataclasses import dataclass
from datetime import date
from typing import Literal

from chalicelib.domain.kernel.money import Money
from chalicelib.pages.catalogues import N_, translate
from chalicelib.pages.chrome import Chrome, Form, blank
from chalicelib.pages.rendering import render

_LOCALES = {"fr": "fr-FR", "en": "en-US"}
Purpose = Literal["order", "instalment", "method"]
# Adyen's form puts the amount in the place of %@, and the name of a bank after the third.
_WORDS: dict[Purpose, dict[str, str]] = {
    # The last button of the order says that it obliges to pay (art. L221-14 C. conso., FRM-3).
    "order": {
        "pay": N_("Pay and subscribe"),
        "payAmount": N_("Pay and subscribe: %@"),
        "payWith": N_("Pay and subscribe with"),
    },
    "instalment": {
        "pay": N_("Pay"),
        "payAmount": N_("Pay %@"),
        "payWith": N_("Pay with"),
    },
    "method": {
        "pay": N_("Keep this means of payment"),
        "payAmount": N_("Keep this means of payment"),
        "payWith": N_("Go on with"),
    },
}


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenSession:
    """A payment session fresh from Adyen."""

    id: str
    session_data: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RedirectReturn:
    """The query that a bank's page sent back with the person; it decides nothing by itself."""

    session_id: str
    redirect_result: str


@dataclass(frozen=True, kw_only=True, slots=True)
class PaymentView:
    """The page of the Drop-in (CGS 2.1 b §2).

    It is for an order, for a month that is owed, or for a means of payment alone, at no cost.
    `here` is the page's own address after the language; the page posts `sessionId` and
    `sessionResult` to `<base>/outcome`, and `base` is also the way back.
    `check` is where the page asks, just before it lets anybody pay, whether it still may: `open`,
    `settled` (the month is paid by now) or `paused`.
    `environment_url` and `shim_url` exist in the sandbox only: the address of the payment
    simulator's browser interface, and of the script that stands in for PayPal's own.
    `csp_nonce` is passed to PayPal's script where the content policy has one.
    """

    purpose: Purpose = "order"
    base: str
    here: str
    offer_name: str
    amount: Money
    client_key: str
    environment: Literal["test", "live"]
    session: OpenSession | RedirectReturn
    check: str
    environment_url: str | None = None
    shim_url: str | None = None
    csp_nonce: str | None = None

    def config(self, chrome: Chrome) -> str:
        """What `pay.js` reads, as JSON."""
        words = _WORDS[self.purpose]
        return json.dumps(
            {
                "clientKey": self.client_key,
                "environment": self.environment,
                "locale": _LOCALES[chrome.lang],
                "words": {name: translate(text, chrome.lang) for name, text in words.items()},
                "check": chrome.url(self.check),
                "environmentUrl": self.environment_url,
                "nonce": self.csp_nonce,
                **_session(self.session),
            }
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class ResultView:
    """What came of a payment, as the books know it (CGS 2.1 b §2).

    `state` is `paid`, `pending` (the outcome is not known yet), `refused` or `void`. When paid,
    `email` is where the confirmation goes, and `mailbox` the form that corrects it (field `email`,
    posted to `/checkout/<id>/mailbox`) as long as the caller gives one.
    `refusal` is a problem code that says more than "refused".
    """

    checkout_id: str
    plan: str
    state: Literal["paid", "pending", "refused", "void"]
    offer_name: str
    amount: Money
    email: str
    access_opens_on: date
    next_due_on: date
    mailbox: Form | None = None
    mailbox_corrected: bool = False
    refusal: str = "PAYMENT_REFUSED"


def render_payment(view: PaymentView, chrome: Chrome) -> str:
    """The page where the person pays; the only one that needs JavaScript."""
    return render("payment.html", chrome, view=view, config=view.config(chrome))


def render_result(view: ResultView, chrome: Chrome) -> str:
    """The page after the payment; safe to reload."""
    return render("result.html", chrome, view=view, form=view.mailbox or blank())


def _session(session: OpenSession | RedirectReturn) -> dict[str, object]:
    match session:
        case OpenSession():
            return {"session": {"id": session.id, "sessionData": session.session_data}}
        case RedirectReturn():
            return {
                "session": {"id": session.session_id},
                "redirectResult": session.redirect_result,
            }
