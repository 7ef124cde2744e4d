"""What the pages of the order show, out of what the books and the catalogue say."""

from collections.abc import Mapping
from datetime import date

from chalicelib.domain.contract.subscription import effective_on, withdrawal_last_day
from chalicelib.domain.kernel.calendar import due_date, paris_date
from chalicelib.domain.learning.entitlement import PLUS, SOLO
from chalicelib.domain.selling.catalogue import PriceRow
from chalicelib.domain.selling.checkout import Checkout, Stage
from chalicelib.entrypoints.http import payment_page
from chalicelib.entrypoints.http.visit import Visit
from chalicelib.pages.billing import OpenSession, PaymentView, RedirectReturn, ResultView
from chalicelib.pages.chrome import Form
from chalicelib.pages.period_line import PeriodLine
from chalicelib.pages.selling import Offer, OffersView, OrderFormView, ReviewView
from chalicelib.pages.wording import Feature, order_button_words

HOME = "FR"
COUNTRIES = (
    "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "DZ", "EE", "ES", "FI", "FR", "GB", "GR", "HR",
    "HU", "IE", "IT", "LT", "LU", "LV", "MA", "MC", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI",
    "SK", "SN", "TN", "US", "CA", "CI", "CM",
)  # fmt: skip


def plan_features(plan: str) -> tuple[Feature, ...]:
    """What a plan opens, in the words of the pages."""
    granted = SOLO if plan == "solo" else PLUS
    return tuple("diploma" if key == "diploma_track" else key for key in granted)


def offer(visit: Visit, plan_key: str, price: PriceRow) -> Offer:
    """One offer at its present price."""
    plan = visit.ports.facts.catalogue.plan(plan_key)
    return Offer(
        plan=plan.key,
        name=plan.name(visit.lang),
        price=price.gross,
        vat_bps=price.rate_bps,
        features=plan_features(plan.key),
    )


def offers(visit: Visit) -> OffersView:
    """Everything open to new subscribers."""
    catalogue, now = visit.ports.facts.catalogue, visit.ports.clock()
    return OffersView(
        offers=tuple(
            offer(visit, plan.key, catalogue.price(plan.key, country=HOME, at=now))
            for plan in catalogue.plans
            if plan.is_open
        )
    )


def order_form(
    visit: Visit,
    plan: str,
    checkout_id: str,
    *,
    values: Mapping[str, str],
    errors: Mapping[str, str],
    edits: bool,
) -> OrderFormView:
    """The form of an order, new or corrected."""
    facts, now = visit.ports.facts, visit.ports.clock()
    terms = facts.terms.current(now)
    known = facts.catalogue.plan(plan)
    return OrderFormView(
        offer=offer(visit, plan, facts.catalogue.price(known.key, country=HOME, at=now)),
        action=f"/checkout/{checkout_id}/edit" if edits else f"/order/{plan}",
        checkout_id=checkout_id,
        form=Form(values=_without_stale_boxes(values, terms.version), errors=errors),
        countries=COUNTRIES,
        terms_version=date.fromisoformat(terms.version),
        access_without_start_on=effective_on(now, starts_at_once=False),
        is_edit=edits,
    )


def _without_stale_boxes(values: Mapping[str, str], version: str) -> dict[str, str]:
    """A box ticked for another version of the terms is not ticked for this one."""
    return {name: value for name, value in values.items() if name != "terms" or value == version}


def order_button(visit: Visit) -> str:
    """The lawful words on the order button, as the policy chose them (FRM-3)."""
    return order_button_words(visit.ports.facts.policy.order_button, visit.lang)


def review(visit: Visit, checkout: Checkout, error: str | None) -> ReviewView:
    """What is checked before the order: after a price change, at the new price."""
    facts, now = visit.ports.facts, visit.ports.clock()
    price = facts.catalogue.price(checkout.plan, country=checkout.buyer.country, at=now)
    start_on = effective_on(now, starts_at_once=checkout.starts_at_once())
    next_on = due_date(start_on, 1)
    buyer = checkout.buyer
    return ReviewView(
        offer=offer(visit, checkout.plan, price),
        checkout_id=checkout.id,
        given_name=buyer.given_name,
        family_name=buyer.family_name,
        email=buyer.email,
        birth_on=buyer.born_on,
        country=buyer.country,
        address_line=buyer.address_line,
        postal_code=buyer.postal_code,
        city=buyer.city,
        terms_version=date.fromisoformat(checkout.terms_version),
        immediate_start=checkout.starts_at_once(),
        charged_now=price.gross,
        period=PeriodLine(
            paid_from=start_on,
            paid_until=next_on,
            today=paris_date(now),
            next_due_on=next_on,
            amount=price.gross,
            is_paid=False,
        ),
        access_opens_on=start_on,
        withdrawal_until=withdrawal_last_day(paris_date(now)),
        button_label=order_button(visit),
        hidden={"shown_minor": str(price.gross_minor)},
        error=error,
    )


def payment(visit: Visit, checkout: Checkout, session: OpenSession | RedirectReturn) -> PaymentView:
    """The page where an order is paid."""
    base = f"/checkout/{checkout.id}"
    return payment_page.view(
        visit,
        session,
        purpose="order",
        base=base,
        here=f"{base}/pay",
        plan=checkout.plan,
        amount=checkout.gross,
    )


def result(visit: Visit, checkout: Checkout, errors: Mapping[str, str]) -> ResultView:
    """What came of the payment, as the books know it now."""
    plan = visit.ports.facts.catalogue.plan(checkout.plan)
    ordered_at = checkout.placed_at or checkout.started_at
    start_on = effective_on(ordered_at, starts_at_once=checkout.starts_at_once())
    is_paid = checkout.stage is Stage.PAID
    email = checkout.buyer.email
    mailbox = None
    if is_paid:
        customer = visit.ports.store.customer(checkout.customer_id, fresh=True)
        email = customer.email
        if not customer.has_password():
            mailbox = Form(values={**visit.form} if errors else {}, errors=errors)
    session = checkout.session
    refused = session is not None and session.state == "refused"
    states = {Stage.PAID: "paid", Stage.VOID: "void"}
    return ResultView(
        checkout_id=checkout.id,
        plan=checkout.plan,
        state=states.get(checkout.stage, "refused" if refused else "pending"),  # type: ignore[arg-type]  # the four words of the view
        offer_name=plan.name(visit.lang),
        amount=checkout.gross,
        email=email,
        access_opens_on=start_on,
        next_due_on=due_date(start_on, 1),
        mailbox=mailbox,
        mailbox_corrected=visit.query.get("corrected") == "1",
    )
