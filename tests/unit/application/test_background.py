"""Background work: the agenda, numbers, papers, the stream's relay, the daily proof."""

import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import count
from threading import Event

import pytest

from chalicelib.application.billing.advance import advance
from chalicelib.application.billing.books.prove_day import prove_day
from chalicelib.application.billing.charge_due import charge_due
from chalicelib.application.billing.number_invoices import number_invoices
from chalicelib.application.billing.relay import ALARMS, PLATFORM, ROUTES, relay
from chalicelib.application.billing.work_shard import sweep, work_shard
from chalicelib.application.letters import post_letter
from chalicelib.application.papers.confirm_contract import (
    file_confirmation,
    invite,
    post_confirmation,
)
from chalicelib.application.papers.file_invoice import file_invoice
from chalicelib.application.papers.names import (
    confirmation_file,
    confirmation_record_file,
    invoice_file,
    invoice_record_file,
)
from chalicelib.application.papers.post_invoice import post_invoice
from chalicelib.application.patience import TRIES, commit_fresh
from chalicelib.application.ports import AgendaEntry, ChargeRequest, Clock, QueueName
from chalicelib.application.selling.open_payment import open_payment
from chalicelib.domain.billing.agenda import shard
from chalicelib.domain.billing.due import Attempt, DueState
from chalicelib.domain.billing.outcomes import Authorised, Outcome, Refused
from chalicelib.domain.contract.subscription import Status
from chalicelib.domain.kernel import errors
from chalicelib.domain.kernel.change import Change, Insert, Replace
from chalicelib.domain.papers.confirmation import ConfirmationRecord
from chalicelib.domain.selling.checkout import Stage
from infra.papers.samples import sample_confirmation
from tests.crash import Saboteur
from tests.examples import RETURN_URL, Shop, a_mail, paris
from tests.fakes import OPENING, VISA, FakeGateway, FakePorts, LostReply, NoAnswer
from tests.fakes_things import (
    SUBSCRIPTION_ID,
    a_due,
    a_letter,
    a_series,
    a_subscription,
    one_of_each,
)
from tests.world import in_memory

MINE = shard(SUBSCRIPTION_ID)
REMINDS_AT = paris(2030, 3, 1, 9)
"""When the sample card begins its last month."""
FREEZE = sample_confirmation(subscription_id=SUBSCRIPTION_ID)


def subscribed() -> Shop:
    shop = Shop()
    shop.subscribe()
    return shop


class SlowFirst(FakeGateway):
    """A provider whose first answer comes after `others` later ones."""

    def __init__(self, clock: Clock) -> None:
        super().__init__(clock)
        self.others, self.was_last = 0, False
        self._begun, self._ended = count(), count(1)
        self._all = Event()

    def charge(self, request: ChargeRequest) -> Outcome:
        if next(self._begun) == 0:
            self.was_last = self._all.wait(timeout=10)
            return super().charge(request)
        outcome = super().charge(request)
        if next(self._ended) == self.others:
            self._all.set()
        return outcome


def paid_but_unprocessed() -> Shop:
    """A contract just paid, while the stream stands still."""
    shop = Shop()
    shop.start()
    shop.place()
    shop.pay()
    return shop


def an_entry(kind: str = "due", **changes: object) -> AgendaEntry:
    entry = AgendaEntry(
        kind="due", subscription_id=SUBSCRIPTION_ID, due=a_due(0).key, at=FakePorts().clock()
    )
    return replace(entry, kind=kind, **changes)  # type: ignore[arg-type]


