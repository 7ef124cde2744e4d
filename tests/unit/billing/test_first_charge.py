"""The first charge: contract, retry, or money that goes back."""

from datetime import date

import pytest

from chalicelib.domain.billing.due import DueItem, DueState
from chalicelib.domain.billing.first_charge import conclude, send_back, settle_first
from chalicelib.domain.billing.outcomes import Authorised, Outcome, Refused, Unknown
from chalicelib.domain.billing.reversal import Reversal
from chalicelib.domain.contract.subscription import Contract, Subscription
from chalicelib.domain.kernel.change import NOTHING, Change, Insert, Replace
from chalicelib.domain.kernel.policy import policy_named
from chalicelib.domain.people.customer import BillingIdentity, Customer
from chalicelib.domain.selling.checkout import Checkout, Session, Stage
from tests.examples import paris
from tests.fakes import VISA
from tests.fakes_things import CONSENTS, a_checkout, a_customer

AT = paris(2026, 11, 7, 10)
PAID = Authorised(provider_reference="PSP1", method=VISA)


def placed(**changes: object) -> Checkout:
    order = a_checkout(
        stage=Stage.PLACED, placed_at=AT, sessions=(Session(attempt=1, opened_at=AT),)
    )
    return order.replace(**changes)


def settle(checkout: Checkout, outcome: Outcome, customer: Customer | None = None) -> Change:
    return settle_first(checkout, customer, 1, outcome, now=AT)


def inserted(change: Change) -> dict[type, list[object]]:
    found: dict[type, list[object]] = {}
    for write in change.writes:
        if isinstance(write, Insert):
            found.setdefault(type(write.entity), []).append(write.entity)
    return found


def the_checkout(change: Change) -> Checkout:
    first = change.writes[0]
    assert isinstance(first, Replace)
    assert isinstance(first.entity, Checkout)
    return first.entity


class TestPay1:
    """PAY-1: the charge on acceptance concludes the contract; a refusal leaves the order open."""

    def test_money_concludes_everything_in_one_commit(self) -> None:
        """Order, contract, subscription, account, two due items, and the names taken once."""
        change = settle(placed(), PAID)
        assert the_checkout(change).stage is Stage.PAID
        kinds = [
            type(write.entity).__name__ for write in change.writes if isinstance(write, Insert)
        ]
        assert sorted(kinds) == [
            "BillingIdentity", "Contract", "Customer", "DueItem", "DueItem", "Subscription",
            "Unique", "Unique",
        ]  # fmt: skip

    def test_the_first_month_is_paid_and_the_next_is_owed(self) -> None:
        """From the day of the order."""
        first, second = inserted(settle(placed(), PAID))[DueItem]
        assert isinstance(first, DueItem)
        assert isinstance(second, DueItem)
        assert (first.state, first.from_on) == (DueState.PAID, date(2026, 11, 7))
        assert (second.state, second.from_on) == (DueState.SCHEDULED, date(2026, 12, 7))
        assert sum(posting.minor for posting in first.postings) == 0
        assert first.attempts[0].provider_reference == "PSP1"

    def test_somebody_with_an_account_gets_no_second_one(self) -> None:
        """The contract is added to it."""
        change = settle(placed(), PAID, a_customer(subscription_ids=("old",)))
        kinds = inserted(change)
        assert Customer not in kinds
        assert BillingIdentity not in kinds
        (kept,) = [w.entity for w in change.writes if isinstance(w, Replace)
                   and isinstance(w.entity, Customer)]  # fmt: skip
        assert kept.subscription_ids == ("old", a_checkout().id)

    def test_a_method_learnt_before_the_money_is_kept(self) -> None:
        """The notification about the token may come first."""
        other = VISA.replace(token="TOKEN2")
        (subscription,) = inserted(settle(placed(method=other), PAID))[Subscription]
        assert isinstance(subscription, Subscription)
        assert subscription.method == other

    def test_a_refusal_is_noted_on_its_attempt(self) -> None:
        """The order stays placed."""
        order = the_checkout(settle(placed(), Refused(provider_reference="PSP2", code="2")))
        assert order.stage is Stage.PLACED
        assert order.session is not None
        assert (order.session.state, order.session.refusal_code) == ("refused", "2")

    @pytest.mark.parametrize("outcome", [Unknown(), Refused(code="2"), PAID])
    def test_news_that_comes_again_changes_nothing(self, outcome: Outcome) -> None:
        """Once settled, the same or a lesser word is no news."""
        order = the_checkout(settle(placed(), PAID))
        assert settle(order, outcome) is NOTHING
        assert settle(placed(), Unknown()) is NOTHING

    def test_success_after_a_refusal_concludes(self) -> None:
        """Success beats failure."""
        refused = the_checkout(settle(placed(), Refused(code="2")))
        assert the_checkout(settle(refused, PAID)).stage is Stage.PAID

    @pytest.mark.parametrize(
        ("stage", "reason"), [(Stage.PAID, "paid_twice"), (Stage.VOID, "order_void")]
    )
    def test_money_for_an_order_that_is_over_goes_back(self, stage: Stage, reason: str) -> None:
        """In full, once."""
        change = settle(placed(stage=stage), PAID)
        (back,) = inserted(change)[Reversal]
        assert isinstance(back, Reversal)
        assert (back.reason, back.gross_minor, back.period) == (reason, 2000, 0)
        assert settle(the_checkout(change), PAID) is NOTHING

    def test_money_for_a_plan_the_person_has_already_voids_the_order(self) -> None:
        """They took it by another order meanwhile."""
        change = send_back(placed(), 1, PAID, reason="already_subscribed", now=AT)
        assert (the_checkout(change).stage, the_checkout(change).agenda_at) == (Stage.VOID, None)

    @pytest.mark.parametrize("order", [a_checkout(), placed(sessions=())])
    def test_money_before_an_order_or_a_page_is_a_bug(self, order: Checkout) -> None:
        """Intent always comes first."""
        with pytest.raises(AssertionError):
            conclude(order, None, PAID, number=1, now=AT)
        with pytest.raises(AssertionError):
            settle(order, PAID)


class TestFrm1:
    """FRM-1: the contract keeps, for ever, what was accepted and under which policy."""

    def test_the_evidence_goes_into_the_contract_word_for_word(self) -> None:
        """Terms, digest, boxes, origin, and every switch in force at the order."""
        (contract,) = inserted(settle(placed(policy="strict@1"), PAID))[Contract]
        assert isinstance(contract, Contract)
        assert (contract.terms_version, contract.terms_sha256) == ("2026-09-01", "f" * 64)
        assert contract.consents == CONSENTS
        assert contract.policy == policy_named("strict@1").model_dump(mode="json")
        assert contract.concluded_at == AT


class TestWdr2:
    """WDR-2: without the box for immediate start, the paid month starts when access opens."""

    def test_the_anchor_is_the_day_after_the_right_to_withdraw_ends(self) -> None:
        """7 November: last day Monday 23, first day of service Tuesday 24."""
        (subscription,) = inserted(settle(placed(consents=CONSENTS[:1]), PAID))[Subscription]
        assert isinstance(subscription, Subscription)
        assert subscription.anchor_on == date(2026, 11, 24)
        assert not subscription.starts_at_once

    def test_asked_for_at_once_the_anchor_is_the_day_of_the_order(self) -> None:
        """Not the day on which the money was heard of."""
        late = settle_first(placed(), None, 1, PAID, now=paris(2026, 11, 8, 3))
        (subscription,) = inserted(late)[Subscription]
        assert isinstance(subscription, Subscription)
        assert subscription.anchor_on == date(2026, 11, 7)
