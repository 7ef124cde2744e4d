"""What may still happen to money that came: captures fail, refunds come back, banks take it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random
from typing import Protocol

from chalicelib.domain.kernel.money import Money
from tests.simulation.faults.weather import Weather
from tests.simulation.provider.money import Notice, Payment

Later = Callable[[timedelta, Callable[[], None]], None]
LIVES: tuple[tuple[str, ...], ...] = (
    ("REQUEST_FOR_INFORMATION", "INFORMATION_SUPPLIED"),
    ("NOTIFICATION_OF_CHARGEBACK", "CHARGEBACK", "DISPUTE_DEFENSE_PERIOD_ENDED"),
    ("NOTIFICATION_OF_CHARGEBACK", "CHARGEBACK", "CHARGEBACK_REVERSED"),
    ("NOTIFICATION_OF_FRAUD", "CHARGEBACK"),
    ("CHARGEBACK", "CHARGEBACK_REVERSED", "SECOND_CHARGEBACK", "PREARBITRATION_WON"),
    ("CHARGEBACK", "CHARGEBACK_REVERSED", "SECOND_CHARGEBACK", "PREARBITRATION_LOST"),
)
TAKES = {"CHARGEBACK": "Chargeback", "SECOND_CHARGEBACK": "SecondChargeback"}
GIVES = {"CHARGEBACK_REVERSED": "ChargebackReversed", "PREARBITRATION_WON": "ChargebackReversed"}
LOSES = ("DISPUTE_DEFENSE_PERIOD_ENDED", "PREARBITRATION_LOST")
FAILS_WITHIN_HOURS = 18
AFTER_ALL = 0.3
COMES_BACK = 0.4


class Listener(Protocol):
    """Who is told what becomes of money."""

    def uncaptured(self, payment: Payment) -> None: ...

    def disputed(self, payment: Payment, event: str) -> None: ...


class Ledger(Protocol):
    """Who keeps what settlement will tell."""

    def moved(
        self, kind: str, payment: Payment, minor: int, name: str, reference: str = ""
    ) -> None: ...


@dataclass
class Aftermath:
    """Chance at work on payments."""

    weather: Weather
    stream: Random
    later: Later
    tell: Callable[[Notice], None]
    note: Callable[[str], None]
    name: Callable[[str], str]
    listener: Listener
    ledger: Ledger
    _running: set[str] = field(default_factory=set)

    def of(self, payment: Payment) -> None:
        """A payment came: what will become of it, if anything."""
        if self.weather.strikes("capture_fails"):
            hours = self.stream.randint(1, FAILS_WITHIN_HOURS)
            self.later(timedelta(hours=hours), lambda: self._fails(payment))
        elif self.weather.strikes("disputed"):
            life = self.stream.choice(LIVES)
            self._next(payment, self.name("D"), life, self.stream.randint(2, 60))

    # ---- captures -----------------------------------------------------------------------------

    def _fails(self, payment: Payment) -> None:
        if payment.is_touched or self.weather.is_calm:
            return
        payment.is_uncaptured = payment.was_uncaptured = True
        self.note(f"provider cannot capture {payment.name} of {payment.reference}")
        self.listener.uncaptured(payment)
        self._say("CAPTURE_FAILED", self.name("X"), payment, payment.amount)
        if self.stream.random() < AFTER_ALL:
            days = self.stream.randint(1, 12)
            self.later(timedelta(days=days), lambda: self._comes_after_all(payment))

    def _comes_after_all(self, payment: Payment) -> None:
        if self.weather.is_calm:
            return
        payment.is_uncaptured = False
        self.note(f"provider captures {payment.name} of {payment.reference} after all")
        self._say("CAPTURE", self.name("X"), payment, payment.amount)

    # ---- disputes -----------------------------------------------------------------------------

    def _next(self, payment: Payment, name: str, life: tuple[str, ...], days: int) -> None:
        if life:
            self.later(timedelta(days=days), lambda: self._happens(payment, name, life))

    def _happens(self, payment: Payment, name: str, life: tuple[str, ...]) -> None:
        is_new = name not in self._running
        if self.weather.is_calm or (is_new and payment.is_touched):
            return
        self._running.add(name)
        event, *rest = life
        if event in TAKES:
            payment.disputed_minor = payment.amount.minor
            self.ledger.moved(TAKES[event], payment, -payment.amount.minor, name)
        elif event in GIVES:
            payment.disputed_minor = 0
            self.ledger.moved(GIVES[event], payment, payment.amount.minor, name)
        payment.is_lost = event in LOSES
        self.note(f"bank says {event} of {payment.name} of {payment.reference}")
        self.listener.disputed(payment, event)
        self._say(event, name, payment, payment.amount)
        self._next(payment, name, tuple(rest), self.stream.randint(1, 20))

    # ---- refunds ------------------------------------------------------------------------------

    def refund(self, payment: Payment, order: str, reference: str, amount: Money) -> None:
        """Send money back after a while, or fail to, or see it come back."""
        hours = self.stream.randint(1, 40)
        fails = self.weather.strikes("refund_fails")
        comes_back = fails and self.stream.random() < COMES_BACK

        def answer() -> None:
            payment.pending_minor -= amount.minor
            # what never came cannot be sent back, whoever asks before that is known
            is_sent = not payment.is_uncaptured and (not fails or comes_back)
            if is_sent:
                payment.refunded_minor += amount.minor
                self.ledger.moved("Refunded", payment, -amount.minor, order, reference)
            self.note(f"provider {'sends' if is_sent else 'turns down'} {reference}")
            self._say("REFUND", order, payment, amount, reference=reference, is_success=is_sent)
            if is_sent and comes_back:
                self.later(timedelta(days=self.stream.randint(1, 9)), back)

        def back() -> None:
            event = self.stream.choice(("REFUND_FAILED", "REFUNDED_REVERSED"))
            self.comes_back(payment, order, reference, amount, event)

        payment.pending_minor += amount.minor
        self.later(timedelta(hours=hours), answer)

    def comes_back(
        self, payment: Payment, order: str, reference: str, amount: Money, event: str
    ) -> None:
        """Money that was sent is here again."""
        payment.refunded_minor -= amount.minor
        self.ledger.moved("RefundedReversed", payment, amount.minor, order, reference)
        self.note(f"provider has {reference} back: {event}")
        self._say(event, order, payment, amount)

    def _say(
        self,
        event: str,
        name: str,
        payment: Payment,
        amount: Money,
        *,
        reference: str | None = None,
        is_success: bool = True,
    ) -> None:
        self.tell(
            Notice(
                event,
                name,
                reference or payment.reference,
                amount,
                is_success=is_success,
                original=payment.name,
            )
        )