class TestRen1:
    """REN-1: each month is charged once, on its date, whatever happens on the way."""

    def test_a_year_is_thirteen_captures_and_as_many_invoices(self) -> None:
        """The next month is scheduled, the books are green."""
        shop = subscribed()
        shop.run_until(paris(2027, 10, 5, 12))
        assert [len(shop.ports.gateway.captured(shop.key(n))) for n in range(13)] == [1] * 13
        assert shop.due(12).number == "F2027-00000010"
        assert shop.due(13).state is DueState.SCHEDULED
        shop.settle()
        assert prove_day(ports=shop.ports).is_green

    def test_an_outage_of_the_sweep_is_caught_up(self) -> None:
        """Whatever is due is found, however old."""
        shop = subscribed()
        shop.ports.clock.move_to(paris(2026, 11, 9))
        shop.sweep()
        assert shop.due(1).state is DueState.PAID

    def test_the_claim_that_lost_its_race_charges_nothing(self) -> None:
        """Somebody else has it."""
        shop = subscribed()
        shop.ports.clock.move_to(paris(2026, 11, 5, 5))
        charge_due(shop.due(1), ports=Saboteur(shop.ports, at=3, how="conflict"))
        assert shop.due(1).state is DueState.SCHEDULED
        assert not shop.ports.gateway.charges

    def test_without_a_method_nothing_can_be_charged(self) -> None:
        """The provider is asked once more, then the month waits for the learner."""
        shop = subscribed()
        shop.ports.store.commit(Change((Replace(shop.subscription().next(method=None)),)))
        shop.ports.gateway.methods.clear()
        shop.ports.clock.move_to(paris(2026, 11, 5, 5))
        shop.sweep()
        assert shop.due(1).attempts[0].code == "no_method"
        assert (shop.due(1).state, shop.due(1).retry_at) == (DueState.UNPAID, None)
        assert shop.subscription().failed_tries == ()

    def test_a_lapsed_month_found_on_the_agenda_is_left(self) -> None:
        """And one that should have lapsed, lapses."""
        shop = subscribed()
        ending = shop.subscription().next(ends_on=shop.due(1).from_on)
        shop.ports.store.commit(Change((Replace(ending),)))
        for _ in range(2):
            advance(an_entry(due=shop.key(1)), ports=shop.ports)
            assert shop.due(1).state is DueState.LAPSED
        assert not shop.ports.gateway.charges


class TestPay5:
    """PAY-5: an answer that never came is asked for with the same key, and parked after a day."""

    def test_asked_again_the_provider_tells_what_it_did(self) -> None:
        """One charge, one key, one capture."""
        shop = subscribed()
        paid = Authorised(provider_reference="PSP7")
        shop.ports.gateway.script(VISA.token, LostReply(paid))
        shop.run_until(paris(2026, 11, 5, 6))
        assert shop.due(1).state is DueState.PAID
        assert len({charge.idempotency_key for charge in shop.ports.gateway.charges}) == 1

    def test_silence_for_a_day_is_parked_with_an_alarm_and_later_news_settle_it(self) -> None:
        """The service is never suspended on an open question (DUN-1)."""
        shop = subscribed()
        shop.ports.gateway.script(VISA.token, *[NoAnswer()] * 40)
        shop.run_until(paris(2026, 11, 20))
        assert (shop.due(1).parked, shop.alarms) == ("outcome_unknown", ["Parked"])
        assert shop.subscription().status is Status.ACTIVE
        shop.ports.gateway.script(VISA.token)
        request = shop.ports.gateway.charges[-1]
        shop.ports.gateway._script.clear()
        shop.ports.gateway.charge(request)
        assert shop.notify(shop.ports.gateway.news[-1]) == ("applied", "")
        assert (shop.due(1).state, shop.due(1).parked) == (DueState.PAID, None)

    def test_a_second_success_is_given_back(self) -> None:
        """Refused, paid by the retry, and then the refused one succeeds after all."""
        shop = subscribed()
        shop.ports.gateway.script(VISA.token, Refused(code="2"))
        shop.run_until(paris(2026, 11, 6, 10))
        late = replace(
            shop.ports.gateway.news[-1],
            reference=shop.key(1).reference(1),
            outcome=Authorised(provider_reference="PSPLATE"),
        )
        shop.ports.gateway._note(late.reference, shop.due(1).gross, late.outcome)
        shop.notify(late)
        shop.run_until(paris(2026, 11, 6, 11))
        assert shop.ports.gateway.returns == {"PSPLATE": shop.key(1).reference(1)}
        assert len(shop.ports.gateway.captured(shop.key(1))) == 1
        assert shop.ports.store.reversal(shop.key(1), 1).asked_at is not None

    def test_a_charge_waits_while_the_learner_is_on_a_payment_page(self) -> None:
        """Failure 15: nothing is asked of the provider, and the agenda moves on."""
        shop = subscribed()
        shop.ports.clock.move_to(paris(2026, 11, 5, 5))
        page = Attempt(number=1, opened_at=shop.ports.clock(), channel="page")
        shop.ports.store.commit(Change((Replace(shop.due(1).next(attempts=(page,))),)))
        shop.sweep()
        assert not shop.ports.gateway.charges
        assert shop.due(1).agenda_at == paris(2026, 11, 5, 6)

    def test_a_provider_that_is_down_delays_a_return(self) -> None:
        """It stays on the agenda."""
        shop = Shop()
        shop.start()
        shop.place()
        page = open_payment(shop.checkout(), return_url=RETURN_URL, ports=shop.ports)
        shop.ports.gateway.pay(page.session_id)
        shop.ports.store.commit(Change((Replace(shop.checkout().next(stage=Stage.VOID)),)))
        shop.notify(shop.ports.gateway.news[0])
        shop.ports.gateway.is_down = True
        shop.sweep()
        assert "GATEWAY_UNAVAILABLE" in shop.replies
        shop.ports.gateway.is_down = False
        shop.sweep()
        assert shop.ports.gateway.captured(shop.key(0)) == ()


