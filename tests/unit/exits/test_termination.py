"""Cancelling the renewal, taking it back, and the end."""

from datetime import UTC, date, datetime, timedelta

import pytest

from chalicelib.application.billing.advance import advance
from chalicelib.application.exits.cancel_renewal import cancel_renewal, resume_renewal
from chalicelib.application.learning.entitlements import entitlements
from chalicelib.application.ports import SessionNews
from chalicelib.domain.billing.agenda import shard
from chalicelib.domain.billing.due import DueState
from chalicelib.domain.billing.outcomes import Authorised, Refused
from chalicelib.domain.contract.subscription import Status
from chalicelib.domain.exits.termination import cancel, end, undo_cancellation
from chalicelib.domain.kernel import errors
from chalicelib.domain.kernel.change import NOTHING, Change, Insert, Remove, Replace
from chalicelib.domain.kernel.policy import current_policy
from chalicelib.domain.kernel.unique import live
from chalicelib.domain.learning.entitlement import SOLO
from tests.crash import Saboteur
from tests.examples import Shop, paris
from tests.fakes import OPENING, VISA, FakeClock, FakePorts
from tests.fakes_things import CUSTOMER_ID, SUBSCRIPTION_ID, a_due, a_subscription

POLICY = current_policy("recommended")


def subscribed_on(day: int = 15) -> Shop:
    """A contract concluded on that day of November 2026."""
    shop = Shop(ports=FakePorts(clock=FakeClock(paris(2026, 11, day, 10))))
    shop.subscribe()
    return shop


def cancel_at(shop: Shop, instant: datetime) -> None:
    shop.run_until(instant)
    cancel_renewal(shop.subscription_id, shop.subscription().customer_id, ports=shop.ports)


def resume_at(shop: Shop, instant: datetime) -> None:
    shop.run_until(instant)
    resume_renewal(shop.subscription_id, shop.subscription().customer_id, ports=shop.ports)


