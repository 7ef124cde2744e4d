"""What a gateway promises, in memory and over the wire."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from chalicelib.domain.billing.books.report import batch_of, read_report
from chalicelib.domain.billing.outcomes import Authorised, Refused, Unknown
from chalicelib.domain.kernel import errors
from chalicelib.domain.kernel.ids import RefundKey
from chalicelib.domain.kernel.money import Money
from tests.fakes import FACTS
from tests.fakes_things import SUBSCRIPTION_ID
from tests.integration.adyen.conftest import (
    FIRST,
    KEY,
    PRICE,
    charge_request,
    session_request,
    stored,
)
from tests.integration.adyen.providers import Provider

FIRST_RENEWAL = KEY.reference(1)
REFUND = RefundKey(due=KEY, number=1)


def ordered(provider: Provider, payment: str, number: int) -> str:
    """Order that try of a refund of 15.33; what the provider calls the order."""
    reference = REFUND.reference(number)
    part = Money(minor=1533, currency="EUR")
    return provider.gateway.refund(
        payment, part, reference=reference, idempotency_key=f"refund key {number}"
    )


class TestPaymentPage:
    def test_the_same_key_opens_the_same_page(self, provider: Provider) -> None:
        opened = [provider.gateway.open_session(session_request()) for _ in range(3)]
        assert opened[0] == opened[1] == opened[2]
        assert opened[0].expires_at == session_request().expires_at

    def test_another_key_opens_another_page(self, provider: Provider) -> None:
        first = provider.gateway.open_session(session_request("one"))
        second = provider.gateway.open_session(session_request("two"))
        assert first.session_id != second.session_id

    def test_a_paid_page_tells_reference_amount_and_payment(self, provider: Provider) -> None:
        page = provider.gateway.open_session(session_request())
        result = provider.pay(page.session_id)
        news = provider.gateway.session_news(page.session_id, result)
        assert (news.reference, news.amount) == (FIRST, PRICE)
        assert isinstance(news.outcome, Authorised)
        assert news.outcome.provider_reference
        assert provider.captured_minor(FIRST) == [2000]

    def test_a_refusal_on_the_page_is_not_money(self, provider: Provider) -> None:
        page = provider.gateway.open_session(session_request())
        result = provider.pay(page.session_id, accepted=False)
        news = provider.gateway.session_news(page.session_id, result)
        assert news.reference == FIRST
        assert not isinstance(news.outcome, Authorised)
        assert provider.captured_minor(FIRST) == []

    def test_a_page_refused_once_can_still_be_paid(self, provider: Provider) -> None:
        page = provider.gateway.open_session(session_request())
        provider.pay(page.session_id, accepted=False)
        result = provider.pay(page.session_id)
        news = provider.gateway.session_news(page.session_id, result)
        assert isinstance(news.outcome, Authorised)

    @pytest.mark.parametrize(
        "given", ["", "made up", "Ab02b4c0", "a&merchantAccount=b", "é\n\x00", "../../x" * 40]
    )
    def test_a_result_that_is_not_of_the_page_is_refused(
        self, provider: Provider, given: str
    ) -> None:
        page = provider.gateway.open_session(session_request())
        provider.pay(page.session_id)
        with pytest.raises(errors.Refused) as refused:
            provider.gateway.session_news(page.session_id, given)
        assert refused.value.code == "BAD_SESSION_RESULT"

    @pytest.mark.parametrize(
        "session_id", ["", "CS0000000000000000", "../payments", "a/b", "é", "x" * 500, "a?b=c"]
    )
    def test_a_page_that_does_not_exist_is_refused(
        self, provider: Provider, session_id: str
    ) -> None:
        with pytest.raises(errors.Refused) as refused:
            provider.gateway.session_news(session_id, "made up")
        assert refused.value.code == "BAD_SESSION_RESULT"

    def test_the_result_of_one_page_says_nothing_of_another(self, provider: Provider) -> None:
        paid = provider.gateway.open_session(session_request("one"))
        other = provider.gateway.open_session(session_request("two"))
        result = provider.pay(paid.session_id)
        provider.pay(other.session_id, accepted=False)
        with pytest.raises(errors.Refused):
            provider.gateway.session_news(other.session_id, result)


class TestStoredMethods:
    def test_a_paid_page_leaves_a_method_that_papers_can_name(self, provider: Provider) -> None:
        method = stored(provider)
        assert (method.kind, method.brand, method.last_four) == ("scheme", "visa", "1111")
        assert method.label() == "Visa •••• 1111"
        assert method.expires is not None

    def test_a_stranger_has_none(self, provider: Provider) -> None:
        stored(provider)
        assert provider.gateway.stored_methods("0" * 26) == ()

    def test_a_refused_page_leaves_none(self, provider: Provider) -> None:
        page = provider.gateway.open_session(session_request())
        provider.pay(page.session_id, accepted=False)
        assert provider.gateway.stored_methods(SUBSCRIPTION_ID) == ()

    def test_forgetting_twice_is_forgetting_once(self, provider: Provider) -> None:
        method = stored(provider)
        for _ in range(3):
            provider.gateway.forget_method(SUBSCRIPTION_ID, method.token)
            assert provider.gateway.stored_methods(SUBSCRIPTION_ID) == ()


class TestCharge:
    def test_the_same_key_is_one_charge(self, provider: Provider) -> None:
        request = charge_request(stored(provider))
        outcomes = [provider.gateway.charge(request) for _ in range(3)]
        assert isinstance(outcomes[0], Authorised)
        assert len({o.provider_reference for o in outcomes if isinstance(o, Authorised)}) == 1
        assert provider.captured_minor(FIRST_RENEWAL) == [2000]

    def test_the_same_key_from_many_threads_is_one_charge(self, provider: Provider) -> None:
        """While one is on its way the others may be told to wait: unknown, never refused."""
        request = charge_request(stored(provider))
        with ThreadPoolExecutor(8) as pool:
            outcomes = list(pool.map(provider.gateway.charge, [request] * 8))
        assert {type(outcome) for outcome in outcomes} <= {Authorised, Unknown}
        assert any(isinstance(outcome, Authorised) for outcome in outcomes)
        assert provider.captured_minor(FIRST_RENEWAL) == [2000]

    def test_a_refusal_says_why_and_stays_one(self, provider: Provider) -> None:
        method = stored(provider)
        provider.refuse_next(method.token, "12")
        outcomes = [provider.gateway.charge(charge_request(method)) for _ in range(2)]
        assert [o.code for o in outcomes if isinstance(o, Refused)] == ["12", "12"]
        assert provider.captured_minor(FIRST_RENEWAL) == []

    def test_the_next_attempt_after_a_refusal_is_a_charge_of_its_own(
        self, provider: Provider
    ) -> None:
        method = stored(provider)
        provider.refuse_next(method.token, "12")
        provider.gateway.charge(charge_request(method))
        assert isinstance(provider.gateway.charge(charge_request(method, 2)), Authorised)
        assert provider.captured_minor(KEY.reference(2)) == [2000]

    def test_a_lost_reply_is_unknown_and_found_with_the_same_key(self, provider: Provider) -> None:
        method = stored(provider)
        provider.lose_next_reply(method.token)
        assert provider.gateway.charge(charge_request(method)) == Unknown()
        assert provider.captured_minor(FIRST_RENEWAL) == [2000]
        assert isinstance(provider.gateway.charge(charge_request(method)), Authorised)
        assert provider.captured_minor(FIRST_RENEWAL) == [2000]

    def test_a_call_that_never_arrived_is_unknown_and_made_with_the_same_key(
        self, provider: Provider
    ) -> None:
        method = stored(provider)
        provider.miss_next_call(method.token)
        assert provider.gateway.charge(charge_request(method)) == Unknown()
        assert provider.captured_minor(FIRST_RENEWAL) == []
        assert isinstance(provider.gateway.charge(charge_request(method)), Authorised)
        assert provider.captured_minor(FIRST_RENEWAL) == [2000]


class TestGiveBack:
    def test_the_same_order_gives_back_once(self, provider: Provider) -> None:
        paid = provider.gateway.charge(charge_request(stored(provider)))
        assert isinstance(paid, Authorised)
        for _ in range(3):
            provider.gateway.give_back(
                paid.provider_reference, reference=FIRST_RENEWAL, idempotency_key="back key 1"
            )
        assert provider.returned_minor(FIRST_RENEWAL) == 2000


class TestRefund:
    def test_a_part_goes_back_once_under_its_own_key(self, provider: Provider) -> None:
        paid = provider.gateway.charge(charge_request(stored(provider)))
        assert isinstance(paid, Authorised)
        part = Money(minor=1533, currency="EUR")
        for _ in range(2):
            provider.gateway.refund(
                paid.provider_reference, part, reference=FIRST_RENEWAL, idempotency_key="refund 1"
            )
        assert provider.returned_minor(FIRST_RENEWAL) == 1533

    def test_it_is_told_under_its_own_name_and_reference(self, provider: Provider) -> None:
        paid = provider.gateway.charge(charge_request(stored(provider)))
        assert isinstance(paid, Authorised)
        order = ordered(provider, paid.provider_reference, 1)
        assert ordered(provider, paid.provider_reference, 1) == order
        assert provider.told("REFUND") == [(order, REFUND.reference(1), 1533)]

    def test_one_order_from_many_threads_is_one_refund(self, provider: Provider) -> None:
        """While it is on its way the others may be told to wait: unknown, never refused."""
        paid = provider.gateway.charge(charge_request(stored(provider)))
        assert isinstance(paid, Authorised)

        def order(_: int) -> str | None:
            try:
                return ordered(provider, paid.provider_reference, 1)
            except errors.GatewayUnavailable:
                return None

        with ThreadPoolExecutor(8) as pool:
            names = set(pool.map(order, range(8))) - {None}
        assert len(names) == 1
        assert provider.returned_minor(FIRST_RENEWAL) == 1533

    def test_money_that_comes_back_is_told_under_the_name_of_its_order(
        self, provider: Provider
    ) -> None:
        """And under the payment's reference; another order, with another key, sends it again."""
        paid = provider.gateway.charge(charge_request(stored(provider)))
        assert isinstance(paid, Authorised)
        first = ordered(provider, paid.provider_reference, 1)
        provider.return_refund(first, REFUND.reference(1))
        assert provider.told("REFUND_FAILED") == [(first, FIRST_RENEWAL, 1533)]
        assert provider.returned_minor(FIRST_RENEWAL) == 0
        second = ordered(provider, paid.provider_reference, 2)
        assert second != first
        assert provider.returned_minor(FIRST_RENEWAL) == 1533