class TestDun1:
    """DUN-1: refused, tried again, suspended after the days of the profile, restored by payment."""

    @pytest.mark.parametrize(
        ("profile", "days"), [("recommended", 7), ("as_written", 0), ("strict", 15)]
    )
    def test_the_day_of_suspension_is_the_profiles(self, profile: str, days: int) -> None:
        """Every try refused; the day before the service still runs, on the day it does not."""
        shop = Shop.under(profile)  # type: ignore[arg-type]
        shop.subscribe()
        shop.ports.gateway.script(VISA.token, *[Refused(code="2")] * 4)
        shop.run_until(paris(2026, 11, 5, 12) + timedelta(days=days, hours=-24))
        assert shop.subscription().status in (Status.ACTIVE, Status.PAST_DUE)
        shop.run_until(paris(2026, 11, 5, 12) + timedelta(days=days))
        assert shop.subscription().status is Status.SUSPENDED
        shop.run_until(paris(2027, 3, 1))
        assert [due.period for due in shop.dues()] == [0, 1]
        assert shop.alarms == ["Parked"]
        assert (shop.due(1).state, shop.due(1).parked) == (DueState.UNPAID, "unpaid")

    def test_a_payment_that_comes_at_last_restores_service_with_the_same_anchor(self) -> None:
        """Months without service are not billed; the next is due on its old day."""
        shop = subscribed()
        shop.ports.gateway.script(VISA.token, *[Refused(code="2")] * 4)
        shop.run_until(paris(2027, 1, 20))
        late = replace(
            shop.ports.gateway.news[-1], outcome=Authorised(provider_reference="PSPLATE")
        )
        shop.ports.gateway._note(late.reference, shop.due(1).gross, late.outcome)
        shop.notify(late)
        assert shop.subscription().status is Status.ACTIVE
        assert [due.period for due in shop.dues()] == [0, 1, 4]
        assert shop.due(4).from_on.isoformat() == "2027-02-05"
        assert shop.subscription().anchor_on.isoformat() == "2026-10-05"


