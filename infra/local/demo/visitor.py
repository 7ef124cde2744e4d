"""A person at a browser without a screen: real pages, real cookies, the tokens of the forms."""

import json
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any, Final

import requests

from infra.local.demo.story import Person

ANSWER_SECONDS: Final = 60
CARD: Final = "4111111111111111"
PASSWORD: Final = "une phrase assez longue, a long enough phrase"  # noqa: S105 - of nobody


class PageRefused(RuntimeError):
    """A page did not lead where the visitor expected; the text is what it said."""


class Reader(HTMLParser):
    """What a page holds for somebody who fills in its forms."""

    def __init__(self) -> None:
        super().__init__()
        self.hidden: dict[str, str] = {}
        self.config: dict[str, Any] = {}
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep hidden fields, ticked versions, and what the payment form is given."""
        known = dict(attrs)
        name = known.get("name")
        if tag == "input" and name and known.get("type") in ("hidden", "checkbox"):
            self.hidden[name] = known.get("value") or ""
        if known.get("data-config"):
            self.config = json.loads(known["data-config"] or "{}")

    def handle_data(self, data: str) -> None:
        """Keep the words."""
        if data.strip():
            self.words.append(data.strip())


def read_page(text: str) -> Reader:
    """What a page of HTML holds."""
    reader = Reader()
    reader.feed(text)
    return reader


@dataclass(frozen=True)
class Page:
    """A page as it was answered."""

    address: str
    path: str
    fields: dict[str, str]
    config: dict[str, Any]
    words: str


@dataclass
class Visitor:
    """`person` at the shop `shop`, who pays at the provider `provider` (origins)."""

    person: Person
    shop: str
    provider: str
    checkout_id: str = ""
    browser: requests.Session = field(default_factory=requests.Session)

    def order(self) -> None:
        """Fill in the form, review it, press the button that binds.

        Raises:
            PageRefused: the shop did not take the order.
        """
        person = self.person
        self.read("")
        form = self.read("/order/solo")
        answers = {
            "given_name": person.given_name,
            "family_name": person.family_name,
            "email": person.typed_email or person.email,
            "birth_day": str(person.born_on.day),
            "birth_month": str(person.born_on.month),
            "birth_year": str(person.born_on.year),
            "country": "FR",
            "address_line": person.street,
            "postal_code": person.postal_code,
            "city": person.city,
        }
        kept = ("csrf", "checkout_id", "terms", "capacity")
        ticked = {name: form.fields[name] for name in kept}
        at_once = {"immediate_start": "yes"} if person.starts_at_once else {}
        review = self.send("/order/solo", {**answers, **ticked, **at_once}, to="/checkout/")
        self.checkout_id = review.path.rsplit("/", 1)[-1]
        self.send(f"{self._checkout}/place", review.fields, to="/pay")

    def pay(self) -> None:
        """Pay on the payment page; go back to the shop, unless the page never returns.

        Raises:
            PageRefused: the provider or the shop refused.
        """
        page = self.read(f"{self._checkout}/pay")
        session_id = page.config["session"]["id"]
        means = {"method": "paypal"} if self.person.way == "paypal" else {"card": CARD}
        answer = requests.post(
            f"{self.provider}/_sim/sessions/{session_id}/pay",
            json={**means, "holder_name": self.person.holder_name},
            timeout=ANSWER_SECONDS,
        )
        said = answer.json()
        if said.get("resultCode") != "Authorised":
            raise PageRefused(f"{self.person.name} could not pay: {said}")
        if self.person.comes_back:
            told = {
                "csrf": page.fields["csrf"],
                "sessionId": session_id,
                "sessionResult": said["sessionResult"],
            }
            self.send(f"{self._checkout}/outcome", told, to="/result")

    def correct_mailbox(self) -> None:
        """See on the result page that the address is wrong, and mend it there."""
        page = self.read(f"{self._checkout}/result")
        asked = {"csrf": page.fields["csrf"], "email": self.person.email}
        self.send(f"{self._checkout}/mailbox", asked, to="/result?corrected=1")

    def open_account(self, letter: str) -> None:
        """Follow the link in the access mail, and choose a password."""
        found = re.search(r"https?://[^/\s]+/(?:fr|en)(/password/\S+)", letter)
        if found is None:
            raise PageRefused(f"no link to the account in the mail to {self.person.name}")
        page = self.read(found[1])
        chosen = {"csrf": page.fields["csrf"], "new_password": PASSWORD}
        self.send(found[1], chosen, to="/account")

    def sign_in(self) -> None:
        """Come back months later, with an empty browser."""
        self.browser = requests.Session()
        page = self.read("/sign-in")
        given = {"csrf": page.fields["csrf"], "email": self.person.email, "password": PASSWORD}
        self.send("/sign-in", given, to="/account")

    def cancel(self) -> None:
        """Cancel the renewal on its page."""
        page = self.read("/account/cancel")
        self.send("/account/cancel", page.fields, to="/account/cancel")

    def undo(self) -> None:
        """Take the cancellation back."""
        page = self.read("/account/cancel")
        self.send("/account/resume", page.fields, to="/account?notice=resumed")

    def documents(self) -> frozenset[str]:
        """The invoice numbers that the account shows."""
        return frozenset(re.findall(r"F\d{4}-\d{8}", self.read("/account/documents").words))

    def read(self, path: str) -> Page:
        """The page at `path`, which comes after the language."""
        return self._page("GET", path)

    def send(self, path: str, fields: dict[str, str], *, to: str) -> Page:
        """Send a form, go where it leads, and expect that address to hold `to`."""
        page = self._page("POST", path, fields)
        if to not in page.address:
            raise PageRefused(f"{self.person.name}: {path} led to {page.path}: {page.words[:300]}")
        return page

    @property
    def _checkout(self) -> str:
        return f"/checkout/{self.checkout_id}"

    def _page(self, verb: str, path: str, fields: dict[str, str] | None = None) -> Page:
        address = f"{self.shop}/{self.person.lang}{path}"
        answer = self.browser.request(verb, address, data=fields, timeout=ANSWER_SECONDS)
        reader = read_page(answer.text)
        words = " ".join(reader.words)
        if not answer.ok:
            raise PageRefused(f"{self.person.name}: {path} said {answer.status_code}: {words}")
        reached = answer.url.removeprefix(self.shop)
        return Page(answer.url, reached.partition("?")[0], reader.hidden, reader.config, words)