class TestRen2:
    """REN-2: received before the next start, it ends there; at or after, one more month is due."""

    @pytest.mark.parametrize(
        ("received_at", "ends_on", "charged"),
        [
            (datetime(2026, 12, 14, 22, 59, 59, tzinfo=UTC), date(2026, 12, 15), 1),
            (datetime(2026, 12, 14, 23, 0, 0, tzinfo=UTC), date(2027, 1, 15), 2),
            (datetime(2026, 11, 15, 10, 0, 0, tzinfo=UTC), date(2026, 12, 15), 1),
        ],
    )
    def test_the_instant_of_receipt_decides_to_the_second(
        self, received_at: datetime, ends_on: date, charged: int
    ) -> None:
        """15 November to 15 December: a second before midnight in Paris nothing more is owed."""
        shop = subscribed_on()
        cancel_at(shop, received_at)
        assert shop.subscription().ends_on == ends_on
        shop.run_until(paris(2027, 4, 1))
        assert shop.subscription().status is Status.ENDED
        assert len(shop.ports.gateway.captures) == charged

    def test_access_lasts_until_the_end_and_not_a_minute_longer(self) -> None:
        """No refund, and nothing taken away early."""
        shop = subscribed_on()
        cancel_at(shop, paris(2026, 11, 20))
        customer_id = shop.subscription().customer_id
        shop.run_until(paris(2026, 12, 14, 23, 59))
        assert entitlements(customer_id, ports=shop.ports) == SOLO
        shop.ports.clock.move_to(paris(2026, 12, 15))
        assert entitlements(customer_id, ports=shop.ports) == ()
        assert len(shop.ports.gateway.captured(shop.key(0))) == 1

    def test_at_the_end_the_plan_is_free_and_the_method_forgotten(self) -> None:
        """Nothing is charged on it ever again."""
        shop = subscribed_on()
        cancel_at(shop, paris(2026, 11, 20))
        shop.run_until(paris(2026, 12, 15, 1))
        ended = shop.subscription()
        assert (ended.status, ended.method, ended.agenda_at) == (Status.ENDED, None, None)
        assert shop.ports.gateway.stored_methods(shop.subscription_id) == ()
        assert shop.ports.store.unique("live", f"solo#{ended.customer_id}") is None

    def test_a_debt_keeps_the_method_until_it_is_settled(self) -> None:
        """The month begun is due, even after the end."""
        shop = subscribed_on()
        shop.ports.gateway.script(VISA.token, *[Refused(code="2")] * 4)
        cancel_at(shop, paris(2026, 12, 18))
        shop.run_until(paris(2027, 1, 15, 6))
        ended = shop.subscription()
        assert (ended.status, ended.method, ended.agenda_at) == (Status.ENDED, VISA, None)
        assert shop.ports.gateway.stored_methods(shop.subscription_id) == (VISA,)
        paid = Authorised(provider_reference="LATE000000000001")
        shop.notify(SessionNews(shop.key(1).reference(2), shop.due(1).gross, paid))
        shop.run_until(paris(2027, 1, 15, 7))
        assert shop.subscription().method is None
        assert shop.ports.gateway.stored_methods(shop.subscription_id) == ()

    def test_an_ended_contract_woken_for_its_mails_alone_sleeps_again(self) -> None:
        """Its method is forgotten already; nothing more is asked of the provider."""
        ports = FakePorts(clock=FakeClock(paris(2027, 1, 20)))
        ended = a_subscription(status=Status.ENDED, method=None, agenda_at=paris(2027, 1, 20))
        ports.store.commit(Change((Insert(ended),)))
        for entry in ports.store.due_entries(shard(ended.id), ports.clock(), 10):
            advance(entry, ports=ports)
        assert ports.store.subscription(ended.id).agenda_at is None

    def test_cancelling_twice_is_cancelling_once(self) -> None:
        """The first instant stands."""
        shop = subscribed_on()
        cancel_at(shop, paris(2026, 11, 20))
        before = shop.subscription()
        cancel_at(shop, paris(2026, 12, 1))
        assert shop.subscription() == before

    def test_taken_back_the_month_is_owed_again_on_its_date(self) -> None:
        """Contract, price and anchor stand as before."""
        shop = subscribed_on()
        cancel_at(shop, paris(2026, 11, 20))
        assert shop.due(1).state is DueState.LAPSED
        resume_at(shop, paris(2026, 12, 14, 23))
        shop.run_until(paris(2027, 1, 20))
        assert [due.state for due in shop.dues()] == [
            DueState.PAID, DueState.PAID, DueState.PAID, DueState.SCHEDULED,
        ]  # fmt: skip
        assert shop.due(2).from_on == date(2027, 1, 15)

    def test_taken_back_after_the_last_month_was_paid_the_next_is_owed(self) -> None:
        """It was never made, as the contract was ending."""
        shop = subscribed_on()
        cancel_at(shop, paris(2026, 12, 15, 1))
        shop.run_until(paris(2026, 12, 20))
        assert len(shop.dues()) == 2
        resume_at(shop, paris(2026, 12, 21))
        assert (shop.due(2).state, shop.due(2).from_on) == (DueState.SCHEDULED, date(2027, 1, 15))

    def test_taken_back_before_the_month_is_charged_it_is_charged_once(self) -> None:
        """The next month comes with the payment, as it always does."""
        shop = subscribed_on()
        cancel_at(shop, paris(2026, 12, 15, 1))
        resume_at(shop, paris(2026, 12, 15, 2))
        shop.run_until(paris(2026, 12, 16))
        assert [due.state for due in shop.dues()] == [
            DueState.PAID, DueState.PAID, DueState.SCHEDULED,
        ]  # fmt: skip
        assert not shop.replies

    def test_taken_back_while_suspended_nothing_is_owed_for_it(self) -> None:
        """The debt is what it was; the next month waits for its payment."""
        shop = subscribed_on()
        shop.ports.gateway.script(VISA.token, *[Refused(code="2")] * 4)
        cancel_at(shop, paris(2026, 12, 28))
        assert shop.subscription().status is Status.SUSPENDED
        resume_at(shop, paris(2026, 12, 29))
        assert [due.period for due in shop.dues()] == [0, 1]
        assert shop.subscription().ends_on is None

    def test_not_cancelled_there_is_nothing_to_take_back(self) -> None:
        """Nothing changes."""
        shop = subscribed_on()
        before = shop.subscription()
        resume_at(shop, paris(2026, 11, 20))
        assert shop.subscription() == before

    def test_once_ended_it_can_neither_be_cancelled_nor_taken_back(self) -> None:
        """A new contract is the way back."""
        shop = subscribed_on()
        cancel_at(shop, paris(2026, 11, 20))
        shop.run_until(paris(2026, 12, 16))
        for act in (cancel_at, resume_at):
            with pytest.raises(errors.Refused) as caught:
                act(shop, paris(2026, 12, 17))
            assert caught.value.code == "ALREADY_ENDED"

    def test_the_end_has_come_even_before_anybody_wrote_it_down(self) -> None:
        """Midnight decides, not the sweep."""
        ending = a_subscription(ends_on=date(2026, 11, 5), cancelled_at=OPENING)
        with pytest.raises(errors.Refused, match="ALREADY_ENDED"):
            undo_cancellation(ending, a_due(), policy=POLICY, now=paris(2026, 11, 5))

    @pytest.mark.parametrize(
        ("ends_on", "now"),
        [(None, paris(2027, 1, 1)), (date(2026, 12, 5), paris(2026, 12, 4, 23, 59))],
    )
    def test_a_contract_does_not_end_before_its_end(
        self, ends_on: date | None, now: datetime
    ) -> None:
        """Nor one that has none."""
        assert end(a_subscription(ends_on=ends_on), None, now=now) is NOTHING

    def test_a_contract_ends_once(self) -> None:
        """A second time changes nothing."""
        ended = a_subscription(status=Status.ENDED, ends_on=date(2026, 12, 5))
        assert end(ended, None, now=paris(2026, 12, 6)) is NOTHING

    @pytest.mark.parametrize("holder", [None, "01JDABCDEFGHJKMNPQRSTVWXY0"])
    def test_a_name_held_by_another_contract_stays_taken(self, holder: str | None) -> None:
        """Only one's own name is given free."""
        held = live("solo", CUSTOMER_ID, holder) if holder else None
        ending = a_subscription(ends_on=date(2026, 12, 5), method=None)
        change = end(ending, held, now=paris(2026, 12, 5))
        (write,) = change.writes
        assert isinstance(write, Replace)
        assert write.entity == ending.next(
            status=Status.ENDED, ended_at=paris(2026, 12, 5), agenda_at=None
        )

    def test_ones_own_name_is_given_free(self) -> None:
        """In the same commit as the end."""
        held = live("solo", CUSTOMER_ID, SUBSCRIPTION_ID)
        change = end(a_subscription(ends_on=date(2026, 12, 5)), held, now=paris(2026, 12, 5))
        assert change.writes[1] == Remove(held)

    def test_the_month_after_the_end_is_taken_off_in_the_same_commit(self) -> None:
        """What is owed before it stays."""
        now = paris(2026, 11, 5, 1)
        change = cancel(a_subscription(), a_due(1), now=now)
        assert len(change.writes) == 1
        change = cancel(a_subscription(), a_due(2), now=now)
        assert len(change.writes) == 2
        assert len(cancel(a_subscription(), None, now=now).writes) == 1

    def test_a_month_on_its_way_when_taken_back_is_left_as_it_is(self) -> None:
        """Scheduled or being charged: it brings the next one itself."""
        ending = a_subscription(ends_on=date(2026, 12, 5), cancelled_at=OPENING)
        now = paris(2026, 11, 20)
        change = undo_cancellation(ending, a_due(2), policy=POLICY, now=now)
        assert len(change.writes) == 1
        paid = a_due(1, state=DueState.PAID)
        change = undo_cancellation(ending, paid, policy=POLICY, now=now)
        assert change.writes[1] == Insert(a_due(2))


