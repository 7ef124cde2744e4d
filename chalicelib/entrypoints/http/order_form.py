"""The order form as posted, read into what the use case asks for."""

import unicodedata
from collections.abc import Mapping

from chalicelib.application.selling.start_checkout import OrderForm
from chalicelib.domain.kernel.errors import Invalid, Refused
from chalicelib.domain.selling.checkout import Checkout, Evidence
from chalicelib.entrypoints.http.evidence import agent_family, network_of, truncated
from chalicelib.entrypoints.http.shop_views import COUNTRIES
from chalicelib.entrypoints.http.visit import Visit
from chalicelib.pages.wording import consent_words

BIRTH = ("birth_year", "birth_month", "birth_day")
PLAIN = ("given_name", "family_name", "email", "country", "address_line", "postal_code", "city")
JOINERS = "\N{ZERO WIDTH JOINER}\N{ZERO WIDTH NON-JOINER}"  # some scripts are spelt with them
UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn")
NO_COUNTRY = "?"
PAGE_FIELD = {"born_on": "birth_date"}
# Refusals that a person mends on the form itself, and the field they stand beside.
ON_THE_FORM = {
    "UNDER_16": "birth_date",
    "REPRESENTATIVE_NEEDED": "birth_date",
    "TERMS_CHANGED": "terms",
    "ACCOUNT_EXISTS": "email",
    "NO_PRICE": "country",
}


def read(visit: Visit) -> OrderForm:
    """The form of this visit, with the words that stood beside each ticked box."""
    form, ports = visit.form, visit.ports
    current = ports.facts.terms.current(ports.clock()).version
    ticked = {
        name: consent_words(name, visit.lang, version=form.get("terms", ""))
        for name in ("terms", "immediate_start")
        if form.get(name)
    }
    return OrderForm(
        answers={name: readable(form.get(name, "")) for name in PLAIN}
        | {"born_on": _born_on(form), "country": _country(form)},
        ticked=ticked,
        declares_capacity=form.get("capacity") == "yes",
        terms_version=form.get("terms") or current,
        lang=visit.lang,
        evidence=_evidence(visit),
        network=network_of(_source(visit)),
    )  # fmt: skip


def readable(text: str) -> str:
    """The text without what nobody sees: control signs, turns of direction, doubled blanks."""
    seen = "".join(sign for sign in text if sign.isspace() or _is_seen(sign))
    words = unicodedata.normalize("NFC", seen).split()
    return " ".join(words).strip(f" {JOINERS}")


def _is_seen(sign: str) -> bool:
    return sign in JOINERS or unicodedata.category(sign) not in UNSEEN


def _country(form: Mapping[str, str]) -> str:
    """The country chosen; one that the page does not offer is told as none at all."""
    chosen = readable(form.get("country", ""))
    return chosen if chosen in ("", *COUNTRIES) else NO_COUNTRY


def _born_on(form: Mapping[str, str]) -> str:
    year, month, day = (readable(form.get(part, "")) for part in BIRTH)
    return f"{year}-{month:0>2}-{day:0>2}" if year and month and day else ""


def _source(visit: Visit) -> str:
    """The visitor's network address."""
    identity = visit.request.context.get("identity") or {}
    # The front door overwrites the header; behind it the gateway sees the front door alone.
    return visit.request.headers.get("x-visitor-address") or str(identity.get("sourceIp", ""))


def _evidence(visit: Visit) -> Evidence:
    return Evidence(
        session_id=visit.visitor,
        address=truncated(_source(visit), visit.ports.facts.policy.evidence_ip),
        agent=agent_family(visit.request.headers.get("user-agent", "")),
    )


def errors(error: Invalid | Refused) -> dict[str, str]:
    """The errors of a form, under the names of the page's fields and in the page's order.

    Raises:
        Refused: nothing on the form mends it.
    """
    if isinstance(error, Refused):
        if error.code not in ON_THE_FORM:
            raise error
        return {ON_THE_FORM[error.code]: error.code}
    order = ("given_name", "family_name", "email", "born_on", *PLAIN[3:], "capacity", "terms")
    known = sorted(error.fields, key=lambda name: order.index(name) if name in order else -1)
    return {PAGE_FIELD.get(name, name): error.fields[name] for name in known}


def answers_of(checkout: Checkout) -> dict[str, str]:
    """The form filled in with what was answered before; the boxes stay empty (FRM-2)."""
    buyer = checkout.buyer
    born = buyer.born_on
    return {
        **{name: str(getattr(buyer, name)) for name in PLAIN},
        "birth_year": str(born.year),
        "birth_month": str(born.month),
        "birth_day": str(born.day),
    }


def known_answers(visit: Visit) -> dict[str, str]:
    """What the account knows already of somebody signed in."""
    customer = visit.customer
    if customer is None:
        return {}
    identity = visit.ports.store.billing_identity(customer.id, customer.identity_number)
    born = customer.born_on
    return {
        "given_name": customer.given_name,
        "family_name": customer.family_name,
        "email": customer.email,
        "birth_year": str(born.year),
        "birth_month": str(born.month),
        "birth_day": str(born.day),
        **{name: str(getattr(identity, name)) for name in PLAIN[3:]},
    }
