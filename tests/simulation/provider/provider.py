"""The payment provider of a world: money moves here, and its books are the truth.

It keeps an answer with its idempotency key for a week, as the real one promises no more; it
notifies of everything; a call may not arrive, and an answer may not come back.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from chalicelib.application.ports import (
    ChargeRequest,
    PaymentSession,
    SessionNews,
    SessionRequest,
)
from chalicelib.domain.billing.outcomes import Authorised, Outcome, Refused, Unknown
from chalicelib.domain.kernel import errors
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.selling.checkout import StoredMethod
from tests.simulation.faults.weather import Weather
from tests.simulation.provider.aftermath import Aftermath
from tests.simulation.provider.cards import Card, Cards, Mood
from tests.simulation.provider.money import Movement, Notice, Payment
from tests.simulation.provider.reports import Reports
from tests.simulation.provider.words import REASONS

IN_FLIGHT = timedelta(hours=25)
"""How long a charge may be asked for again with the method of its first try."""

KEY_KEPT = timedelta(days=7)
CHANGES_ITS_MIND_AFTER_HOURS = (1, 5, 20, 60, 24 * 12, 24 * 50)


@dataclass
class Page:
    """A payment page, and what came of it."""

    request: SessionRequest
    session: PaymentSession
    outcome: Outcome = field(default_factory=Unknown)
    result: str | None = None


@dataclass
class Answer:
    """What was answered under a key, and when; no outcome while it is being worked out."""

    request: object
    at: datetime
    outcome: Outcome | None = None
    order: str = ""


class Watcher(Protocol):
    """Who is told of what reaches the provider."""

    def charged(self, request: ChargeRequest, outcome: Outcome) -> None: ...

    def captured(self, payment: Payment) -> None: ...

    def turned_down(self, reference: str) -> None: ...

    def sent_back(self, payment: Payment) -> None: ...

    def uncaptured(self, payment: Payment) -> None: ...

    def disputed(self, payment: Payment, event: str) -> None: ...

    def misused(self, what: str) -> None: ...


@dataclass
class Provider:
    """A gateway whose money is real in this world.

    Attributes:
        payments: every capture, by the provider's own name for it, in order.
        refused: references that were finally refused at least once.
        tell: where notifications go.
        later: has something happen after a while.
    """

    clock: Callable[[], datetime]
    weather: Weather
    cards: Cards
    tell: Callable[[Notice], None]
    later: Callable[[timedelta, Callable[[], None]], None]
    note: Callable[[str], None]
    watcher: Watcher
    payments: dict[str, Payment] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)
    pages: dict[str, Page] = field(default_factory=dict)
    stored: dict[str, list[StoredMethod]] = field(default_factory=dict)
    reports: Reports = field(default_factory=Reports)
    _sessions: dict[str, Page] = field(default_factory=dict)
    _answers: dict[str, Answer] = field(default_factory=dict)
    _count: int = 0
    aftermath: Aftermath = field(init=False)

    def __post_init__(self) -> None:
        self.aftermath = Aftermath(
            self.weather,
            self.weather.dice.stream("aftermath"),
            self.later,
            self.tell,
            self.note,
            self._name,
            self.watcher,
            self,
        )

    # ---- payment pages ------------------------------------------------------------------------

    def open_session(self, request: SessionRequest) -> PaymentSession:
        self._answer_or_raise()
        known = self._sessions.get(request.idempotency_key)
        if known is None:
            name = f"CS{len(self.pages) + 1:014}"
            known = Page(request, PaymentSession(name, f"secret-{name}", request.expires_at))
            self._sessions[request.idempotency_key] = self.pages[name] = known
        if known.request != request:
            self.watcher.misused(f"one key, two pages: {request.reference}")
        return known.session

    def pay(self, session_id: str, card: Card) -> str | None:
        """The shopper pays; what the browser brings home, None when the page is closed."""
        page = self.pages[session_id]
        if self.clock() >= page.request.expires_at or isinstance(page.outcome, Authorised):
            return None
        mood = card.mood(self.clock())
        request = page.request
        if mood is not None and mood.kind != "sca":
            page.outcome = self._refusal(request.reference, request.amount, mood)
            self.watcher.turned_down(request.reference)
        else:
            page.outcome = self._accepted(request, card)
            self._keep(request.shopper_reference, card, page.outcome)
        page.result = f"result-{session_id}-{self._count}"
        return page.result

    def _accepted(self, request: SessionRequest, card: Card) -> Authorised:
        if request.amount.minor:
            return self._take(request.reference, request.shopper_reference, request.amount, card)
        name = self._name("V")
        self.note(f"provider verifies {card.method.token} for {request.reference}")
        self.tell(Notice("AUTHORISATION", name, request.reference, request.amount, is_success=True))
        return Authorised(provider_reference=name, method_label=card.method.label())

    def session_news(self, session_id: str, session_result: str) -> SessionNews:
        self._answer_or_raise()
        page = self.pages.get(session_id)
        if page is None or page.result is None or page.result != session_result:
            raise errors.Refused("BAD_SESSION_RESULT", session_id)
        return SessionNews(page.request.reference, page.request.amount, page.outcome)

    # ---- charges without the learner ----------------------------------------------------------

    def charge(self, request: ChargeRequest) -> Outcome:
        if self._is_down() or self.weather.strikes("timeout_before_capture"):
            self.note(f"provider never hears of {request.reference}")
            return Unknown()
        known = self._answers.get(request.idempotency_key)
        if known is not None and self.clock() < known.at + KEY_KEPT:
            if known.request != request:
                self.watcher.misused(f"one key, two charges: {request.reference}")
            return known.outcome or Unknown()
        answer = self._answers[request.idempotency_key] = Answer(request, self.clock())
        answer.outcome = self._decided(request)
        self.watcher.charged(request, answer.outcome)
        if self.weather.strikes("timeout_after_capture"):
            self.note(f"provider's answer to {request.reference} is lost")
            return Unknown()
        return answer.outcome

    def _decided(self, request: ChargeRequest) -> Outcome:
        card = self.cards.by_token.get(request.method.token)
        if card is None or card.forgotten_at is not None:
            since = card.forgotten_at if card else None
            if since is None or since + IN_FLIGHT < self.clock():
                self.watcher.misused(f"a charge on a forgotten method: {request.reference}")
            self.refused.add(request.reference)
            return Refused(provider_reference=self._name("R"), code="8")
        mood = card.mood(self.clock())
        if mood is None:
            return self._take(request.reference, request.shopper_reference, request.amount, card)
        refused = self._refusal(request.reference, request.amount, mood)
        if mood.kind in ("soft", "tech") and self.weather.strikes("late_success"):
            hours = self.weather.pick("late_success").choice(CHANGES_ITS_MIND_AFTER_HOURS)
            self.later(timedelta(hours=hours), lambda: self._after_all(request, card))
        return refused

    def _after_all(self, request: ChargeRequest, card: Card) -> None:
        """What was refused is paid nonetheless."""
        self._take(request.reference, request.shopper_reference, request.amount, card)

    def _take(self, reference: str, shopper: str, amount: Money, card: Card) -> Authorised:
        payment = Payment(self._name("P"), reference, shopper, amount, self.clock())
        self.payments[payment.name] = payment
        self.note(f"provider captures {amount.minor} for {reference} as {payment.name}")
        self.watcher.captured(payment)
        self.aftermath.of(payment)
        self.tell(Notice("AUTHORISATION", payment.name, reference, amount, is_success=True))
        return Authorised(provider_reference=payment.name, method_label=card.method.label())

    def _refusal(self, reference: str, amount: Money, mood: Mood) -> Refused:
        code, advice, raw = mood.words
        name = self._name("R")
        self.refused.add(reference)
        self.note(f"provider refuses {reference} with {code} {advice or '-'} {raw or '-'}")
        told = {"merchantAdviceCode": advice, "refusalReasonRaw": raw}
        self.tell(
            Notice(
                "AUTHORISATION",
                name,
                reference,
                amount,
                is_success=False,
                reason=REASONS[code],
                extra=tuple((key, text) for key, text in told.items() if text),
            )
        )
        return Refused(provider_reference=name, code=code, advice=advice, raw=raw)

    # ---- money that goes back -----------------------------------------------------------------

    def give_back(self, provider_reference: str, *, reference: str, idempotency_key: str) -> None:
        self._answer_or_raise()
        payment = self.payments[provider_reference]
        if self._knows((payment.name, reference), idempotency_key) is not None:
            return
        payment.returned_minor += payment.amount.minor
        order = self._order((payment.name, reference), idempotency_key)
        self.note(f"provider gives {payment.name} back for {reference}")
        self.watcher.sent_back(payment)
        self.tell(
            Notice(
                "CANCEL_OR_REFUND",
                order,
                reference,
                payment.amount,
                is_success=True,
                original=payment.name,
            )
        )

    def refund(
        self, provider_reference: str, amount: Money, *, reference: str, idempotency_key: str
    ) -> str:
        self._answer_or_raise()
        payment = self.payments[provider_reference]
        asked = (payment.name, amount, reference)
        known = self._knows(asked, idempotency_key)
        if known is not None:
            return known
        order = self._order(asked, idempotency_key)
        self.note(f"provider is asked to refund {amount.minor} of {payment.name}: {reference}")
        self.aftermath.refund(payment, order, reference, amount)
        self.watcher.sent_back(payment)
        return order

    def _knows(self, asked: object, key: str) -> str | None:
        """The name of the order that was given under this key."""
        known = self._answers.get(key)
        if known is None or self.clock() >= known.at + KEY_KEPT:
            return None
        if known.request != asked:
            self.watcher.misused(f"one key, two orders: {asked}")
        return known.order

    def _order(self, asked: object, key: str) -> str:
        order = self._name("O")
        self._answers[key] = Answer(asked, self.clock(), order=order)
        return order

    def moved(
        self, kind: str, payment: Payment, minor: int, name: str, reference: str = ""
    ) -> None:
        """What became of a payment will be told by a report too."""
        moved = Movement(kind, payment, minor, name, reference, self.clock())
        self.reports.movements.append(moved)

    # ---- settlement ---------------------------------------------------------------------------

    def close_batch(self, waits: Callable[[], bool]) -> None:
        """Pay out what moved, tell it in a report, and notify that there is one.

        What `waits` is told by a later batch.
        """
        name = self.reports.close(tuple(self.payments.values()), waits, self.clock())
        if name is None:
            return
        self.note(f"provider settles {name}")
        nothing = Money(minor=0, currency="EUR")
        self.tell(Notice("REPORT_AVAILABLE", name, "", nothing, is_success=True, reason=name))

    def told_until(self) -> datetime:
        """The instant up to which reports tell every payment that came."""
        untold = [
            one.at
            for one in self.payments.values()
            if one.settled_in is None and not one.is_uncaptured
        ]
        return min(untold, default=self.clock())

    def report(self, name: str) -> str:
        self._answer_or_raise()
        text = self.reports.texts.get(name)
        if text is None:
            raise errors.NotFound(detail=name)
        return text

    # ---- stored methods -----------------------------------------------------------------------

    def stored_methods(self, shopper_reference: str) -> tuple[StoredMethod, ...]:
        self._answer_or_raise()
        return tuple(self.stored.get(shopper_reference, ()))

    def forget_method(self, shopper_reference: str, token: str) -> None:
        self._answer_or_raise()
        kept = [m for m in self.stored.get(shopper_reference, ()) if m.token != token]
        self.stored[shopper_reference] = kept
        if token in self.cards.by_token:
            self.cards.by_token[token].forgotten_at = self.clock()
        self.note(f"provider forgets {token}")

    def _keep(self, shopper: str, card: Card, outcome: Outcome) -> None:
        """Store what paid; what is stored already is stored anew."""
        if not isinstance(outcome, Authorised):
            return
        card.renewed_at = self.clock()
        stored = card.method.replace(stored_at=self.clock())
        known = self.stored.setdefault(shopper, [])
        is_new = all(one.token != stored.token for one in known)
        self.stored[shopper] = [one for one in known if one.token != stored.token] + [stored]
        event = "created" if is_new else "alreadyExisting"
        self._say_of_token(event, outcome.provider_reference, shopper, stored.token)

    def update(self, shopper: str, card: Card) -> None:
        """The scheme's updater brings a card up to date."""
        card.lives_again_at = self.clock()
        self.note(f"provider updates {card.method.token}")
        self._say_of_token("updated", self._name("U"), shopper, card.method.token)

    def disable(self, shopper: str, card: Card) -> None:
        """Its owner takes back, elsewhere, that it may be charged."""
        kept = [one for one in self.stored.get(shopper, ()) if one.token != card.method.token]
        self.stored[shopper] = kept
        card.forgotten_at = self.clock()
        self.note(f"provider disables {card.method.token}")
        self._say_of_token("disabled", self._name("U"), shopper, card.method.token)

    def _say_of_token(self, what: str, name: str, shopper: str, token: str) -> None:
        self.tell(
            Notice(
                f"recurring.token.{what}",
                name,
                "",
                Money(minor=0, currency="EUR"),
                is_success=True,
                token=token,
                shopper=shopper,
            )
        )

    # ---- the line to it -----------------------------------------------------------------------

    def clock_offset(self) -> timedelta | None:
        """Its clock is the world's; how far that of a process is off, the process knows."""
        return None

    def _is_down(self) -> bool:
        return self.weather.spell("provider_down", self.clock()) is not None

    def _answer_or_raise(self) -> None:
        if self._is_down():
            raise errors.GatewayUnavailable

    def _name(self, letter: str) -> str:
        self._count += 1
        return f"{letter}{self._count:015}"
