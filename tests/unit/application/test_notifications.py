"""What the provider notifies, and what comes back from its page."""

import json
from collections import defaultdict
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.application.billing.apply_notification import apply_notification
from chalicelib.application.billing.learn_method import learn_method
from chalicelib.application.billing.settle_due import settle_due
from chalicelib.application.billing.settle_first_charge import report_session
from chalicelib.application.ports import PaymentSession, SessionNews
from chalicelib.application.selling.open_payment import open_payment
from chalicelib.domain.billing.due import DueState
from chalicelib.domain.billing.outcomes import Authorised, Outcome, Refused, Unknown
from chalicelib.domain.kernel import errors
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.selling.checkout import Stage
from tests.crash import Saboteur
from tests.examples import RETURN_URL, Shop, paris
from tests.fakes import VISA, LostReply

OTHER_ID = "01JDABCDEFGHJKMNPQRSTVWXY0"
PRICE = Money(minor=2000, currency="EUR")


def placed() -> tuple[Shop, PaymentSession]:
    """An order with its payment page open."""
    shop = Shop()
    shop.start()
    shop.place()
    session = open_payment(shop.checkout(), return_url=RETURN_URL, ports=shop.ports)
    return shop, session


def renewing() -> Shop:
    """A contract whose first renewal was authorised, while the answer was lost."""
    shop = Shop()
    shop.subscribe()
    shop.ports.gateway.script(VISA.token, LostReply(Authorised(provider_reference="PSP7")))
    shop.run_until(paris(2026, 11, 5, 5))
    return shop


def a_token_event(**changes: Any) -> bytes:
    content = {
        "merchantAccount": "ClairiereECOM",
        "shopperReference": Shop().subscription_id,
        "storedPaymentMethodId": VISA.token,
    }
    event = {"type": "recurring.token.created", "data": content | changes.pop("data", {})}
    return json.dumps(event | changes).encode()


