"""One subscription's life, lived at random: what must hold holds at every step, and at the end."""

from collections import Counter
from contextlib import suppress
from datetime import date, timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from chalicelib.application.billing.books.prove_day import prove_day
from chalicelib.application.exits.cancel_renewal import cancel_renewal, resume_renewal
from chalicelib.application.learning.entitlements import entitlements
from chalicelib.domain.billing.agenda import REPORT_PATIENCE
from chalicelib.domain.billing.books import proof as books
from chalicelib.domain.billing.due import DueState
from chalicelib.domain.billing.outcomes import Authorised, Refused
from chalicelib.domain.contract.subscription import Status
from chalicelib.domain.exits.termination import owes
from chalicelib.domain.kernel import errors
from chalicelib.domain.kernel.calendar import due_date, paris_date, period_index, start_of_day
from chalicelib.domain.kernel.ids import parse_reference
from tests.crash import How, Killed, Saboteur
from tests.examples import BOXES, Shop, an_order_form
from tests.fakes import VISA, LostReply, NoAnswer
from tests.fakes_gateway import Step
from tests.fakes_reports import Told

pytestmark = pytest.mark.property

REFUSED = Refused(code="2")
ANSWERS: st.SearchStrategy[str] = st.sampled_from(
    ["refuse", "refuse", "refuse_unheard", "pay_unheard", "lose"]
)