class TestVerification:
    def test_an_amount_of_zero_stores_a_method_and_takes_nothing(self, provider: Provider) -> None:
        nothing = Money(minor=0, currency="EUR")
        page = provider.gateway.open_session(replace(session_request(), amount=nothing))
        result = provider.pay(page.session_id)
        news = provider.gateway.session_news(page.session_id, result)
        assert isinstance(news.outcome, Authorised)
        assert news.amount == nothing
        assert len(provider.gateway.stored_methods(SUBSCRIPTION_ID)) == 1
        assert sum(provider.captured_minor(FIRST)) == 0


class TestReport:
    def test_a_closed_batch_is_told_line_by_line(self, provider: Provider) -> None:
        method = stored(provider)
        provider.gateway.charge(charge_request(method))
        name = provider.close_batch()
        batch = batch_of(name)
        assert batch is not None
        text = provider.gateway.report(name)
        report = read_report(text, merchant_account=FACTS.merchant_account, batch=batch)
        told = {line.reference: line for line in report.lines if line.kind == "Settled"}
        assert told.keys() == {FIRST, KEY.reference(1)}
        assert {line.gross_minor for line in told.values()} == {PRICE.minor}
        assert sum(line.net_minor for line in report.lines) == 0

    def test_a_provider_that_is_down_tells_nothing(self, provider: Provider) -> None:
        stored(provider)
        name = provider.close_batch()
        provider.go_down()
        with pytest.raises(errors.GatewayUnavailable):
            provider.gateway.report(name)

    @pytest.mark.parametrize(
        "name", ["settlement_detail_report_batch_99.csv", "../../secrets.csv", ""]
    )
    def test_a_report_that_does_not_exist_is_not_found(self, provider: Provider, name: str) -> None:
        with pytest.raises(errors.NotFound):
            provider.gateway.report(name)


class TestSilence:
    def test_a_provider_that_is_down_is_unavailable_and_a_charge_unknown(
        self, provider: Provider
    ) -> None:
        method = stored(provider)
        page = provider.gateway.open_session(session_request())
        gateway = provider.gateway
        provider.go_down()
        assert gateway.charge(charge_request(method)) == Unknown()
        for ask in (
            lambda: gateway.open_session(session_request("two")),
            lambda: gateway.session_news(page.session_id, "made up"),
            lambda: gateway.stored_methods(SUBSCRIPTION_ID),
            lambda: gateway.forget_method(SUBSCRIPTION_ID, method.token),
            lambda: gateway.give_back("PSP1", reference=FIRST, idempotency_key="back"),
            lambda: gateway.refund("PSP1", PRICE, reference=FIRST, idempotency_key="part"),
        ):
            with pytest.raises(errors.GatewayUnavailable):
                ask()
