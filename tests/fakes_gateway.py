"""A payment provider in memory: money moves at most once for a key, whatever is asked again."""

from collections import defaultdict, deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import RLock

from chalicelib.application.ports import (
    ChargeRequest,
    PaymentSession,
    SessionNews,
    SessionRequest,
)
from chalicelib.domain.billing.outcomes import Authorised, Outcome, Refused, Unknown
from chalicelib.domain.kernel import errors
from chalicelib.domain.kernel.ids import DueKey, parse_reference
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.selling.checkout import StoredMethod
from tests.fakes_reports import Told, paid_out, report_name, report_text, settled

VISA = StoredMethod(
    token="TOKEN00000000001", kind="scheme", brand="visa", last_four="1111", expires="03/2030"
)


@dataclass(frozen=True, slots=True)
class Capture:
    """Money that moved from the shopper to the platform."""

    reference: str
    provider_reference: str
    amount: Money


@dataclass(frozen=True, slots=True)
class LostReply:
    """The provider acts, and its answer never arrives."""

    outcome: Outcome


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """The call never arrived: nothing happened."""


@dataclass(frozen=True, slots=True)
class Happening:
    """What the provider tells of money after its payment, in the words of its notifications."""

    event: str
    provider_reference: str
    payment: str
    reference: str
    amount: Money
    success: bool = True
    reason: str | None = None


Step = Outcome | LostReply | NoAnswer


@dataclass(slots=True)
class Page:
    """A payment page the provider opened, and what came of it."""

    request: SessionRequest
    session: PaymentSession
    outcome: Outcome = field(default_factory=Unknown)
    result: str | None = None