class Life(RuleBasedStateMachine):
    """A subscriber, a bank with moods, a process that dies, and time."""

    shop: Shop

    def __init__(self) -> None:
        super().__init__()
        self.payments = 0
        self.dark_since: tuple[int, date] | None = None
        self.dark_periods: set[int] = set()

    @initialize(
        profile=st.sampled_from(["recommended", "as_written", "strict"]),
        day=st.integers(0, 45),
        starts_at_once=st.booleans(),
    )
    def subscribe(self, profile: str, day: int, *, starts_at_once: bool) -> None:
        self.shop = Shop.under(profile)  # type: ignore[arg-type]
        self.shop.ports.clock.advance(timedelta(days=day))
        ticked = BOXES if starts_at_once else {"terms": BOXES["terms"]}
        self.shop.subscribe(an_order_form(ticked=ticked))

    @rule(days=st.integers(1, 70))
    def time_passes(self, days: int) -> None:
        """The schedule runs as it should."""
        self.shop.run_until(self.shop.ports.clock() + timedelta(days=days))

    @rule(hours=st.integers(1, 100))
    def nobody_sweeps(self, hours: int) -> None:
        """Time passes and the schedule does not."""
        self.shop.ports.clock.advance(timedelta(hours=hours))

    @rule(hours=st.integers(1, 4))
    def the_provider_is_down(self, hours: int) -> None:
        """When something is due: charges get no answer, returns are put off."""
        self.wait_until_due()
        self.shop.ports.gateway.is_down = True
        self.shop.run_until(self.shop.ports.clock() + timedelta(hours=hours))
        self.shop.ports.gateway.is_down = False

    @rule(answers=st.lists(ANSWERS, min_size=1, max_size=3), days=st.integers(0, 20))
    def the_bank_has_moods(self, answers: list[str], days: int) -> None:
        """What the next charges come to, and some of the days after."""
        self.shop.ports.gateway.script(VISA.token, *(self.step(answer) for answer in answers))
        self.wait_until_due()
        self.shop.run_until(self.shop.ports.clock() + timedelta(days=days))

    @rule(
        does=st.sampled_from(["cancel", "cancel", "undo", "both", "neither"]),
        hour=st.integers(0, 30),
    )
    def the_learner(self, does: str, hour: int) -> None:
        """Around a due date, before or after its charge."""
        if does != "neither":
            self.wait_until_due()
            self.shop.ports.clock.advance(timedelta(hours=hour))
        shop = self.shop
        if does in ("cancel", "both"):
            with suppress(errors.Refused):
                cancel_renewal(shop.subscription_id, self.customer_id, ports=shop.ports)
        if does in ("undo", "both"):
            with suppress(errors.Refused):
                resume_renewal(shop.subscription_id, self.customer_id, ports=shop.ports)

    @rule(is_told=st.booleans(), keeps_one=st.booleans())
    def the_provider_settles(self, *, is_told: bool, keeps_one: bool) -> None:
        """A batch is closed, perhaps without the last payment; the news of it may be lost."""
        gateway = self.shop.ports.gateway
        last = [capture.provider_reference for capture in gateway.captures[-1:]]
        name = gateway.close_batch(without=last if keeps_one else ())
        if name is not None and is_told:
            self.shop.tell_report(name)
            self.shop.sweep()
            self.shop.rest()

    @precondition(lambda self: self.shop.ports.gateway.news)
    @rule(which=st.integers(0, 100))
    def a_notification_comes(self, which: int) -> None:
        """Late, early, or for the second time."""
        news = self.shop.ports.gateway.news
        self.shop.notify(news[which % len(news)])

    @rule(which=st.integers(0, 100), days=st.sampled_from([0, 0, 20, 50]), is_told=st.booleans())
    def a_refused_charge_succeeds_after_all(self, which: int, days: int, *, is_told: bool) -> None:
        """The bank changes its mind, soon or late; we may hear of it then or at the end."""
        self.shop.run_until(self.shop.ports.clock() + timedelta(days=days))
        refused = [
            (due, attempt)
            for due in self.shop.dues()
            for attempt in due.attempts
            if attempt.state == "refused" and due.key.reference(attempt.number) not in self.paid
        ]
        if refused:
            due, attempt = refused[which % len(refused)]
            gateway = self.shop.ports.gateway
            gateway._note(due.key.reference(attempt.number), due.gross, self.payment())
            if is_told:
                self.shop.notify(gateway.news[-1])

    @rule(at=st.integers(0, 8), how=st.sampled_from(["kill", "lose_reply"]))
    def the_process_dies(self, at: int, how: How) -> None:
        """At any effect of a sweep and of what follows it; messages in hand are lost."""
        self.wait_until_due()
        self.shop.ports.clock.advance(timedelta(hours=6))
        with self.shop.through(Saboteur(self.shop.ports, at=at, how=how)), suppress(Killed):
            self.shop.sweep()
            self.shop.rest()

    def wait_until_due(self) -> None:
        """Move to the midnight before something is due next, or to now; nothing is swept."""
        self.shop.rest()
        at, clock = self.shop.next_due(), self.shop.ports.clock
        if at is not None:
            clock.move_to(max(clock(), start_of_day(paris_date(at))))

    def step(self, answer: str) -> Step:
        match answer:
            case "refuse":
                return REFUSED
            case "refuse_unheard":
                return LostReply(REFUSED)
            case "pay_unheard":
                return LostReply(self.payment())
            case _:
                return NoAnswer()

    def payment(self) -> Authorised:
        self.payments += 1
        return Authorised(provider_reference=f"PSPLATE{self.payments}")

    @property
    def customer_id(self) -> str:
        return self.shop.subscription().customer_id

    @property
    def paid(self) -> set[str]:
        return {capture.reference for capture in self.shop.ports.gateway.captures}

    # ---- what holds at every step ----

    @invariant()
    def each_period_is_owed_at_most_once_and_on_its_date(self) -> None:
        anchor_on = self.shop.subscription().anchor_on
        periods = [due.period for due in self.shop.dues()]
        assert periods == sorted(set(periods))
        assert all(due.from_on == due_date(anchor_on, due.period) for due in self.shop.dues())

    @invariant()
    def an_attempt_captures_at_most_once(self) -> None:
        references = Counter(capture.reference for capture in self.shop.ports.gateway.captures)
        assert max(references.values()) == 1

    @invariant()
    def the_books_balance_and_numbers_have_no_gap(self) -> None:
        store = self.shop.ports.store
        found = books.prove(store.every_book_entry(), now=self.shop.ports.clock())
        assert found.journal_minor == 0
        late = {
            *("late", "not_given_back", "not_gone", "returns_untold", "outcome_missing"),
            *("unsettled", "reports_stopped", "batch_missing", "batch_unread"),
        }
        assert [str(what) for what in found.findings if what.code not in late] == [], found

    @invariant()
    def access_follows_the_contract(self) -> None:
        subscription, now = self.shop.subscription(), self.shop.ports.clock()
        opens = bool(entitlements(subscription.customer_id, ports=self.shop.ports))
        today = paris_date(now)
        is_over = subscription.ends_on is not None and today >= subscription.ends_on
        if subscription.status in (Status.SUSPENDED, Status.ENDED) or is_over:
            assert not opens
        elif any(
            d.from_on <= today < d.to_on and d.state is DueState.PAID for d in self.shop.dues()
        ):
            assert opens

    @invariant()
    def a_month_that_starts_without_service_is_never_owed(self) -> None:
        subscription = self.shop.subscription()
        if subscription.status is Status.SUSPENDED:
            today = paris_date(self.shop.ports.clock())
            recovered = sum("PaymentRecovered" in c.events for c in self.shop.ports.store.committed)
            if self.dark_since is None or self.dark_since[0] != recovered:
                self.dark_since = recovered, today
            first = period_index(subscription.anchor_on, self.dark_since[1]) + 1
            self.dark_periods |= set(range(first, period_index(subscription.anchor_on, today) + 1))
        assert not self.dark_periods & {due.period for due in self.shop.dues()}

    # ---- and at the end ----

    def teardown(self) -> None:
        """The provider answers, every notification arrives, time passes: everything is settled."""
        if not hasattr(self, "shop"):
            return
        shop, gateway = self.shop, self.shop.ports.gateway
        gateway._script.clear()
        for news in tuple(gateway.news):
            shop.notify(news)
        shop.run_until(shop.ports.clock() + timedelta(days=2))
        for news in (*gateway.news, *gateway.news):
            shop.notify(news)
        shop.run_until(shop.ports.clock() + timedelta(hours=1))
        self.everything_is_settled()
        proof = prove_day(ports=shop.ports)
        assert proof.findings == (), proof
        assert proof.batches == len(gateway.reports)
        assert all(due.open_attempt is None for due in shop.dues() if due.state is DueState.PAID)
        for due in shop.dues():
            kept = len(gateway.captured(due.key))
            assert kept == (due.state is DueState.PAID), due
            assert due.state is not DueState.PAID or (due.mailed_at and due.number), due
            is_awake = due.agenda_at is not None and due.agenda_at > shop.ports.clock()
            assert is_awake or due.parked or due.mailed_at or due.state is DueState.LAPSED, due
        self.nothing_was_taken_after_the_end()

    def everything_is_settled(self) -> None:
        """Batches close, the last is told of, and the daily proof asks for those that were not.

        Attempts beside a paid month that no report tells are closed in the end: asking about one
        would charge it if it never arrived.
        """
        shop = self.shop
        for _ in range(3):
            shop.settle(Told("Fee", net=-1))
            shop.run_until(shop.ports.clock() + REPORT_PATIENCE + timedelta(days=3))
            prove_day(ports=shop.ports)
            shop.rest()
        shop.settle(Told("Fee", net=-1))
        shop.run_until(shop.ports.clock() + timedelta(hours=1))

    def nothing_was_taken_after_the_end(self) -> None:
        subscription = self.shop.subscription()
        for capture in self.shop.ports.gateway.captures:
            named = parse_reference(capture.reference)
            assert named is not None
            due = self.shop.ports.store.due_item(named[0])
            assert subscription.ends_on is None or due.from_on < subscription.ends_on
        if subscription.status is Status.ENDED:
            assert subscription.method is None or owes(self.shop.dues())


class TestAnyLife:
    """REN-1, REN-2, DUN-1, INV-2, PAY-5: any life of a subscription, under any profile."""

    def test_whatever_happens_the_books_are_right(self) -> None:
        """Forty steps of renewing, refusing, recovering, cancelling, dying and late news."""
        run_state_machine_as_test(Life, settings=settings(stateful_step_count=40))