class TestInv2:
    """INV-2: a paid month gets number, file and mail once, even if the stream fails."""

    def test_what_the_stream_lost_is_driven_from_state(self) -> None:
        """Number, then file, then mail; not before a quarter of an hour."""
        shop = paid_but_unprocessed()
        shop.sweep()
        assert not any(shop.ports.queues.waiting.values())
        shop.ports.clock.advance(timedelta(minutes=15))
        steps: tuple[tuple[QueueName, str], ...] = (
            ("numbering", "PeriodPaid"),
            ("documents", "InvoiceNumbered"),
            ("mail", "InvoiceFiled"),
        )
        for queue, event in steps:
            advance(an_entry(), ports=shop.ports)
            assert [m["event"] for m in shop.ports.queues.waiting[queue]] == [event]
            shop._work_queue(queue)
        assert shop.due(0).mailed_at is not None
        advance(an_entry(), ports=shop.ports)
        assert not any(shop.ports.queues.waiting.values())

    def test_a_batch_delivered_twice_is_numbered_once(self) -> None:
        """The ones that have a number keep it."""
        shop = subscribed()
        shop.run_until(paris(2026, 11, 5, 12))
        keys = (shop.key(0), shop.key(1))
        assert number_invoices(keys, ports=shop.ports) == ()
        assert number_invoices((), ports=shop.ports) == ()

    def test_a_counter_that_moved_is_read_again_six_times_at_most(self) -> None:
        """Then the batch comes again."""
        shop = paid_but_unprocessed()
        for at in (0, 1):
            rival = Saboteur(shop.ports, at=at, how="conflict")
            shop.ports.queues.waiting["numbering"].clear()
            assert number_invoices((shop.key(0),), ports=rival) in ((shop.key(0),), ())
        assert shop.due(0).number == "F2026-00000001"
        store = replace(shop.ports.store)
        store.series = lambda *_: a_series()  # type: ignore[method-assign]
        shop.run_until(paris(2026, 11, 5, 4))
        shop.ports.clock.move_to(paris(2026, 11, 5, 5))
        shop.sweep()
        with pytest.raises(errors.Conflict, match="series"):
            number_invoices((shop.key(1),), ports=shop.bundled(store=store))

    def test_a_paper_is_filed_once_and_what_lies_there_counts(self) -> None:
        """A crash between record and stamp never makes another paper."""
        shop = paid_but_unprocessed()
        number_invoices((shop.key(0),), ports=shop.ports)
        numbered = shop.due(0)
        killed = Saboteur(shop.ports, at=2, how="kill")
        with pytest.raises(BaseException, match="kill"):
            file_invoice(numbered, lambda _: b"first", ports=killed)
        file_invoice(numbered, lambda _: b"second", ports=shop.ports)
        assert shop.ports.files.get(invoice_file(numbered)) == b"first"
        filed = shop.due(0)
        file_invoice(filed, lambda _: b"third", ports=shop.ports)
        file_invoice(numbered, lambda _: b"third", ports=shop.ports)
        assert shop.due(0) == filed
        record = json.loads(shop.ports.files.get(invoice_record_file(numbered)))
        assert (record["number"], record["lines"][0]["charged"]["gross"]["minor"]) == (
            "F2026-00000001", 2000,
        )  # fmt: skip

    def test_nothing_without_a_number_is_filed(self) -> None:
        """It comes again when it has one."""
        shop = paid_but_unprocessed()
        file_invoice(shop.due(0), lambda _: b"paper", ports=shop.ports)
        assert not shop.ports.files.contents

    def test_an_invoice_is_mailed_once(self) -> None:
        """Not before it is filed; a rival that stamped first is no error."""
        shop = paid_but_unprocessed()
        post_invoice(shop.key(0), "e", lambda _, c: a_mail(c.email), ports=shop.ports)
        assert not shop.ports.post.letters
        shop.rest()
        before = len(shop.ports.post.letters)
        post_invoice(shop.key(0), "e", lambda _, c: a_mail(c.email), ports=shop.ports)
        assert len(shop.ports.post.letters) == before
        stale = replace(shop.ports.store)
        unmailed = shop.due(0).replace(mailed_at=None)
        stale.due_item = lambda *_, **__: unmailed  # type: ignore[method-assign]
        world = shop.bundled(store=stale)
        post_invoice(shop.key(0), "e", lambda _, c: a_mail(c.email), ports=world)
        assert shop.due(0).mailed_at is not None

    def test_the_proof_of_the_day_is_kept(self) -> None:
        """In a file of its own."""
        shop = subscribed()
        assert prove_day(ports=shop.ports).is_green
        (name,) = [name for name in shop.ports.files.contents if name.startswith("proofs/")]
        assert name.startswith("proofs/2026-10-05/")
        assert json.loads(shop.ports.files.get(name))["numbers"] == 1


