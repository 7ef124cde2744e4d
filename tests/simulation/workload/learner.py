"""A learner of a world: when they come, how they pay, when they change their mind."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from random import Random

from chalicelib.application.billing.settle_first_charge import report_session
from chalicelib.application.exits.cancel_renewal import cancel_renewal, resume_renewal
from chalicelib.application.ports import Ports
from chalicelib.application.selling.open_payment import open_payment, try_again
from chalicelib.application.selling.place_order import place_order
from chalicelib.application.selling.start_checkout import OrderForm, start_checkout
from chalicelib.domain.billing.outcomes import Authorised
from chalicelib.domain.kernel.errors import Refused
from chalicelib.domain.selling.checkout import Stage
from tests.simulation.auditor.accounts import Account, Wish
from tests.simulation.auditor.auditor import Auditor
from tests.simulation.auditor.months import clock_changes, midnight, paris_day, starts_on
from tests.simulation.provider.cards import Card, Cards
from tests.simulation.provider.provider import Provider
from tests.simulation.world.people import Insistence
from tests.simulation.world.process import Process
from tests.world_shop import BUTTON, FASTER, RETURN_URL, order_form

PROFILES = ("recommended", "as_written", "strict")
Later = Callable[[timedelta, Callable[[], None]], None]


@dataclass
class Town:
    """Where learners live: the product's doors, the provider, the auditor, and time."""

    doors: dict[str, Process]
    provider: Provider
    cards: Cards
    auditor: Auditor
    later: Later
    note: Callable[[str], None]
    new_id: Callable[[], str]
    days: int
    poor: float
    has_closed: Callable[[], bool]
    moves_in: Callable[["Learner"], None] = lambda _: None
    deletes_method: Callable[[str], None] = lambda _: None


