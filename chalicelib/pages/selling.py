"""The order, page by page: offers, form, review."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from chalicelib.domain.kernel.money import Money
from chalicelib.pages.chrome import Chrome, Form
from chalicelib.pages.period_line import PeriodLine
from chalicelib.pages.rendering import render
from chalicelib.pages.wording import Feature


@dataclass(frozen=True, kw_only=True, slots=True)
class Offer:
    """An offer of the catalogue: `price` is a month, all taxes included (CGS 2.1 c)."""

    plan: str
    name: str
    price: Money
    vat_bps: int
    features: tuple[Feature, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class OffersView:
    """The offers open to new subscribers, in the order of the catalogue."""

    offers: tuple[Offer, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class OrderFormView:
    """The form of one order (CGS 2.1 b §1).

    It posts to `action` (after the language) the hidden `checkout_id` and `csrf`, then
    `given_name`, `family_name`, `email`, `birth_day`, `birth_month`, `birth_year`, `country`,
    `address_line`, `postal_code`, `city`, and the boxes `capacity` ("yes"), `terms` (the version
    shown) and `immediate_start` ("yes"). The language switch posts the same fields with
    `switch_lang`. An error of the birth date goes under `birth_date`. A box is drawn as
    `form.values` says, so a caller leaves the boxes out when an edit must clear them (FRM-2).
    `countries` are the ISO 3166 codes offered. `access_without_start_on` is the day access opens
    when the immediate start is not asked for.
    """

    offer: Offer
    action: str
    checkout_id: str
    form: Form
    countries: tuple[str, ...]
    terms_version: date
    access_without_start_on: date
    is_edit: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ReviewView:
    """What the person checks before the order that binds (CGS 2.1 b §2, FRM-2 and FRM-3).

    `button_label` is the lawful label that the policy chose for this language. `hidden` goes back
    with the button, such as the amount and the terms version shown. `withdrawal_until` is the last
    day of the right of withdrawal. `error` is the code of a refused order, such as a changed price.
    """

    offer: Offer
    checkout_id: str
    given_name: str
    family_name: str
    email: str
    birth_on: date
    country: str
    address_line: str
    postal_code: str
    city: str
    terms_version: date
    immediate_start: bool
    charged_now: Money
    period: PeriodLine
    access_opens_on: date
    withdrawal_until: date
    button_label: str
    hidden: Mapping[str, str] = field(default_factory=dict)
    error: str | None = None


def render_offers(view: OffersView, chrome: Chrome) -> str:
    """The public page of the offers, with the entry of the order (CGS 2.1 b §1)."""
    return render("offers.html", chrome, view=view)


def render_order_form(view: OrderFormView, chrome: Chrome) -> str:
    """The form of the order, or of its correction."""
    return render("order.html", chrome, view=view, form=view.form)


def render_review(view: ReviewView, chrome: Chrome) -> str:
    """The check before the payment-worded button."""
    return render("review.html", chrome, view=view)
