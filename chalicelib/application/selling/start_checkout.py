"""Take an order form: check every answer, keep the consents, wait for the review (CGS 2.1 b)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from pydantic import ValidationError

from chalicelib.application.ports import Ports
from chalicelib.domain.kernel.calendar import paris_date
from chalicelib.domain.kernel.errors import Conflict, Invalid, NotFound, Refused
from chalicelib.domain.kernel.language import Language
from chalicelib.domain.kernel.seals import address_digest, mailbox_digest
from chalicelib.domain.people.capacity import check_capacity
from chalicelib.domain.people.customer import Customer
from chalicelib.domain.selling.checkout import (
    Buyer,
    Checkout,
    Consent,
    Evidence,
    Stage,
    correct,
    start,
)

ORDER_SCREEN = "order-form"
FIELDS = tuple(Buyer.model_fields)
AGE_DAYS_MAX = 130 * 366
MISSING = ("missing", "string_too_short")
BAD = {"email": "BAD_EMAIL", "born_on": "BAD_BIRTH_DATE", "country": "BAD_COUNTRY"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderForm:
    """What was sent: answers as text, and for each ticked box the words that stood beside it.

    Attributes:
        network: the network address it came from, which is sealed and not kept.
    """

    answers: Mapping[str, str]
    ticked: Mapping[str, str]
    declares_capacity: bool
    terms_version: str
    lang: Language
    evidence: Evidence
    network: str = ""
    field_names: Mapping[str, str] = field(default_factory=dict)


def start_checkout(
    checkout_id: str, plan_key: str, form: OrderForm, *, customer: Customer | None, ports: Ports
) -> Checkout:
    """Keep the order under the id its page made; the same form sent twice is the same order.

    Raises:
        NotFound: `UNKNOWN_PLAN`.
        Invalid: an answer is missing or does not fit; `CGS_NOT_ACCEPTED` among its fields.
        Refused: `UNDER_16`, `REPRESENTATIVE_NEEDED`, `TERMS_CHANGED`, `ACCOUNT_EXISTS`,
            `ALREADY_SUBSCRIBED`, `CHECKOUT_ALREADY_PLACED`.
        Conflict: traffic kept the order out; it can be sent again.
    """
    try:
        checkout = _checkout(checkout_id, plan_key, form, customer, ports)
    except Refused as refused:
        if refused.code != "ACCOUNT_EXISTS":
            raise
        return _concluded_since(checkout_id, form, refused, ports)
    try:
        ports.store.commit(start(checkout))
    except Conflict as lost:
        return _again(checkout, lost, ports)
    return checkout


def correct_checkout(
    checkout_id: str, form: OrderForm, *, customer: Customer | None, ports: Ports
) -> Checkout:
    """Replace the answers of an order under review; its boxes count anew (FRM-2).

    Raises:
        As `start_checkout`, and NotFound when there is no such order.
    """
    before = ports.store.checkout(checkout_id, fresh=True)
    after = _checkout(checkout_id, before.plan, form, customer, ports)
    ports.store.commit(correct(before, after))
    return ports.store.checkout(checkout_id, fresh=True)


def _concluded_since(checkout_id: str, form: OrderForm, refused: Refused, ports: Ports) -> Checkout:
    """The very order that made the account, when its own browser sends the form once more."""
    try:
        stored = ports.store.checkout(checkout_id, fresh=True)
    except NotFound:
        raise refused from None
    if stored.evidence.session_id != form.evidence.session_id:
        raise refused
    return stored


def _again(checkout: Checkout, lost: Conflict, ports: Ports) -> Checkout:
    """The order as it stands; its own browser, gone back to the form, corrects it (FRM-2).

    When there is none, the race was lost to traffic, not to it.
    """
    try:
        stored = ports.store.checkout(checkout.id, fresh=True)
    except NotFound:
        raise lost from None
    is_own = stored.evidence.session_id == checkout.evidence.session_id
    if is_own and stored.stage is Stage.REVIEW and _answers(stored) != _answers(checkout):
        ports.store.commit(correct(stored, checkout))
        return ports.store.checkout(checkout.id, fresh=True)
    if stored.mailbox_digest != checkout.mailbox_digest:
        raise Refused("CHECKOUT_ALREADY_PLACED", checkout.id)
    return stored


def _answers(checkout: Checkout) -> tuple[object, ...]:
    words = tuple((consent.name, consent.words) for consent in checkout.consents)
    return checkout.buyer, checkout.plan, checkout.terms_sha256, words


def _checkout(
    checkout_id: str, plan_key: str, form: OrderForm, customer: Customer | None, ports: Ports
) -> Checkout:
    now = ports.clock()
    facts = ports.facts
    plan = facts.catalogue.plan(plan_key)
    buyer = _buyer(form, now)
    check_capacity(
        born_on=buyer.born_on, country=buyer.country, on=paris_date(now), policy=facts.policy
    )
    terms = facts.terms.current(now)
    if form.terms_version != terms.version:
        raise Refused("TERMS_CHANGED", checkout_id)
    price = facts.catalogue.price(plan.key, country=buyer.country, at=now)
    digest = mailbox_digest(ports.keys.identity, buyer.email)
    holder = _account(digest, customer, plan.key, ports)
    return Checkout(
        id=checkout_id,
        lang=form.lang,
        plan=plan.key,
        price_row=price.id,
        currency=price.currency,
        gross_minor=price.gross_minor,
        rate_bps=price.rate_bps,
        buyer=buyer,
        customer_id=holder or ports.ids(),
        is_new_customer=holder is None,
        mailbox_digest=digest,
        policy=facts.policy.name,
        terms_version=terms.version,
        terms_sha256=terms.sha256(form.lang),
        consents=_consents(form, terms.version, terms.sha256(form.lang), now),
        evidence=form.evidence,
        started_at=now,
        address_digest=address_digest(ports.keys.identity, form.network) if form.network else None,
    )


def _buyer(form: OrderForm, now: datetime) -> Buyer:
    errors: dict[str, str] = {}
    try:
        answers = {name: form.answers.get(name, "").strip() for name in FIELDS}
        buyer = Buyer.model_validate_strings(answers, strict=True)
    except ValidationError as error:
        errors = {str(e["loc"][0]): _code(str(e["loc"][0]), e, answers) for e in error.errors()}
    else:
        if not 0 < (paris_date(now) - buyer.born_on).days <= AGE_DAYS_MAX:
            errors["born_on"] = "BAD_BIRTH_DATE"
    if "terms" not in form.ticked:
        errors["terms"] = "CGS_NOT_ACCEPTED"
    if not form.declares_capacity:
        errors["capacity"] = "MISSING_FIELD"
    if errors:
        raise Invalid(errors)
    return buyer


def _code(name: str, error: Mapping[str, object], answers: Mapping[str, str]) -> str:
    if error["type"] in MISSING or not answers[name]:
        return "MISSING_FIELD"
    if name in BAD:
        return BAD[name]
    return "TOO_LONG"


def _consents(form: OrderForm, version: str, sha256: str, now: datetime) -> tuple[Consent, ...]:
    names: tuple[Literal["terms", "immediate_start"], ...] = ("terms", "immediate_start")
    return tuple(
        Consent(
            name=name,
            words=form.ticked[name],
            screen=ORDER_SCREEN,
            lang=form.lang,
            given_at=now,
            terms_version=version if name == "terms" else None,
            terms_sha256=sha256 if name == "terms" else None,
        )
        for name in names
        if name in form.ticked
    )


def _account(digest: str, customer: Customer | None, plan: str, ports: Ports) -> str | None:
    """The account the order belongs to, or None for a person without one."""
    holder = ports.store.unique("mailbox", digest)
    if holder is not None and (customer is None or customer.id != holder.holder):
        raise Refused("ACCOUNT_EXISTS")
    if customer is None:
        return None
    if ports.store.unique("live", f"{plan}#{customer.id}") is not None:
        raise Refused("ALREADY_SUBSCRIBED")
    return customer.id
