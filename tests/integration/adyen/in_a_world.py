"""The provider of the simulated worlds, held to the same contract as the real one."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock
from typing import TYPE_CHECKING, Any

from chalicelib.application.ports import ChargeRequest
from chalicelib.domain.billing.outcomes import Outcome
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.selling.checkout import StoredMethod
from tests.fakes import FakeClock
from tests.fakes_things import SUBSCRIPTION_ID
from tests.simulation.auditor.auditor import Auditor
from tests.simulation.faults.kinds import Fault
from tests.simulation.faults.weather import Spell, Weather
from tests.simulation.provider.cards import Card, Cards, Mood
from tests.simulation.provider.provider import Provider
from tests.simulation.world.dice import Dice

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.simulation.provider.money import Notice

SETTLES_AFTER = timedelta(hours=25)
BROUGHT = StoredMethod(
    token="TOKEN00000000001", kind="scheme", brand="visa", last_four="1111", expires="03/2035"
)


@dataclass
class Armed(Weather):
    """Weather in which exactly that goes wrong which was asked for."""

    armed: Counter[Fault] = field(default_factory=Counter)
    is_down: bool = False

    def strikes(self, kind: Fault, *, times: float = 1.0) -> bool:
        assert times > 0
        if not self.armed[kind]:
            return False
        self.armed[kind] -= 1
        return True

    def spell(self, kind: Fault, now: Any) -> Spell | None:
        return (now, now) if self.is_down and kind == "provider_down" else None


@dataclass
class Moody(Card):
    """A card that is refused as often as it was told to be, and pays then."""

    codes: list[str] = field(default_factory=list)

    def mood(self, at: Any) -> Mood | None:
        if not self.codes:
            return None
        return Mood(at, at, "soft", (self.codes.pop(), None, None))


class Guarded(Provider):
    """One question at a time, as several threads may ask."""

    lock = Lock()

    def charge(self, request: ChargeRequest) -> Outcome:
        with self.lock:
            return super().charge(request)

    def refund(
        self, provider_reference: str, amount: Money, *, reference: str, idempotency_key: str
    ) -> str:
        with self.lock:
            return super().refund(
                provider_reference, amount, reference=reference, idempotency_key=idempotency_key
            )


class InAWorld:
    """A provider that tells at once what a world would hear hours later."""

    def __init__(self, clock: FakeClock) -> None:
        """`clock` is the world's."""
        self._clock = clock
        self._weather = Armed(Dice(1), (), clock(), 1)
        self._card = Moody(BROUGHT)
        self._heard: list[Notice] = []
        self._later: list[Callable[[], None]] = []
        cards = Cards({BROUGHT.token: self._card})
        auditor = Auditor(clock, cards)
        auditor.opens(SUBSCRIPTION_ID, "recommended", at_once=True)
        self.gateway = Guarded(
            clock,
            self._weather,
            cards,
            self._heard.append,
            lambda _, act: self._later.append(act),
            lambda _: None,
            auditor,
        )

    def pay(self, session_id: str, *, accepted: bool = True) -> str:
        if not accepted:
            self._card.codes.append("2")
        result = self.gateway.pay(session_id, self._card)
        assert result is not None
        return result

    def refuse_next(self, token: str, code: str) -> None:
        assert token == BROUGHT.token
        self._card.codes.append(code)

    def lose_next_reply(self, token: str) -> None:
        assert token == BROUGHT.token
        self._weather.armed["timeout_after_capture"] += 1

    def miss_next_call(self, token: str) -> None:
        assert token == BROUGHT.token
        self._weather.armed["timeout_before_capture"] += 1

    def go_down(self) -> None:
        self._weather.is_down = True

    def close_batch(self) -> str:
        self._clock.advance(SETTLES_AFTER)
        self.gateway.close_batch(lambda: False)
        return list(self.gateway.reports.texts)[-1]

    def return_refund(self, order: str, reference: str) -> None:
        self._pass_time()
        (asked,) = [each.request for each in self.gateway._answers.values() if each.order == order]
        assert isinstance(asked, tuple)
        name, amount, known = asked
        assert known == reference
        payment = self.gateway.payments[name]
        self.gateway.aftermath.comes_back(payment, order, reference, amount, "REFUND_FAILED")

    def told(self, event: str) -> list[tuple[str, str, int]]:
        self._pass_time()
        return [
            (each.name, each.reference, each.amount.minor)
            for each in self._heard
            if each.event == event
        ]

    def captured_minor(self, reference: str) -> list[int]:
        paid = self.gateway.payments.values()
        return [each.amount.minor for each in paid if each.reference == reference]

    def returned_minor(self, reference: str) -> int:
        self._pass_time()
        paid = [each for each in self.gateway.payments.values() if each.reference == reference]
        return sum(each.returned_minor + each.refunded_minor for each in paid)

    def _pass_time(self) -> None:
        while self._later:
            self._later.pop(0)()