class TestFrm4:
    """FRM-4: confirmation first, on a durable medium; only then access, and the link to it."""

    def test_the_stream_may_fail_and_the_confirmation_still_goes_out(self) -> None:
        """Filed, mailed, invited: each is asked for again from state."""
        shop = paid_but_unprocessed()
        steps: tuple[tuple[QueueName, str], ...] = (
            ("documents", "SubscriptionConcluded"),
            ("mail", "ConfirmationFiled"),
            ("mail", "ConfirmationSent"),
        )
        for queue, event in steps:
            shop.ports.clock.advance(timedelta(minutes=15))
            advance(an_entry("subscription", due=None), ports=shop.ports)
            assert [m["event"] for m in shop.ports.queues.waiting[queue]] == [event]
            shop._work_queue(queue)
        done = shop.subscription()
        assert done.confirmed_at is not None
        assert done.invited_at is not None
        assert done.agenda_at == REMINDS_AT
        advance(an_entry("subscription", due=None), ports=shop.ports)
        assert shop.subscription() == done

    def test_a_contract_woken_before_its_time_sleeps_on(self) -> None:
        """Its papers have a quarter of an hour to come by themselves."""
        shop = paid_but_unprocessed()
        before = shop.subscription()
        advance(an_entry("subscription", due=None), ports=shop.ports)
        assert shop.subscription() == before

    def test_a_contract_without_method_asks_for_it_when_it_wakes(self) -> None:
        """And goes on asking until it is there, without sending anything twice."""
        shop = subscribed()
        now = shop.ports.clock()
        bare = shop.subscription().next(method=None, agenda_at=now)
        shop.ports.store.commit(Change((Replace(bare),)))
        known = shop.ports.gateway.methods.pop(SUBSCRIPTION_ID)
        advance(an_entry("subscription", due=None), ports=shop.ports)
        assert shop.subscription().agenda_at == now + timedelta(minutes=15)
        shop.ports.gateway.methods[SUBSCRIPTION_ID] = known
        shop.ports.clock.advance(timedelta(minutes=15))
        advance(an_entry("subscription", due=None), ports=shop.ports)
        assert (shop.subscription().method, shop.subscription().agenda_at) == (VISA, REMINDS_AT)

    def test_an_ending_contract_still_gets_its_papers(self) -> None:
        """The end comes after them."""
        shop = paid_but_unprocessed()
        ending = shop.subscription().next(ends_on=shop.due(1).from_on)
        shop.ports.store.commit(Change((Replace(ending),)))
        shop.ports.clock.advance(timedelta(minutes=15))
        advance(an_entry("subscription", due=None), ports=shop.ports)
        assert shop.ports.queues.waiting["documents"]

    def test_an_ended_contract_without_method_has_nothing_to_forget(self) -> None:
        """Nobody is asked."""
        shop = subscribed()
        ended = shop.subscription().next(status=Status.ENDED, method=None, agenda_at=None)
        shop.ports.store.commit(Change((Replace(ended),)))
        shop.ports.gateway.is_down = True
        advance(an_entry("subscription", due=None), ports=shop.ports)
        assert shop.subscription() == ended

    def test_the_confirmation_is_frozen_rendered_and_filed_once(self) -> None:
        """What was frozen first is what is printed."""
        shop = paid_but_unprocessed()
        killed = Saboteur(shop.ports, at=1, how="kill")
        with pytest.raises(BaseException, match="kill"):
            file_confirmation(SUBSCRIPTION_ID, self.freeze, lambda _: b"pdf", ports=killed)
        other = FREEZE.replace(plan_name="Another")
        rendered: list[ConfirmationRecord] = []

        def render(record: ConfirmationRecord) -> bytes:
            rendered.append(record)
            return b"pdf"

        killed = Saboteur(shop.ports, at=2, how="kill")
        with pytest.raises(BaseException, match="kill"):
            file_confirmation(SUBSCRIPTION_ID, lambda *_: other, render, ports=killed)
        for _ in range(2):
            file_confirmation(SUBSCRIPTION_ID, lambda *_: other, lambda _: b"2", ports=shop.ports)
        assert rendered == [FREEZE]
        assert shop.ports.files.get(confirmation_file(SUBSCRIPTION_ID)) == b"pdf"
        assert confirmation_record_file(SUBSCRIPTION_ID) in shop.ports.files.contents

    def test_two_workers_at_once_confirm_and_invite_once(self) -> None:
        """Whoever is second finds it done."""
        shop = paid_but_unprocessed()
        self.overtaken("confirmation_sha256", "d" * 64, shop)
        file_confirmation(SUBSCRIPTION_ID, self.freeze, lambda _: b"pdf", ports=self.world)
        assert shop.subscription().confirmation_sha256 == "d" * 64
        shop.ports.files.put_once(confirmation_file(SUBSCRIPTION_ID), b"pdf", "application/pdf")
        self.overtaken("confirmed_at", shop.ports.clock(), shop)
        post_confirmation(SUBSCRIPTION_ID, "e1", lambda *_: a_mail(), ports=self.world)
        self.overtaken("invited_at", shop.ports.clock(), shop)
        invite(SUBSCRIPTION_ID, "e2", lambda *_: a_mail(), ports=self.world)
        assert not shop.ports.store.letter_was_sent(SUBSCRIPTION_ID, "e1")
        for _ in range(2):
            post_confirmation(SUBSCRIPTION_ID, "e3", lambda *_: a_mail(), ports=shop.ports)
            invite(SUBSCRIPTION_ID, "e4", lambda *_: a_mail(), ports=shop.ports)
        assert len(shop.ports.post.letters) == 2

    def freeze(self, *_: object) -> ConfirmationRecord:
        return FREEZE

    def overtaken(self, fact: str, value: object, shop: Shop) -> None:
        """From now on, another worker writes `fact` just before the next commit."""
        store = replace(shop.ports.store)
        reads: list[int] = []

        def subscription(subscription_id: str, *, fresh: bool = False) -> object:
            reads.append(1)
            if len(reads) == 2:
                done = shop.subscription().next(**{fact: value})
                shop.ports.store.commit(Change((Replace(done),)))
            return shop.subscription()

        store.subscription = subscription  # type: ignore[method-assign,assignment]
        self.world = shop.bundled(store=store)

    def test_a_letter_on_record_is_not_sent_again(self) -> None:
        """The event that asked for it names it."""
        ports = FakePorts()
        for _ in range(2):
            post_letter(a_mail(), SUBSCRIPTION_ID, "event", ports=ports)
        assert len(ports.post.letters) == 1
        assert ports.post.letters[0].tags == {"template": "sample", "subscription": SUBSCRIPTION_ID}
        assert ports.store.letter_was_sent(SUBSCRIPTION_ID, "event")
        assert a_letter().event_id != "event"


