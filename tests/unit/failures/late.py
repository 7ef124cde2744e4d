"""Money that comes after everybody had given it up."""

from dataclasses import replace

from chalicelib.domain.billing.outcomes import Authorised
from tests.examples import Shop


def pays_after_all(shop: Shop, *, period: int, attempt: int = 1) -> None:
    """A refused attempt turns out to have been paid, as a notification tells."""
    reference = shop.key(period).reference(attempt)
    paid = Authorised(provider_reference=f"LATE{period:012}")
    gateway = shop.ports.gateway
    gateway._note(reference, shop.due(period).gross, paid)
    shop.notify(replace(gateway.news[-1], reference=reference, outcome=paid))
