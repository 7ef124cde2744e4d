"""A person in front of a browser, and what they do in the shop."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.e2e.shop.looks import WIDTHS
from tests.e2e.shop.running import SHOP
from tests.e2e.shop.till import Till

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from playwright.sync_api import Locator, Page

    from tests.e2e.shop.looks import Looks
    from tests.e2e.shop.running import Sandbox
    from tests.e2e.shop.watch import Watch

ANSWERS = {
    "given_name": "Camille",
    "family_name": "Roussel",
    "birth_date": "27",
    "birth_month": "3",
    "birth_year": "1998",
    "country": "FR",
    "address_line": "8 rue des Écoles",
    "postal_code": "69007",
    "city": "Lyon",
}
PASSWORD = "Nuages-et-Vent-2026"


@dataclass
class Person:
    """Who opens the shop with `page`, reads mails at `email`, and is not forgetful."""

    page: Page
    email: str
    sandbox: Sandbox
    looks: Looks
    watch: Watch
    lang: str = "fr"
    order_id: str = ""
    contract_id: str = ""
    answers: dict[str, str] = field(default_factory=lambda: dict(ANSWERS))

    @property
    def till(self) -> Till:
        """The payment form in front of the person."""
        return Till(self.page)

    def go(self, path: str) -> None:
        """Open a page of the shop in the person's language."""
        self.page.goto(f"{SHOP}/{self.lang}{path}")

    def go_to(self, path: str) -> None:
        """Open an address that is the same in both languages."""
        self.page.goto(f"{SHOP}{path}")

    def title(self) -> str:
        """The heading of the page."""
        return plain(self.page.locator("h1").inner_text())

    def text(self) -> str:
        """What the page says, without what surrounds every page."""
        return plain(self.page.locator("main").inner_text())

    def look(
        self,
        name: str,
        again: Callable[[], None] | None = None,
        widths: Sequence[int] = WIDTHS,
    ) -> None:
        """Look at the page in every light; fail when it is not accessible or does not fit."""
        self.looks.at(self.page, f"{self.lang}-{name}", again, widths=widths)

    def travel(self, step: str) -> None:
        """Press a button of the panel that moves time, and wait for the arrival."""
        self.go_to(f"/sandbox/{self.lang}")
        self.push(self.page.locator(f'button[value="{step}"]'))
        self.sandbox.wait_arrival()
        self.page.locator('#journey[data-is-moving="no"]').wait_for()

    def is_refused_next_time(self, code: str) -> None:
        """Have the bank refuse the next charge of this person's card, from the panel."""
        self.go_to(f"/sandbox/{self.lang}")
        card = self.page.locator("#token option").filter(has_text=self.contract_id)
        self.page.select_option("#token", str(card.get_attribute("value")))
        self.page.select_option("#code", code)
        self.push(self.page.locator('button[value="refuse"]'))

    def payments(self) -> list[dict[str, Any]]:
        """What the provider was asked for the order in front, accepted or not."""
        return self.sandbox.payments_of(self.order_id)

    def fill(self, answers: Mapping[str, str]) -> None:
        """Fill the order form in."""
        for name, text in answers.items():
            if name == "country":
                self.page.select_option("#country", text)
            else:
                self.page.fill(f"#order [name={_field(name)}]", text)

    def agree(self, *boxes: str) -> None:
        """Tick boxes."""
        for name in boxes:
            self.page.check(f"#{name}")

    def press(self, form: str) -> None:
        """Press the button of a form, and wait for the page it leads to."""
        self.push(self.button(form))

    def push(self, target: Locator) -> None:
        """Click a button or a link, and wait for the page that it leads to."""
        with self.page.expect_navigation():
            target.click()
        _, found, rest = self.page.url.partition("/checkout/")
        self.order_id = rest.split("/")[0].split("?")[0] if found else self.order_id

    def click(self, words: str) -> None:
        """Follow the link of these words in the page."""
        self.push(self.page.locator("main").get_by_role("link", name=words))

    def leave_by_the_footer(self) -> None:
        """Follow the link to the way out that stands at the foot of every page (REN-3)."""
        self.push(self.page.locator('footer a[href$="/account/cancel"]'))

    def button(self, form: str) -> Locator:
        """The button that sends a form."""
        return self.page.locator(f"form#{form} button.button")

    def sign_in(self) -> None:
        """Open the account with the mailbox and the password."""
        self.go("/sign-in")
        self.page.fill("#email", self.email)
        self.page.fill("#password", PASSWORD)
        self.press("sign-in")

    def subscribe(self, card: str = "4111111111111111") -> None:
        """Order, pay and open the account."""
        self.order()
        self.till.pay_by_card(card)
        self.contract_id = self.order_id
        self.mail("accès" if self.lang == "fr" else "access")
        self.follow("/password/")
        self.page.fill("#new_password", PASSWORD)
        self.press("set-password")

    def order(self, *boxes: str) -> None:
        """Order Premium Solo, from the form to the payment page."""
        self.go("/order/solo")
        self.fill({**self.answers, "email": self.email})
        self.agree(*(boxes or ("capacity", "terms", "immediate_start")))
        self.press("order")
        self.press("place")
        self.till.wait()

    def mail(self, words: str) -> str:
        """Open the mail about `words` in the mailbox; its text."""
        mail = self.sandbox.wait_mail(self.email, words)
        self.go_to(f"/sandbox/{self.lang}/mailbox")
        row = self.page.get_by_role("row").filter(has_text=self.email).filter(has_text=words)
        self.push(row.first.get_by_role("link"))
        assert plain(mail.subject) == self.title()
        return plain(self.page.locator(".mail-text").inner_text())

    def follow(self, part: str) -> None:
        """Follow the link of the mail in front whose address contains `part`."""
        self.push(self.page.locator(f'.mail-text a[href*="{part}"]').first)

    def badge(self) -> str:
        """How the subscription stands, as the account says it."""
        return self.page.locator(".sheet .badge").first.inner_text()


def plain(text: str) -> str:
    """The text with ordinary spaces where French typography wants narrow or unbreakable ones."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


def _field(name: str) -> str:
    """The name under which a field is sent: the first box of the birth date carries the label."""
    return "birth_day" if name == "birth_date" else name