class TestRen3:
    """REN-3: cancelling needs nobody's help, takes effect at once on receipt, and is one's own."""

    def test_another_persons_contract_is_not_mine_to_end(self) -> None:
        """Neither to end nor to resume."""
        shop = subscribed_on()
        for act in (cancel_renewal, resume_renewal):
            with pytest.raises(errors.Forbidden, match="NOT_YOURS"):
                act(shop.subscription_id, "01JDABCDEFGHJKMNPQRSTVWXY0", ports=shop.ports)

    def test_an_unknown_contract_is_not_found(self) -> None:
        """Nothing is ended by mistake."""
        with pytest.raises(errors.NotFound):
            cancel_renewal("01JDABCDEFGHJKMNPQRSTVWXY0", CUSTOMER_ID, ports=FakePorts())

    def test_somebody_else_was_first_and_it_is_decided_again(self) -> None:
        """A lost race never loses the request."""
        shop = subscribed_on()
        rival = Saboteur(shop.ports, at=0, how="conflict")
        cancel_renewal(shop.subscription_id, shop.subscription().customer_id, ports=rival)
        assert rival.effects == ["store.commit", "store.commit"]
        assert shop.subscription().ends_on == date(2026, 12, 15)


class TestRen4:
    """REN-4: there is no pause; a contract runs, is behind, suspended, or over."""

    def test_no_state_is_a_pause(self) -> None:
        """Four states, and none of them stops the price for a sick leave."""
        assert {status.value for status in Status} == {"active", "past_due", "suspended", "ended"}

    def test_a_suspended_contract_can_be_cancelled(self) -> None:
        """Always possible; it ends with the month that runs."""
        shop = subscribed_on()
        shop.ports.gateway.script(VISA.token, *[Refused(code="2")] * 4)
        cancel_at(shop, paris(2026, 12, 28))
        shop.run_until(shop.ports.clock() + timedelta(days=30))
        assert shop.subscription().status is Status.ENDED
