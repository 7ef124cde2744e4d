"""The payment form: the provider's Drop-in as published, in our page."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import FrameLocator, Locator, Page

RESULT = "**/result"


@dataclass
class Till:
    """A shopper in front of the payment page."""

    page: Page

    def wait(self) -> None:
        """Wait until the form has drawn itself."""
        self.page.locator("#drop-in:not([aria-busy])").wait_for()
        self.field("encryptedSecurityCode").wait_for()

    def again(self) -> None:
        """Draw the form again."""
        self.page.reload()
        self.wait()

    def field(self, name: str) -> Locator:
        """The input inside the frame of a secured field."""
        return self.page.frame_locator(f'[data-cse="{name}"] iframe').locator("input")

    def type_card(self, number: str, holder_name: str = "Camille Roussel") -> None:
        """Fill the card form in."""
        self.field("encryptedSecurityCode").wait_for()
        self._type("encryptedCardNumber", number)
        self._type("encryptedExpiryDate", "0330")
        self._type("encryptedSecurityCode", "737")
        self.page.locator('input[name="holderName"]').fill(holder_name)

    def _type(self, name: str, digits: str) -> None:
        """Type into a field, and once more where its frame was not yet listening."""
        field = self.field(name)
        field.press_sequentially(digits)
        if re.sub(r"\D", "", field.input_value()) != digits:
            field.fill("")
            field.press_sequentially(digits)

    def press(self) -> None:
        """Press the button that pays."""
        self.page.locator(".adyen-checkout__button--pay:visible").click()

    def pay_by_card(
        self, number: str, holder_name: str = "Camille Roussel", *, waits: bool = True
    ) -> None:
        """Pay, and wait for the shop's answer, unless the bank asks first."""
        self.type_card(number, holder_name)
        self.press()
        if waits:
            self.page.wait_for_url(RESULT)

    def pay_by_paypal(self) -> None:
        """Pay with the simulated PayPal, and wait for the shop's answer."""
        self.page.locator(".adyen-checkout__payment-method--paypal").first.click()
        self.page.locator("#sim-paypal").click()
        self.page.locator("#sim-paypal-approve").click()
        self.page.wait_for_url(RESULT)

    @property
    def bank(self) -> FrameLocator:
        """The bank's page, in its frame."""
        return self.page.frame_locator('iframe[name="threeDSIframe"]')

    def answer_the_bank(self, *, accept: bool) -> None:
        """Do what the bank asks for, or refuse, and wait for the shop's answer."""
        if accept:
            self.bank.locator("#password").fill("password")
        self.bank.locator("#accept" if accept else "#refuse").click()
        self.page.wait_for_url(RESULT)