class TestPay5:
    """PAY-5: a notification is believed where it fits what we asked for; repeats change nothing."""

    def test_the_money_of_an_order_concludes_it(self) -> None:
        """Even when the buyer never comes back from the page."""
        shop, session = placed()
        shop.ports.gateway.pay(session.session_id)
        (news,) = shop.ports.gateway.news
        assert shop.notify(news) == ("applied", "")
        assert shop.checkout().stage is Stage.PAID
        before = len(shop.ports.store.committed)
        assert shop.notify(news) == ("applied", "")
        assert len(shop.ports.store.committed) == before

    def test_the_money_of_a_renewal_pays_it(self) -> None:
        """Its answer was lost; the notification brings it."""
        shop = renewing()
        assert shop.due(1).state is DueState.CHARGING
        for _ in range(2):
            assert shop.notify(shop.ports.gateway.news[-1]) == ("applied", "")
            assert shop.due(1).state is DueState.PAID
        shop.run_until(paris(2026, 11, 6))
        assert len(shop.ports.gateway.captured(shop.key(1))) == 1

    @pytest.mark.parametrize(
        ("told", "label"),
        [
            ({"paymentMethod": "mc", "additionalData": {"cardSummary": "5454"}},
             "Mastercard •••• 5454"),
            ({"paymentMethod": "visa", "additionalData": {"cardSummary": "٢٣٤٥"}}, "Visa"),
            ({"paymentMethod": "sepadirectdebit"}, VISA.label()),
            ({"paymentMethod": "paypal", "additionalData": {"cardSummary": "54<b>"}}, "PayPal"),
            ({"paymentMethod": "<b>"}, VISA.label()),
            ({"paymentMethod": 7, "additionalData": [1]}, VISA.label()),
        ],
    )  # fmt: skip
    def test_it_names_what_paid_in_words_of_the_expected_shape(
        self, told: dict[str, Any], label: str
    ) -> None:
        """Else what was charged keeps its name; unsigned words make nothing a direct debit."""
        shop = renewing()
        shop.notify(shop.ports.gateway.news[-1], **told)
        assert (shop.due(1).state, shop.due(1).method_label) == (DueState.PAID, label)
        assert not shop.due(1).is_direct_debit

    def test_an_order_that_it_alone_concludes_names_what_paid(self) -> None:
        """FRM-4: the buyer never came back, and the first invoice says how it was paid."""
        shop, session = placed()
        shop.ports.gateway.pay(session.session_id)
        told = {"paymentMethod": "mc", "additionalData": {"cardSummary": "5454"}}
        shop.notify(shop.ports.gateway.news[0], **told)
        assert shop.due(0).method_label == "Mastercard •••• 5454"

    def test_a_refusal_is_applied_like_an_answer(self) -> None:
        """Its reason is that it was notified."""
        shop = renewing()
        news = replace(shop.ports.gateway.news[-1], outcome=Refused(code="2"))
        assert shop.notify(news) == ("applied", "")
        assert shop.due(1).attempts[0].code == "notified"

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"eventCode": "SOMETHING_NEW"}, "an event nobody here knows"),
            ({"merchantReference": "order-7"}, "not one of our references"),
            ({"amount": {"value": 1, "currency": "EUR"}}, "another amount"),
            ({"amount": {"value": 2000, "currency": "EURO"}}, "another amount"),
            ({"amount": {"value": "2000", "currency": "EUR"}}, "another amount"),
            ({"amount": None}, "another amount"),
            ({"merchantReference": f"{OTHER_ID}.0001.1.1"}, "NOT_FOUND"),
            ({"merchantReference": f"{OTHER_ID}.0000.1.1"}, "NOT_FOUND"),
            ({"merchantReference": f"{Shop().subscription_id}.0001.1.9"}, "UNKNOWN_ATTEMPT"),
            ({"merchantReference": f"{Shop().subscription_id}.0000.1.8"}, "UNKNOWN_ATTEMPT"),
            ({"merchantReference": f"{Shop().subscription_id}.0000.1.9"}, "UNKNOWN_ATTEMPT"),
        ],
    )
    def test_what_does_not_fit_is_set_aside(self, changes: dict[str, Any], reason: str) -> None:
        """With its reason; its money is shown to a person, once, and nothing else is written."""
        shop = renewing()
        before = len(shop.ports.store.committed)
        for _ in range(2):
            assert shop.notify(shop.ports.gateway.news[-1], **changes) == ("set_aside", reason)
        (fact,) = shop.ports.store.every_unplaced_money()
        assert (fact.reason, fact.parked) == (reason, "unplaced")
        assert len(shop.ports.store.committed) == before + 1
        shop.rest()
        assert shop.alarms == ["Parked"]

    @pytest.mark.parametrize(
        "changes",
        [
            {"merchantAccountCode": "Elsewhere"},
            {"merchantReference": "order-7", "success": "false"},
            {"merchantReference": "order-7", "amount": {"value": 0, "currency": "EUR"}},
            {"eventCode": "OFFER_CLOSED"},
        ],
    )
    def test_what_is_not_ours_or_no_money_alarms_nobody(self, changes: dict[str, Any]) -> None:
        """Another merchant's, a refusal, a verification, an event that others tell better."""
        shop = renewing()
        before = len(shop.ports.store.committed)
        disposition, reason = shop.notify(shop.ports.gateway.news[-1], **changes)
        assert (disposition, bool(reason)) == ("set_aside", True)
        assert len(shop.ports.store.committed) == before

    def test_an_order_is_not_concluded_by_another_amount(self) -> None:
        """One cent short is another payment."""
        shop, session = placed()
        shop.ports.gateway.pay(session.session_id)
        short = {"value": 1999, "currency": "EUR"}
        (news,) = shop.ports.gateway.news
        assert shop.notify(news, amount=short) == ("set_aside", "another amount")
        assert shop.checkout().stage is Stage.PLACED

    def test_a_race_with_the_sweep_is_decided_again_and_in_the_end_comes_back(self) -> None:
        """Once lost it is tried again; four times lost it is delivered again."""
        shop = renewing()
        outcome = Authorised(provider_reference="PSP7")
        rival = Saboteur(shop.ports, at=0, how="conflict")
        settle_due(shop.key(1), 1, outcome, now=rival.clock(), ports=rival)
        assert shop.due(1).state is DueState.PAID

    def test_an_attempt_that_was_never_opened_is_refused(self) -> None:
        """Looked for twice, the second time consistently."""
        shop = renewing()
        with pytest.raises(errors.Refused, match="UNKNOWN_ATTEMPT"):
            settle_due(shop.key(1), 9, Unknown(), now=shop.ports.clock(), ports=shop.ports)

    def test_a_stored_method_is_learnt_from_the_provider_itself(self) -> None:
        """The notification only says that there is something to ask."""
        shop, session = placed()
        shop.ports.gateway.pay(session.session_id)
        now = shop.ports.clock()
        for _ in range(2):
            assert apply_notification(a_token_event(), now=now, ports=shop.ports) == ("applied", "")
        assert shop.checkout().method == VISA
        assert shop.checkout().version == 3
        assert shop.notify(shop.ports.gateway.news[0]) == ("applied", "")
        other = VISA.replace(token="TOKEN2")
        shop.ports.gateway.methods[shop.subscription_id].append(other)
        event = a_token_event(data={"storedPaymentMethodId": "TOKEN2"})
        for _ in range(2):
            assert apply_notification(event, now=now, ports=shop.ports) == ("applied", "")
        assert shop.subscription().method == other

    def test_a_token_event_without_a_token_is_set_aside(self) -> None:
        """Signed, and still of no use."""
        event = json.dumps({"type": "recurring.token.created", "data": []}).encode()
        ports = Shop().ports
        told = apply_notification(event, now=ports.clock(), ports=ports)
        assert told == ("set_aside", "no token in it")

    def test_a_refusal_is_told_in_words_and_codes(self) -> None:
        """What is unsigned can only make us more careful."""
        shop = Shop()
        shop.subscribe()
        shop.ports.gateway.script(VISA.token, LostReply(Refused(code="2")))
        shop.run_until(paris(2026, 11, 5, 5))
        told = {"reason": "Not enough balance", "additionalData": {"refusalReasonRaw": "04 : x"}}
        shop.notify(shop.ports.gateway.news[-1], **told)
        (refused,) = shop.due(1).attempts
        assert (refused.state, refused.code, refused.kind) == ("refused", "12", "stop")

    @pytest.mark.parametrize(
        ("changes", "reason"),
        [
            ({"type": "recurring.token.lost"}, "event recurring.token.lost"),
            ({"type": "recurring.token.created", "data": {"merchantAccount": "x"}},
             "another merchant"),
            ({"data": {"shopperReference": "somebody"}}, "not one of our shoppers"),
            ({"data": {"storedPaymentMethodId": "forged"}},
             "the provider does not know this token"),
        ],
    )  # fmt: skip
    def test_a_token_that_does_not_fit_is_set_aside(
        self, changes: dict[str, Any], reason: str
    ) -> None:
        """A forged one is not known to the provider."""
        shop, session = placed()
        shop.ports.gateway.pay(session.session_id)
        event = a_token_event(**changes)
        assert apply_notification(event, now=shop.ports.clock(), ports=shop.ports) == (
            "set_aside", reason,
        )  # fmt: skip

    def test_a_token_of_nobodys_contract_is_set_aside(self) -> None:
        """The provider knows it, we do not."""
        shop, _ = placed()
        shop.ports.gateway.methods[OTHER_ID].append(VISA)
        event = a_token_event(data={"shopperReference": OTHER_ID})
        answer = apply_notification(event, now=shop.ports.clock(), ports=shop.ports)
        assert answer == ("set_aside", "NOT_FOUND")

    def test_without_a_stored_method_there_is_nothing_to_learn(self) -> None:
        """The provider is asked again later."""
        shop, _ = placed()
        assert learn_method(shop.subscription_id, ports=shop.ports) is None