@dataclass
class FakeGateway:
    """Authorises everything it was not told to answer otherwise.

    Attributes:
        captures: every movement of money, in order.
        returns: reference of a captured payment -> reference of its return.
        refunds: idempotency key -> the payment it takes from, and how much.
        orders: idempotency key of a refund or return -> what the provider calls it.
        failed_orders: those of them whose money did not go, or came back.
        uncaptured: payments whose money did not come after all.
        taken: captured payment -> what a bank holds of it in disputes.
        news: what a webhook would tell of payments, in order.
        happenings: what it would tell of everything else, in order.
        refuses_orders: whether refunds and returns are turned down.
        is_down: whether calls that may raise `GatewayUnavailable` do.
        offset: how far the provider's clock is ahead.
    """

    clock: Callable[[], datetime]
    captures: list[Capture] = field(default_factory=list)
    returns: dict[str, str] = field(default_factory=dict)
    refunds: dict[str, tuple[str, Money]] = field(default_factory=dict)
    orders: dict[str, str] = field(default_factory=dict)
    failed_orders: set[str] = field(default_factory=set)
    uncaptured: set[str] = field(default_factory=set)
    taken: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    news: list[SessionNews] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)
    refuses_orders: bool = False
    pages: dict[str, Page] = field(default_factory=dict)
    methods: dict[str, list[StoredMethod]] = field(default_factory=lambda: defaultdict(list))
    charges: list[ChargeRequest] = field(default_factory=list)
    is_down: bool = False
    reports: dict[str, str] = field(default_factory=dict)
    offset: timedelta = timedelta(0)
    _script: dict[str, deque[Step]] = field(default_factory=lambda: defaultdict(deque))
    _sessions: dict[str, Page] = field(default_factory=dict)
    _answers: dict[str, tuple[ChargeRequest, Outcome]] = field(default_factory=dict)
    _give_backs: dict[str, str] = field(default_factory=dict)
    _lock: RLock = field(default_factory=RLock)
    _settled: set[str] = field(default_factory=set)
    _gone: set[str] = field(default_factory=set)
    _carried_minor: int = 0

    def script(self, token_or_reference: str, *steps: Step) -> None:
        """What the next charges of a token, or of one reference, come to; then all is well."""
        self._script[token_or_reference].extend(steps)

    def captured(self, key: DueKey) -> tuple[Capture, ...]:
        """Every capture of one amount owed that was not given back, over all its attempts."""
        return tuple(
            capture
            for capture in self.captures
            if (parsed := parse_reference(capture.reference)) is not None
            and parsed[0] == key
            and capture.provider_reference not in self.returns
            and capture.provider_reference not in self.uncaptured
        )

    def open_session(self, request: SessionRequest) -> PaymentSession:
        self._answer_or_raise()
        with self._lock:
            known = self._sessions.get(request.idempotency_key)
            if known is None:
                number = len(self.pages) + 1
                session = PaymentSession(f"CS{number:014}", f"secret-{number}", request.expires_at)
                known = Page(request, session)
                self._sessions[request.idempotency_key] = self.pages[session.session_id] = known
            assert known.request == request, "one key, two different requests"
            return known.session

    def pay(self, session_id: str, outcome: Outcome | None = None) -> str:
        """The shopper pays on the page; the result is what the browser brings home.

        A page that took a payment takes no second one; after a refusal it can be tried again.
        """
        with self._lock:
            page = self.pages[session_id]
            assert self.clock() < page.request.expires_at, "the page has expired"
            assert not isinstance(page.outcome, Authorised), "a paid page refuses a second payment"
            page.outcome = outcome or Authorised(provider_reference=self._name("P"), method=VISA)
            page.result = f"result-{session_id}-{len(self.news)}"
            self._note(page.request.reference, page.request.amount, page.outcome)
            if isinstance(page.outcome, Authorised) and page.outcome.method is not None:
                self._keep_method(page.request.shopper_reference, page.outcome.method)
            return page.result

    def session_news(self, session_id: str, session_result: str) -> SessionNews:
        self._answer_or_raise()
        page = self.pages.get(session_id)
        if page is None or page.result is None or page.result != session_result:
            raise errors.Refused("BAD_SESSION_RESULT", session_id)
        return SessionNews(page.request.reference, page.request.amount, page.outcome)

    def charge(self, request: ChargeRequest) -> Outcome:
        with self._lock:
            self.charges.append(request)
            known = self._answers.get(request.idempotency_key)
            if known is not None:
                assert known[0] == request, "one key, two different requests"
                return Unknown() if self.is_down else known[1]
            step = Unknown() if self.is_down else self._next_step(request)
            if isinstance(step, NoAnswer | Unknown):
                return Unknown()
            outcome = step.outcome if isinstance(step, LostReply) else step
            self._answers[request.idempotency_key] = (request, outcome)
            self._note(request.reference, request.amount, outcome)
            return Unknown() if isinstance(step, LostReply) else outcome

    def give_back(self, provider_reference: str, *, reference: str, idempotency_key: str) -> None:
        self._answer_or_raise()
        with self._lock:
            known = self._give_backs.setdefault(idempotency_key, provider_reference)
            assert known == provider_reference, "one key, two different requests"
            captured = self._capture(provider_reference)
            given = self.returns.setdefault(provider_reference, reference)
            assert given == reference, "the same money goes back once"
            if idempotency_key not in self.orders:
                name = self._ordered(idempotency_key)
                self.tell("CANCEL_OR_REFUND", name, provider_reference, reference, captured.amount)

    def refund(
        self, provider_reference: str, amount: Money, *, reference: str, idempotency_key: str
    ) -> str:
        self._answer_or_raise()
        with self._lock:
            asked = (provider_reference, amount)
            known = self.refunds.setdefault(idempotency_key, asked)
            assert known == asked, "one key, two different requests"
            if idempotency_key not in self.orders:
                name = self._ordered(idempotency_key)
                captured = self._capture(provider_reference).amount.minor
                assert self.gone_minor(provider_reference) <= captured, "more than was captured"
                self.tell("REFUND", name, provider_reference, reference, amount)
            return self.orders[idempotency_key]

    def gone_minor(self, payment: str) -> int:
        """What of a captured payment went back for good, or is in a bank's hands."""
        parts = [
            amount.minor
            for key, (taken_from, amount) in self.refunds.items()
            if taken_from == payment and self.orders.get(key) not in self.failed_orders
        ]
        return sum(parts) + self.taken[payment]

    def fail_order(self, event: str, reference: str) -> None:
        """A refund that was told as done comes back; told under its payment's own reference."""
        with self._lock:
            done = next(h for h in reversed(self.happenings) if h.reference == reference)
            self.failed_orders.add(done.provider_reference)
            capture = self._capture(done.payment)
            self.tell(event, done.provider_reference, done.payment, capture.reference, done.amount)

    def fail_capture(self, payment: str) -> None:
        """The money of a payment that was told as authorised does not come."""
        with self._lock:
            capture = self._capture(payment)
            self.uncaptured.add(payment)
            name = f"C{len(self.happenings) + 1:015}"
            self.tell("CAPTURE_FAILED", name, payment, capture.reference, capture.amount)

    def dispute(
        self, event: str, payment: str, *, name: str = "DISPUTE1", minor: int | None = None
    ) -> None:
        """A bank speaks of a captured payment; its chargebacks and their reversals move money."""
        with self._lock:
            capture = self._capture(payment)
            amount = capture.amount.replace(minor=minor or capture.amount.minor)
            if event in ("CHARGEBACK", "SECOND_CHARGEBACK"):
                self.taken[payment] = amount.minor
            elif event in ("CHARGEBACK_REVERSED", "PREARBITRATION_WON"):
                self.taken[payment] = 0
            self.tell(event, name, payment, capture.reference, amount)

    def tell(self, event: str, name: str, payment: str, reference: str, amount: Money) -> None:
        """Something happened of which a webhook tells."""
        self.happenings.append(Happening(event, name, payment, reference, amount))

    def stored_methods(self, shopper_reference: str) -> tuple[StoredMethod, ...]:
        self._answer_or_raise()
        return tuple(self.methods[shopper_reference])

    def report(self, name: str) -> str:
        self._answer_or_raise()
        text = self.reports.get(name)
        if text is None:
            raise errors.NotFound(detail=name)
        return text

    def close_batch(self, *others: Told, without: Collection[str] = ()) -> str | None:
        """Settle what moved and `others`; its report's name, None when there is nothing to tell.

        What the payments `without` did waits for the next batch.
        """
        with self._lock:
            lines = [*self._came(without), *self._went(without), *others]
            if not lines:
                return None
            number = len(self.reports) + 1
            if self._carried_minor:
                lines.insert(0, Told("Balancetransfer", net=self._carried_minor))
            lines.append(Told("Fee", net=-11 * len(lines), movement="Transaction Fees"))
            whole = paid_out(lines)
            self._carried_minor = -whole[-1].net if whole[-1].kind == "Balancetransfer" else 0
            self.reports[report_name(number)] = report_text(number, whole)
            return report_name(number)

    @property
    def unsettled_count(self) -> int:
        """How many payments and returns no report told yet."""
        came = {capture.provider_reference for capture in self.captures}
        return len(came - self.uncaptured - self._settled) + len(self.returns.keys() - self._gone)

    def _came(self, without: Collection[str]) -> list[Told]:
        new = [
            capture
            for capture in self.captures
            if capture.provider_reference not in {*self.uncaptured, *self._settled, *without}
        ]
        self._settled |= {capture.provider_reference for capture in new}
        return [settled(one.reference, one.provider_reference, one.amount.minor) for one in new]

    def _went(self, without: Collection[str]) -> list[Told]:
        amounts = {capture.provider_reference: capture.amount.minor for capture in self.captures}
        new = [psp for psp in self.returns if psp not in {*self._gone, *without}]
        self._gone.update(new)
        return [
            Told(
                "Refunded",
                gross=-amounts[psp],
                net=-amounts[psp],
                payment=psp,
                reference=self.returns[psp],
                movement=f"B{psp}",
                movement_reference=self.returns[psp],
            )
            for psp in new
        ]

    def forget_method(self, shopper_reference: str, token: str) -> None:
        self._answer_or_raise()
        with self._lock:
            kept = [m for m in self.methods[shopper_reference] if m.token != token]
            self.methods[shopper_reference] = kept

    def clock_offset(self) -> timedelta | None:
        return self.offset

    def _capture(self, payment: str) -> Capture:
        found = [c for c in self.captures if c.provider_reference == payment]
        assert found, "only money that came can go back"
        return found[0]

    def _ordered(self, idempotency_key: str) -> str:
        if self.refuses_orders:
            raise errors.Refused("PROVIDER_REFUSED", "137")
        self.orders[idempotency_key] = f"M{len(self.orders) + 1:015}"
        return self.orders[idempotency_key]

    def _answer_or_raise(self) -> None:
        if self.is_down:
            raise errors.GatewayUnavailable

    def _next_step(self, request: ChargeRequest) -> Step:
        for name in (request.reference, request.method.token):
            if self._script[name]:
                return self._script[name].popleft()
        label = request.method.label()
        return Authorised(provider_reference=self._name("P"), method_label=label)

    def _note(self, reference: str, amount: Money, outcome: Outcome) -> None:
        if isinstance(outcome, Authorised):
            taken = {capture.provider_reference for capture in self.captures}
            assert outcome.provider_reference not in taken, "each payment has a name of its own"
            self.captures.append(Capture(reference, outcome.provider_reference, amount))
        if isinstance(outcome, Authorised | Refused):
            self.news.append(SessionNews(reference, amount, outcome))

    def _keep_method(self, shopper_reference: str, method: StoredMethod) -> None:
        if method not in self.methods[shopper_reference]:
            self.methods[shopper_reference].append(method)

    def _name(self, letter: str) -> str:
        return f"{letter}{len(self.captures) + 1:015}"
