"""The confirmation of a contract, put together from what was concluded (FRM-4)."""

from chalicelib.application.papers.confirm_contract import Freeze
from chalicelib.application.ports import Ports
from chalicelib.domain.contract.subscription import Contract, Subscription, withdrawal_last_day
from chalicelib.domain.kernel.calendar import paris_date
from chalicelib.domain.kernel.policy import policy_named
from chalicelib.domain.papers.confirmation import (
    ConfirmationRecord,
    Consent,
    PublicAddresses,
    TermsReference,
    Withdrawal,
    freeze_confirmation,
)
from chalicelib.domain.papers.seller import Buyer, PostalAddress
from chalicelib.domain.people.customer import BillingIdentity, Customer
from chalicelib.entrypoints.http.shop_views import plan_features
from chalicelib.pages.wording import feature


def withdrawal_of(subscription: Subscription) -> Withdrawal:
    """What the policy of the contract makes of the right to withdraw (WDR-1 to WDR-3)."""
    last_on = withdrawal_last_day(paris_date(subscription.concluded_at))
    mode = policy_named(subscription.policy).solo_waiver_mode
    if mode == "login_only":
        return Withdrawal(kind="lost_at_sign_in", last_on=last_on)
    if not subscription.starts_at_once:
        return Withdrawal(kind="kept", last_on=last_on)
    if mode == "statutory_digital_service":
        return Withdrawal(kind="kept_pro_rata", last_on=last_on)
    return Withdrawal(kind="lost_at_first_use", last_on=last_on)


def addresses(subscription: Subscription, ports: Ports) -> PublicAddresses:
    """Where the functions the law asks for are, in the contract's language."""
    site = f"{ports.facts.public_url}/{subscription.lang}"
    return PublicAddresses(
        withdraw=f"{site}/contact",
        terminate=f"{site}/account/cancel",
        account=f"{site}/account",
        contact=f"{site}/contact",
        privacy=f"{site}/privacy",
    )


def frozen_for(ports: Ports) -> Freeze:
    """How a confirmation is frozen in this deployment."""

    def freeze(
        subscription: Subscription, contract: Contract, customer: Customer
    ) -> ConfirmationRecord:
        identity = ports.store.billing_identity(customer.id, subscription.identity_number)
        return _record(subscription, contract, customer, identity, ports)

    return freeze


def _record(
    subscription: Subscription,
    contract: Contract,
    customer: Customer,
    identity: BillingIdentity,
    ports: Ports,
) -> ConfirmationRecord:
    lang = subscription.lang
    from_on, next_on = subscription.period(0)
    plan = next(plan for plan in ports.facts.catalogue.plans if plan.key == contract.plan)
    return freeze_confirmation(
        subscription_id=subscription.id,
        lang=lang,
        concluded_at=contract.concluded_at,
        seller=ports.facts.seller,
        buyer=Buyer(
            customer_id=customer.id,
            name=identity.full_name,
            email=customer.email,
            address=PostalAddress(
                street=identity.address_line,
                postal_code=identity.postal_code,
                city=identity.city,
                country=identity.country,
            ),
        ),
        plan_name=plan.name(lang),
        features=tuple(feature(name, lang) for name in plan_features(contract.plan)),
        monthly_gross=subscription.gross,
        rate_bps=contract.rate_bps,
        method_label=subscription.method.label() if subscription.method else "",
        period_from_on=from_on,
        next_due_on=next_on,
        terms=TermsReference(
            version=contract.terms_version,
            lang=contract.lang,
            sha256=contract.terms_sha256,
            url=f"{ports.facts.public_url}/{lang}/terms/{contract.terms_version}",
        ),
        consents=tuple(
            Consent(text=consent.words, ticked_at=consent.given_at) for consent in contract.consents
        ),
        withdrawal=withdrawal_of(subscription),
        addresses=addresses(subscription, ports),
    )