class TestPay1:
    """PAY-1: what the page brings home is checked with the provider first."""

    def test_a_result_that_is_forged_concludes_nothing(self) -> None:
        """The provider knows no such result."""
        shop, session = placed()
        with pytest.raises(errors.Refused, match="BAD_SESSION_RESULT"):
            report_session(shop.subscription_id, session.session_id, "forged", ports=shop.ports)
        assert shop.checkout().stage is Stage.PLACED

    def test_somebody_elses_payment_does_not_pay_my_order(self) -> None:
        """The provider's answer must name this very order."""
        shop, session = placed()
        result = shop.ports.gateway.pay(session.session_id)
        with pytest.raises(errors.Refused, match="BAD_SESSION_RESULT"):
            report_session(OTHER_ID, session.session_id, result, ports=shop.ports)

    @pytest.mark.parametrize(
        "news",
        [
            SessionNews("order-7", PRICE, Unknown()),
            SessionNews(f"{Shop().subscription_id}.0001.1.1", PRICE, Unknown()),
            SessionNews(
                f"{Shop().subscription_id}.0000.1.1", Money(minor=1, currency="EUR"), Unknown()
            ),
        ],
    )
    def test_an_answer_about_something_else_concludes_nothing(self, news: SessionNews) -> None:
        """Another reference, a renewal, another amount."""
        shop, _ = placed()
        gateway = replace(shop.ports.gateway)
        gateway.session_news = lambda session_id, session_result: news  # type: ignore[method-assign]
        with pytest.raises(errors.Refused, match="BAD_SESSION_RESULT"):
            report_session(
                shop.subscription_id, "CS1", "result", ports=shop.bundled(gateway=gateway)
            )

    def test_an_answer_without_an_amount_is_believed_for_its_reference(self) -> None:
        """A page not finished names none."""
        shop, _ = placed()
        gateway = replace(shop.ports.gateway)
        news = SessionNews(f"{shop.subscription_id}.0000.1.1", None, Unknown())
        gateway.session_news = lambda session_id, session_result: news  # type: ignore[method-assign]
        report_session(shop.subscription_id, "CS1", "result", ports=shop.bundled(gateway=gateway))
        assert shop.checkout().stage is Stage.PLACED


