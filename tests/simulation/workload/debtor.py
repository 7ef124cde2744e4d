"""What learners do about a mail that money is owed: pay by its link, give another card, wait."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from chalicelib.application.billing import pay_page, replace_method
from chalicelib.application.ports import Letter, Ports
from chalicelib.domain.billing.outcomes import Authorised
from chalicelib.domain.billing.pay_page import page_of
from chalicelib.domain.billing.rearm import first_owed
from chalicelib.domain.kernel.seals import link_token
from tests.fakes_world import FakePost
from tests.simulation.provider.cards import Card
from tests.simulation.workload.learner import Learner, Town
from tests.simulation.world.people import Insistence
from tests.simulation.world.process import Process
from tests.world_shop import RETURN_URL

Act = Callable[[Ports], None]
Reader = Callable[[Letter], None]
DUNNING = ("payment_refused", "payment_link")
WAITS_MINUTES = (2, 59, 61, 600, 3_000, 20_000, 60_000)
"""How long a mail lies unread: minutes, days, or until after the next month has begun."""


@dataclass
class Debtors:
    """Everybody who has a contract, by contract, and how they answer their mail."""

    town: Town
    stream: Random
    learners: dict[str, Learner] = field(default_factory=dict)

    def read(self, letter: Letter) -> None:
        """A mail comes; some do something about it, within minutes or days."""
        if letter.tags["template"] not in DUNNING or self.town.has_closed():
            return
        contract = letter.tags["subscription"]
        act = self.stream.choice((None, "page", "page", "card", "both"))
        if act is None:
            return
        wait = timedelta(minutes=self.stream.choice(WAITS_MINUTES))
        if act in ("page", "both"):
            self.town.later(wait, lambda: self._pays(contract))
        if act in ("card", "both"):
            self.town.later(wait, lambda: self._gives_another_card(contract))

    def delete_method(self, contract: str) -> None:
        """Somebody has their card deleted, and the contract goes on without."""
        self.town.auditor.accounts[contract].lacks_method = True
        self._insist(
            "deletes the card",
            contract,
            lambda ports: replace_method.delete_method(
                contract, self._customer(contract, ports), ports=ports
            ),
        )

    # ---- the link in the mail -----------------------------------------------------------------

    def _pays(self, contract: str) -> None:
        if not self.town.has_closed():
            self._insist("pays by link", contract, lambda ports: self._pay(contract, ports))

    def _pay(self, contract: str, ports: Ports) -> None:
        owed = first_owed(ports.store.due_items(contract))
        if owed is None:
            return
        token = link_token(ports.keys.link, pay_page.pay_link(owed, ports.clock()))
        key = pay_page.month_of_link(token, ports=ports).key
        pay_page.open_page(key, ports=ports)
        due = ports.store.due_item(key, fresh=True)
        page = page_of(due, ports.clock())
        if page is None:
            return
        session = pay_page.page_session(due, page, return_url=RETURN_URL, ports=ports)
        result = self._use(session.session_id, contract)
        if result is not None and self.stream.random() < 0.7:
            pay_page.report_page(due, session.session_id, result, ports=ports)

    def _use(self, session_id: str, contract: str) -> str | None:
        """Pay on a page with the card at hand; what the browser brings home."""
        page = self.town.provider.pages[session_id]
        if not isinstance(page.outcome, Authorised):
            self.town.provider.pay(session_id, self._card(contract))
        return page.result

    def _card(self, contract: str) -> Card:
        """A new card, or the old one again."""
        learner = self.learners[contract]
        known = learner.cards[contract]
        if known.forgotten_at is not None or self.stream.random() < 0.6:
            is_good = self.stream.random() < 0.7
            known = self.town.cards.issue(
                self.stream, self.town.auditor.clock(), self.town.days, is_good=is_good
            )
            learner.cards[contract] = known
        return known

    # ---- the account --------------------------------------------------------------------------

    def _gives_another_card(self, contract: str) -> None:
        if not self.town.has_closed():
            self._insist("gives a card", contract, lambda ports: self._replace(contract, ports))

    def _replace(self, contract: str, ports: Ports) -> None:
        customer_id = self._customer(contract, ports)
        replace_method.open_method_page(contract, customer_id, ports=ports)
        subscription = replace_method.own_contract(contract, customer_id, ports=ports)
        if not replace_method.has_method_page(subscription, ports=ports):
            return
        session = replace_method.method_session(subscription, return_url=RETURN_URL, ports=ports)
        result = self._use(session.session_id, contract)
        if result is not None and self.stream.random() < 0.7:
            replace_method.report_method(subscription, session.session_id, result, ports=ports)

    @staticmethod
    def _customer(contract: str, ports: Ports) -> str:
        return ports.store.subscription(contract, fresh=True).customer_id

    def _insist(self, what: str, contract: str, act: Act) -> None:
        Insistence(
            what=f"{self.learners[contract].name} {what} {contract[-6:]}",
            act=act,
            ports=self._door(contract),
            later=self.town.later,
            note=self.town.note,
            tried=lambda _: None,
            done=lambda _: None,
        ).press()

    def _door(self, contract: str) -> Process:
        return self.learners[contract].door


@dataclass
class Mailbox(FakePost):
    """The relay, whose mails are read."""

    reader: Reader | None = None

    def send(self, letter: Letter) -> str:
        name = super().send(letter)
        if self.reader is not None:
            self.reader(letter)
        return name