@dataclass
class Learner:
    """One person, with a card, and with a mind that changes."""

    number: int
    town: Town
    stream: Random
    cards: dict[str, Card] = field(default_factory=dict)
    profile: str = field(init=False)
    checkout_id: str = ""
    first_id: str = ""
    account: Account = field(init=False)
    orders: int = 0

    def __post_init__(self) -> None:
        self.profile = self.stream.choice(PROFILES)

    @property
    def name(self) -> str:
        return f"p{self.number}"

    @property
    def door(self) -> Process:
        """The shop and account pages, under the policy of this learner's contracts."""
        return self.town.doors[self.profile]

    @property
    def now(self) -> datetime:
        return self.town.auditor.clock()

    # ---- to order -----------------------------------------------------------------------------

    def arrive(self) -> None:
        """Order, with a card that pays today more often than not."""
        if self.town.has_closed():
            return
        self.orders += 1
        self.checkout_id = self.town.new_id()
        at_once = self.stream.random() < 0.75
        self.account = self.town.auditor.opens(self.checkout_id, self.profile, at_once=at_once)
        self.town.moves_in(self)
        self.cards[self.checkout_id] = self.town.cards.issue(
            self.stream, self.now, self.town.days, is_good=self.stream.random() >= self.town.poor
        )
        self._insist("orders", self._order, self._ordered_at, self._ordered)

    def _ordered_at(self, at: datetime) -> None:
        self.account.ordered_at.append(at)

    def _order(self, ports: Ports) -> None:
        form = order_form(f"{self.name}@example.org")
        if not self.account.at_once:
            form = _patient(form)
        customer = None
        holder = self._customer_id()
        if holder is not None:
            customer = ports.store.customer(holder, fresh=True)
        start_checkout(self.checkout_id, "solo", form, customer=customer, ports=ports)
        checkout = ports.store.checkout(self.checkout_id, fresh=True)
        if checkout.stage is Stage.REVIEW:
            place_order(checkout, shown_minor=2000, words=BUTTON, lang="fr", ports=ports)

    def _customer_id(self) -> str | None:
        if self.orders == 1:
            return None
        checkout = self.town.doors[self.profile].real.store.checkout(self.first_id, fresh=True)
        return checkout.customer_id

    def _ordered(self, code: str | None) -> None:
        if self.orders == 1:
            self.first_id = self.checkout_id
        if code is None:
            self._insist("pays", self._pay, None, self._paid)

    def _pay(self, ports: Ports) -> None:
        checkout = ports.store.checkout(self.checkout_id, fresh=True)
        try:
            page = open_payment(checkout, return_url=RETURN_URL, ports=ports)
        except Refused as refused:
            if refused.code in FASTER:
                return
            if refused.code != "PAYMENT_REFUSED":
                raise
            try_again(self.checkout_id, ports=ports)
            checkout = ports.store.checkout(self.checkout_id, fresh=True)
            page = open_payment(checkout, return_url=RETURN_URL, ports=ports)
        known = self.town.provider.pages[page.session_id]
        if not isinstance(known.outcome, Authorised):
            self.town.provider.pay(page.session_id, self.cards[self.checkout_id])
        if known.result is not None and self.stream.random() < 0.8:
            report_session(self.checkout_id, page.session_id, known.result, ports=ports)

    def _paid(self, code: str | None) -> None:
        """Live on, or come with another card when this one was refused."""
        try:
            checkout = self.door.real.store.checkout(self.checkout_id, fresh=True)
        except Exception:  # noqa: BLE001 - nothing was ordered, nothing more is done
            return
        latest = checkout.session
        if latest is not None and latest.state == "refused" and self.stream.random() < 0.7:
            self.cards[self.checkout_id] = self.town.cards.issue(
                self.stream, self.now, self.town.days, is_good=True
            )
            self.town.later(
                timedelta(minutes=self.stream.randint(1, 90)),
                lambda: self._insist("pays again", self._pay, None, self._paid),
            )
            return
        self._make_plans()
        self._make_card_plans()

    # ---- to leave, and to stay nonetheless ----------------------------------------------------

    def _make_plans(self) -> None:
        if self.stream.random() > 0.5:
            return
        month = self.stream.choice((1, 1, 2, 3, 6, 12))
        self._at_the_turn(month, lambda: self._wish("cancel"))
        if self.stream.random() < 0.5:
            wait = self.stream.choice((1, 30, 3000, 40_000, 44_000))
            self._at_the_turn(month, lambda: self._wish("undo"), timedelta(minutes=wait))
        if self.stream.random() < 0.5:
            self._at_the_turn(month + self.stream.choice((1, 2, 4)), self._leave_for_good)

    def _make_card_plans(self) -> None:
        """A card is updated by its scheme, revoked elsewhere, or deleted here."""
        contract, card = self.checkout_id, self.cards[self.checkout_id]
        last = card.moods[-1] if card.moods else None
        if last is not None and last.kind == "update" and self.stream.random() < 0.5:
            wait = last.begins_at - self.now + timedelta(hours=self.stream.randint(1, 300))
            self.town.later(wait, lambda: self._updated(contract, card))
        if self.stream.random() < 0.05:
            wait = timedelta(days=self.stream.randint(1, 200))
            act = self._revoke if self.stream.random() < 0.5 else self._delete
            self.town.later(wait, lambda: act(contract))

    def _updated(self, contract: str, card: Card) -> None:
        if card.forgotten_at is None and not self.town.has_closed():
            self.town.provider.update(contract, card)

    def _revoke(self, contract: str) -> None:
        card = self.cards[contract]
        is_known = self.town.auditor.accounts[contract].anchor_on is not None
        if card.forgotten_at is None and is_known and not self.town.has_closed():
            self.town.auditor.accounts[contract].lacks_method = True
            self.town.provider.disable(contract, card)

    def _delete(self, contract: str) -> None:
        is_known = self.town.auditor.accounts[contract].anchor_on is not None
        if is_known and not self.town.has_closed():
            self.town.deletes_method(contract)

    def _at_the_turn(
        self, month: int, act: Callable[[], None], after: timedelta = timedelta(0)
    ) -> None:
        """Do something around the midnight at which a month begins."""
        anchor = self.account.anchor_on or paris_day(self.now)
        begins = midnight(starts_on(anchor, month))
        seconds = self.stream.choice((-40, -2, 0, 1, 90, -7200, 20_000, -400_000, 900_000))
        at = begins + timedelta(seconds=seconds) + after
        if at > self.now:
            self.town.later(at - self.now, act)

    def _leave_for_good(self) -> None:
        self._wish("cancel")
        if self.stream.random() < 0.6:
            self.town.later(timedelta(days=self.stream.randint(5, 70)), self._come_back)

    def _come_back(self) -> None:
        if self.account.anchor_on is not None:
            self.arrive()

    def _wish(self, kind: str) -> None:
        if self.town.has_closed() or self.account.anchor_on is None:
            return
        account, checkout_id = self.account, self.checkout_id
        customer_id = self.door.real.store.subscription(checkout_id, fresh=True).customer_id
        wish = Wish("cancel" if kind == "cancel" else "undo")
        account.wishes.append(wish)

        def act(ports: Ports) -> None:
            ask = cancel_renewal if kind == "cancel" else resume_renewal
            ask(checkout_id, customer_id, ports=ports)

        def done(code: str | None) -> None:
            wish.answer = code

        self._insist(kind, act, wish.pressed_at.append, done)

    def _insist(
        self,
        what: str,
        act: Callable[[Ports], None],
        tried: Callable[[datetime], None] | None,
        done: Callable[[str | None], None],
    ) -> None:
        Insistence(
            what=f"{self.name} {what} {self.checkout_id[-6:]}",
            act=act,
            ports=self.door,
            later=self.town.later,
            note=self.town.note,
            tried=tried or (lambda _: None),
            done=done,
        ).press()


def _patient(form: OrderForm) -> OrderForm:
    """Without asking for access before the right of withdrawal is over."""
    return replace(form, ticked={"terms": form.ticked["terms"]})


def arrival(stream: Random, opens_at: datetime, days: int) -> datetime:
    """When somebody comes: on any day, and on awkward ones more often."""
    at = opens_at + timedelta(seconds=stream.randrange(max(1, int(days * 0.7)) * 24 * 3600))
    match stream.randrange(6):
        case 0:
            at = _on_day(at, stream.choice((28, 29, 30, 31)))
        case 1:
            at = midnight(paris_day(at)) + timedelta(seconds=stream.choice((-1, 0, 1, -90, 60)))
        case 2:
            change = stream.choice(clock_changes(at.year))
            at = change + timedelta(minutes=stream.randint(-90, 90))
        case _:
            pass
    return max(at, opens_at)


def _on_day(at: datetime, day: int) -> datetime:
    """The same hour, on that day of the month or the last before it."""
    while True:
        try:
            return at.replace(day=day)
        except ValueError:
            day -= 1
