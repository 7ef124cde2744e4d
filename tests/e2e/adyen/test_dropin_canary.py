"""The Drop-in as published, in our payment page, against the simulator.

It sings when an upgrade of adyen-web, a change of the page or of the simulator breaks one
of the ways to pay.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.integration.adyen_simulator.conftest import open_session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, FrameLocator, Locator, Page

    from infra.local.adyen import Simulator
    from tests.e2e.adyen.conftest import Shop

pytestmark = pytest.mark.e2e

PATIENCE_MS = 15_000


class Till:
    """A shopper in front of the payment page."""

    def __init__(self, page: Page, shop: Shop, simulator: Simulator) -> None:
        self.page = page
        self.shop = shop
        self.simulator = simulator
        self.strangers: list[str] = []
        self.session: dict[str, Any] = {}
        page.set_default_timeout(PATIENCE_MS)
        page.on("request", lambda request: self._watch(request.url))

    def _watch(self, url: str) -> None:
        ours = ("http://localhost:", "data:", "blob:", "about:")
        if not url.startswith(ours):
            self.strangers.append(url)

    def open(self, *, lang: Any = "fr", **changes: Any) -> None:
        """Show the page of a new session."""
        self.session = open_session(self.simulator, **changes)
        self.page.goto(self.shop.show(self.session, lang))
        self.page.locator("#drop-in:not([aria-busy])").wait_for()

    def choose(self, method: str) -> Locator:
        """Open the part of a method."""
        part = self.page.locator(f".adyen-checkout__payment-method--{method}").first
        part.click()
        return part

    def field(self, name: str) -> Locator:
        """The input inside the frame of a secured field."""
        return self.page.frame_locator(f'[data-cse="{name}"] iframe').locator("input")

    def type_card(self, number: str, holder_name: str = "Camille Exemple") -> None:
        """Fill the card form in."""
        self.field("encryptedSecurityCode").wait_for()
        self.field("encryptedCardNumber").press_sequentially(number)
        self.field("encryptedExpiryDate").press_sequentially("0330")
        self.field("encryptedSecurityCode").press_sequentially("737")
        self.page.locator('input[name="holderName"]').fill(holder_name)

    def press(self) -> None:
        """Press the button that pays."""
        self.page.locator(".adyen-checkout__button--pay:visible").click()

    def bank(self) -> FrameLocator:
        """The bank's page, in its frame."""
        return self.page.frame_locator('iframe[name="threeDSIframe"]')

    def outcome(self) -> str:
        """The status that our server would read with what the page posted."""
        self.page.locator("#posted").wait_for()
        posted = self.shop.posted[-1]
        assert posted["sessionId"] == self.session["id"]
        session = self.simulator.world.state.sessions[posted["sessionId"]]
        return str(session.results[posted["sessionResult"]]["status"])

    def errors(self) -> list[str]:
        """The complaints shown under the fields."""
        shown = self.page.locator(".adyen-checkout-contextual-text--error").all_text_contents()
        return [text for text in shown if text]


@pytest.fixture
def till(browser: Browser, shop: Shop, simulator: Simulator) -> Iterator[Till]:
    simulator.world.reset()
    shop.posted.clear()
    context = browser.new_context(locale="fr-FR")
    till = Till(context.new_page(), shop, simulator)
    yield till
    context.close()
    assert till.strangers == []
    assert simulator.admin("GET", "/state")["violations"] == []


class TestCard:
    def test_accepted(self, till: Till) -> None:
        till.open()
        till.type_card("4111111111111111")
        till.press()
        assert till.outcome() == "completed"

    def test_refused_by_the_issuer(self, till: Till) -> None:
        till.open()
        till.type_card("4111111111111111", "NOT_ENOUGH_BALANCE")
        till.press()
        assert till.outcome() == "active"

    @pytest.mark.parametrize(
        ("lang", "complaint"),
        [("fr", "Entrez un numéro de carte valide"), ("en", "Enter a valid card number")],
    )
    def test_a_mistyped_number_is_told_under_the_field(
        self, till: Till, lang: str, complaint: str
    ) -> None:
        till.open(lang=lang)
        till.type_card("4111111111111112")
        till.press()
        assert till.errors() == [complaint]
        assert till.shop.posted == []

    def test_a_real_number_is_not_taken(self, till: Till) -> None:
        """It passes the check digit, and is no published test number."""
        till.open()
        till.type_card("4539578763621486")
        assert till.errors() == ["Entrez un numéro de carte valide"]

    def test_authenticated(self, till: Till) -> None:
        till.open()
        till.type_card("5454545454545454")
        till.press()
        till.bank().locator("#password").fill("password")
        till.bank().locator("#accept").click()
        assert till.outcome() == "completed"

    def test_authentication_refused(self, till: Till) -> None:
        till.open()
        till.type_card("5454545454545454")
        till.press()
        till.bank().locator("#refuse").click()
        assert till.outcome() == "active"

    def test_a_french_card_lets_its_brand_be_chosen(self, till: Till) -> None:
        till.open()
        till.type_card("4035501000000008")
        till.page.locator('[class*="dual-brand"]').first.wait_for()
        till.press()
        assert till.outcome() == "completed"
        assert till.simulator.admin("GET", "/payments")["payments"][0]["brand"] == "cartebancaire"

    def test_a_verification_takes_nothing(self, till: Till) -> None:
        till.open(amount={"currency": "EUR", "value": 0})
        till.type_card("4111111111111111")
        till.press()
        assert till.outcome() == "completed"
        assert till.simulator.admin("GET", "/payments")["payments"][0]["captured_minor"] == 0


class TestPayPal:
    @pytest.mark.parametrize("value", [2000, 0])
    def test_approved(self, till: Till, value: int) -> None:
        till.open(amount={"currency": "EUR", "value": value})
        till.choose("paypal").locator("#sim-paypal").click()
        till.page.locator("#sim-paypal-approve").click()
        assert till.outcome() == "completed"
        assert till.simulator.admin("GET", "/tokens")["tokens"][0]["method"] == "paypal"

    def test_given_up(self, till: Till) -> None:
        """The page stays, and the shopper may still pay."""
        till.open()
        paypal = till.choose("paypal")
        paypal.locator("#sim-paypal").click()
        till.page.locator("#sim-paypal-cancel").click()
        paypal.locator("#sim-paypal").click()
        till.page.locator("#sim-paypal-approve").click()
        assert till.outcome() == "completed"


class TestDirectDebit:
    def test_received(self, till: Till) -> None:
        till.open()
        part = till.choose("sepadirectdebit")
        part.locator('input[name="ownerName"]').fill("Camille Exemple")
        part.locator('input[name="ibanNumber"]').fill("FR1420041010050500013M02606")
        till.press()
        assert till.outcome() == "paymentPending"