class TestWork:
    """Every due item ends done, scheduled or parked; one failure stops nobody else."""

    def test_the_schedule_asks_for_every_shard(self) -> None:
        """Sixteen messages, whatever the hour."""
        ports = FakePorts()
        assert sweep(ports=ports) == 16
        assert [m["shard"] for m in ports.queues.waiting["agenda"]] == list(range(16))

    def test_one_failure_leaves_the_others_done(self) -> None:
        """An expected error tells its code, a defect its kind; both stay for the next sweep."""
        shop = subscribed()
        now = shop.ports.clock()
        stray = a_due(7, subscription_id=SUBSCRIPTION_ID, agenda_at=now, state=DueState.PAID)
        shop.ports.store.commit(Change((Insert(stray),)))
        orphan = a_subscription(id="01JDABCDEFGHJKMNPQRSTVWXY0", agenda_at=now, method=None)
        shop.ports.store.commit(Change((Insert(orphan),)))
        shop.ports.gateway.is_down = True
        done = [
            work_shard(number, has_time=lambda: True, ports=shop.ports, at_once=1)
            for number in range(16)
        ]
        failed = [problem for worked in done for problem in worked.failed]
        assert sorted(problem.rpartition(" ")[2] for problem in failed) == [
            "AssertionError", "GATEWAY_UNAVAILABLE",
        ]  # fmt: skip
        assert sum(worked.done for worked in done) == 2

    def test_out_of_time_the_rest_is_left(self) -> None:
        """And counted, so that it is asked for again."""
        shop = paid_but_unprocessed()
        worked = work_shard(MINE, has_time=lambda: False, ports=shop.ports)
        assert (worked.done, worked.left) == (0, 1)
        worked = work_shard(MINE, has_time=lambda: True, ports=shop.ports)
        assert (worked.done, worked.left, worked.failed) == (1, 0, ())

    def test_a_charge_that_takes_long_holds_back_nobody_else(self) -> None:
        """Two threads: while one waits for its answer, the other does all the rest."""
        world = in_memory()
        world.fakes.gateway = slow = SlowFirst(world.fakes.clock)
        shops = [world.subscribe(f"buyer{number}") for number in range(40)]
        shards = Counter(shard(each) for each in shops)
        ((crowded, people),) = shards.most_common(1)
        world.move_to_next_due(shops[0])
        slow.others = people - 1
        worked = work_shard(crowded, has_time=lambda: True, ports=world.ports, at_once=2)
        assert (worked.done, worked.failed) == (people, ())
        assert slow.was_last

    def test_a_lost_race_is_decided_again_four_times_at_most(self) -> None:
        """Then it is somebody else's turn to try."""
        ports, tried = FakePorts(), []

        def decide(lost: int) -> Change:
            tried.append(lost)
            return Change((Replace(a_subscription(version=9)),))

        with pytest.raises(errors.Conflict):
            commit_fresh(ports.store, decide)
        assert tried == list(range(TRIES))

    def test_the_fourth_try_may_still_win(self) -> None:
        """Three rivals were first."""
        ports = FakePorts()
        ports.store.commit(Change((Insert(a_subscription()),)))

        def decide(lost: int) -> Change:
            return Change((Replace(a_subscription(version=2 if lost == TRIES - 1 else 9)),))

        assert commit_fresh(ports.store, decide) == decide(TRIES - 1)

    def test_a_checkout_on_the_agenda_waits_for_its_money(self) -> None:
        """Reminded when its hour has come."""
        shop = Shop()
        shop.start()
        shop.place()
        shop.ports.clock.advance(timedelta(hours=1))
        advance(an_entry("checkout", due=None), ports=shop.ports)
        assert shop.checkout().reminded_at == shop.ports.clock()