class TestFrm4:
    """FRM-4: the confirmation leaves at once, and names what paid."""

    UNNAMED = Authorised(provider_reference="PSP1")

    def report(self, outcome: Outcome, **world: Any) -> Shop:
        """Come back from a page whose answer does not name the method."""
        shop, session = placed()
        shop.ports.gateway.pay(session.session_id)
        gateway = replace(shop.ports.gateway, **world)
        news = SessionNews(f"{shop.subscription_id}.0000.1.1", PRICE, outcome)
        gateway.session_news = lambda session_id, session_result: news  # type: ignore[method-assign]
        ports = shop.bundled(gateway=gateway)
        report_session(shop.subscription_id, session.session_id, "result", ports=ports)
        return shop

    def test_a_method_the_answer_does_not_name_is_asked_for(self) -> None:
        """The provider stored it with the payment."""
        shop = self.report(self.UNNAMED)
        assert shop.subscription().method == VISA
        assert shop.due(0).method_label == VISA.label()

    @pytest.mark.parametrize("world", [{"is_down": True}, {"methods": defaultdict(list)}])
    def test_a_provider_that_cannot_tell_yet_delays_nothing(self, world: dict[str, Any]) -> None:
        """The contract is concluded; its notification names the method later."""
        shop = self.report(self.UNNAMED, **world)
        assert shop.checkout().stage is Stage.PAID
        assert shop.subscription().method is None

    def test_a_refusal_has_no_method_to_ask_for(self) -> None:
        """The order stays open."""
        assert self.report(Refused(code="2")).checkout().stage is Stage.PLACED


class TestDef1:
    """DEF-1: two orders paid by one new person are one account, and one Solo."""

    def test_the_second_order_of_a_person_goes_back(self) -> None:
        """Two tabs, two payments: one contract."""
        shop, first = placed()
        shop.subscription_id = OTHER_ID
        shop.start()
        shop.place()
        second = open_payment(shop.checkout(), return_url=RETURN_URL, ports=shop.ports)
        for session in (first, second):
            shop.ports.gateway.pay(session.session_id)
        for news in shop.ports.gateway.news:
            assert shop.notify(news) == ("applied", "")
        assert shop.checkout().stage is Stage.VOID
        shop.run_until(shop.ports.clock())
        shop.sweep()
        assert shop.ports.gateway.captured(shop.key(0)) == ()
        shop.subscription_id = Shop().subscription_id
        assert shop.checkout().stage is Stage.PAID
        assert shop.customer().subscription_ids == (shop.subscription_id,)
