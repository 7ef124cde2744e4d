"""The order button: the reviewed order becomes binding and waits for its payment (FRM-3)."""

from chalicelib.application.ports import Ports
from chalicelib.domain.kernel.errors import Refused
from chalicelib.domain.kernel.language import Language
from chalicelib.domain.selling.checkout import Checkout, Consent, place, requote

REVIEW_SCREEN = "review"


def place_order(
    checkout: Checkout, *, shown_minor: int, words: str, lang: Language, ports: Ports
) -> Checkout:
    """Place the order at the total that was shown; pressing twice places once.

    `words` are those on the button, kept as evidence. A price that changed is taken into the order
    before it is refused, so that the next review shows it and the next try goes through.

    Raises:
        Refused: `PRICE_CHANGED_REVIEW_AGAIN`, `TERMS_CHANGED`, `CHECKOUT_VOID`,
            `CHECKOUT_ALREADY_PAID`.
        Conflict: the order was changed at the same instant.
    """
    now = ports.clock()
    facts = ports.facts
    order = Consent(name="order", words=words, screen=REVIEW_SCREEN, lang=lang, given_at=now)
    price = facts.catalogue.price(checkout.plan, country=checkout.buyer.country, at=now)
    try:
        change = place(
            checkout,
            order=order,
            price=price,
            terms_version=facts.terms.current(now).version,
            shown_minor=shown_minor,
            policy=facts.policy,
            now=now,
        )
    except Refused as refused:
        if refused.code == "PRICE_CHANGED_REVIEW_AGAIN":
            ports.store.commit(requote(checkout, price))
        raise
    ports.store.commit(change)
    return checkout