class TestRelay:
    """An event goes where its name says, with the thing inside; an unknown one goes nowhere."""

    @pytest.mark.parametrize(("event", "queue"), sorted(ROUTES.items()))
    def test_each_event_has_one_queue(self, event: str, queue: str) -> None:
        """And arrives there once for each time it happened."""
        ports = FakePorts()
        assert relay(a_due(), (event, "Unheard"), ports=ports) == ()
        filled = {name: len(waiting) for name, waiting in ports.queues.waiting.items() if waiting}
        assert filled == {queue: 1}
        assert not ports.bus.published

    def test_news_for_the_platform_go_to_the_bus_and_alarms_come_back(self) -> None:
        """Neither is a queue's."""
        ports = FakePorts()
        assert relay(a_due(), (*PLATFORM, *ALARMS), ports=ports) == ALARMS
        assert [news["event"] for news in ports.bus.published] == list(PLATFORM)
        assert not any(ports.queues.waiting.values())

    def test_what_bears_no_event_sends_nothing(self) -> None:
        """Whatever kind of thing it is."""
        ports = FakePorts()
        for thing in one_of_each():
            assert relay(thing, (), ports=ports) == ()
        assert not ports.bus.published

    def test_a_paid_item_with_an_open_attempt_still_gets_its_papers(self) -> None:
        """The question is left to notifications, the papers are not."""
        shop = paid_but_unprocessed()
        due = shop.due(0)
        both = due.next(attempts=(*due.attempts, Attempt(number=2, opened_at=OPENING)))
        shop.ports.store.commit(Change((Replace(both),)))
        shop.ports.clock.advance(timedelta(minutes=15))
        advance(an_entry(), ports=shop.ports)
        assert shop.ports.queues.waiting["numbering"]
