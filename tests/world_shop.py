"""A buyer in front of the shop: order form, review, payment page, and the way back."""

from dataclasses import dataclass

from chalicelib.application.billing.settle_first_charge import report_session
from chalicelib.application.ports import Ports
from chalicelib.application.selling.open_payment import open_payment
from chalicelib.application.selling.place_order import place_order
from chalicelib.application.selling.start_checkout import OrderForm, start_checkout
from chalicelib.domain.billing.outcomes import Authorised
from chalicelib.domain.kernel.errors import Refused
from chalicelib.domain.selling.checkout import Checkout, Evidence, Stage
from tests.fakes import TERMS, FakePorts

BUTTON = "Commander avec obligation de paiement"
FASTER = ("ACCOUNT_EXISTS", "CHECKOUT_ALREADY_PAID")
"""What a buyer is told whose payment was notified before the second try."""
RETURN_URL = "https://clairiere.example/fr/account"


def order_form(email: str) -> OrderForm:
    """A complete form, with access wanted at once."""
    return OrderForm(
        answers={
            "given_name": "Zoé",
            "family_name": "d’Aubigné-Łukasz",
            "email": email,
            "born_on": "1990-02-28",
            "address_line": "3 rue de l’Été",
            "postal_code": "75011",
            "city": "Paris",
            "country": "FR",
        },
        ticked={
            "terms": "J’ai lu et j’accepte les conditions générales.",
            "immediate_start": "Je demande l’accès immédiat.",
        },
        declares_capacity=True,
        terms_version=TERMS.versions[-1].version,
        lang="fr",
        evidence=Evidence(session_id="S1", address="203.0.113.0", agent="Mozilla/5.0"),
    )


@dataclass(frozen=True)
class Shop:
    """One buyer and one order; every step may be taken again."""

    checkout_id: str
    name: str
    fakes: FakePorts

    @property
    def email(self) -> str:
        """The buyer's mailbox."""
        return f"{self.name}@example.org"

    def order(self, ports: Ports) -> Checkout:
        """Send the form and press the order button; nothing is done twice."""
        form = order_form(self.email)
        checkout = start_checkout(self.checkout_id, "solo", form, customer=None, ports=ports)
        if checkout.stage is not Stage.REVIEW:
            return checkout
        place_order(checkout, shown_minor=2000, words=BUTTON, lang="fr", ports=ports)
        return ports.store.checkout(self.checkout_id, fresh=True)

    def pay(self, ports: Ports) -> tuple[str, str]:
        """Open the page and pay on it, once; what the browser brings home."""
        checkout = ports.store.checkout(self.checkout_id, fresh=True)
        session_id = open_payment(checkout, return_url=RETURN_URL, ports=ports).session_id
        page = self.fakes.gateway.pages[session_id]
        if not isinstance(page.outcome, Authorised):
            self.fakes.gateway.pay(session_id)
        assert page.result is not None
        return session_id, page.result

    def buy(self, ports: Ports) -> None:
        """Everything up to the result page; an order that is paid already is left alone."""
        try:
            if self.order(ports).stage is Stage.PAID:
                return
            session_id, result = self.pay(ports)
        except Refused as refused:
            if refused.code not in FASTER:
                raise
            return
        report_session(self.checkout_id, session_id, result, ports=ports)
