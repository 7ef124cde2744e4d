"""A month paid by a mailed link: from the refusal to the access that opens again."""

from contextlib import suppress
from datetime import timedelta

import pytest

from chalicelib.application.billing import pay_page
from chalicelib.application.billing.charging import stop_charging
from chalicelib.application.billing.pay_page import LINK_DAYS, month_of_link, pay_link
from chalicelib.application.billing.replace_method import delete_method
from chalicelib.application.exits.cancel_renewal import cancel_renewal
from chalicelib.application.learning.entitlements import entitlements
from chalicelib.application.pause import are_paused
from chalicelib.application.ports import PaymentSession, Ports
from chalicelib.domain.billing.agenda import PAGE_OPEN_FOR
from chalicelib.domain.billing.due import DueItem, DueState
from chalicelib.domain.billing.outcomes import Authorised, Outcome, Refused, Unknown
from chalicelib.domain.billing.pay_page import page_of
from chalicelib.domain.contract.subscription import Status
from chalicelib.domain.kernel import errors
from chalicelib.domain.kernel.change import Change, Replace
from chalicelib.domain.kernel.ids import DueKey
from chalicelib.domain.kernel.seals import Link, link_token
from chalicelib.domain.selling.checkout import StoredMethod
from tests.crash import COMMIT, How, Killed, Saboteur
from tests.examples import Shop, paris
from tests.fakes import VISA

DUE_AT = paris(2026, 11, 5, 5)
NEW = StoredMethod(token="TOKEN00000000002", kind="scheme", brand="mc", last_four="2222")
SCA = Refused(code="38")


def refused(code: str = "38") -> Shop:
    """A contract whose first renewal was refused."""
    shop = Shop()
    shop.subscribe()
    shop.ports.gateway.script(VISA.token, Refused(code=code))
    shop.run_until(DUE_AT)
    return shop


def token_of(shop: Shop) -> str:
    """The link that the mail brings."""
    return link_token(shop.ports.keys.link, pay_link(shop.due(1), shop.ports.clock()))


def page(shop: Shop) -> PaymentSession:
    """The provider's page, opened for the month."""
    pay_page.open_page(shop.key(1), ports=shop.ports)
    return page_again(shop)


def page_again(shop: Shop) -> PaymentSession:
    """The provider's page that is open for the month, asked for again."""
    due = shop.due(1)
    attempt = page_of(due, shop.ports.clock())
    assert attempt is not None
    return pay_page.page_session(due, attempt, return_url="https://x.example", ports=shop.ports)


def come_back(shop: Shop, session: PaymentSession, outcome: Outcome | None = None) -> None:
    """Pay on the page and come back."""
    result = shop.ports.gateway.pay(session.session_id, outcome)
    pay_page.report_page(shop.due(1), session.session_id, result, ports=shop.ports)


class TestDun1:
    """DUN-1: recovery restores; the anchor is unchanged."""

    def test_paid_by_link_access_is_open_again(self) -> None:
        """The month is paid with the new card, which serves the next one too."""
        shop = refused("20")
        assert shop.subscription().status is Status.SUSPENDED
        customer_id = shop.subscription().customer_id
        assert entitlements(customer_id, ports=shop.ports) == ()
        paid = Authorised(provider_reference="P-PAGE", method=NEW)
        come_back(shop, page(shop), paid)
        shop.rest()
        assert shop.due(1).state is DueState.PAID
        assert shop.due(2).from_on == shop.due(1).to_on
        assert entitlements(customer_id, ports=shop.ports) != ()
        shop.run_until(paris(2026, 12, 5, 5))
        assert shop.ports.gateway.charges[-1].method == NEW
        assert shop.due(2).state is DueState.PAID

    def test_the_page_is_for_this_learner_and_this_month(self) -> None:
        """Amount, reference and shopper of the month; it dies with its hour."""
        shop = refused()
        request = shop.ports.gateway.pages[page(shop).session_id].request
        assert request.reference == shop.key(1).reference(2)
        assert (request.amount, request.shopper_reference) == (
            shop.due(1).gross,
            shop.subscription_id,
        )
        assert (request.shopper_email, request.country) == ("zoe@example.org", "FR")
        assert request.expires_at == shop.ports.clock() + PAGE_OPEN_FOR

    def test_asked_for_again_it_is_the_same_page(self) -> None:
        """A reload, a second window, the way back from a bank."""
        shop = refused()
        before = len(shop.ports.gateway.pages)
        assert page(shop) == page(shop)
        assert len(shop.ports.gateway.pages) == before + 1

    def test_a_refusal_on_the_page_is_the_learners_to_see(self) -> None:
        """No mail; the next try is another attempt on the same month."""
        shop = refused()
        first = page(shop)
        letters = len(shop.ports.queues.waiting["mail"])
        come_back(shop, first, Refused(code="2"))
        assert [a.state for a in shop.due(1).attempts] == ["refused", "refused"]
        assert len(shop.ports.queues.waiting["mail"]) == letters
        come_back(shop, page(shop))
        assert shop.due(1).state is DueState.PAID

    def test_a_bank_that_has_not_answered_moves_nothing(self) -> None:
        shop = refused()
        session = page(shop)
        before = shop.due(1)
        come_back(shop, session, Unknown())
        assert shop.due(1) == before

    def test_another_months_result_pays_nothing(self) -> None:
        """What the browser brings home must name this month and its amount."""
        shop = refused()
        session = page(shop)
        result = shop.ports.gateway.pay(session.session_id)
        for changes in ({"period": 0}, {"gross_minor": 100}):
            other = shop.due(1).replace(**changes)
            with pytest.raises(errors.Refused, match="BAD_SESSION_RESULT"):
                pay_page.report_page(other, session.session_id, result, ports=shop.ports)
        assert shop.due(1).state is DueState.UNPAID

    def test_a_provider_that_is_silent_about_the_method_delays_nothing(self) -> None:
        shop = refused()
        session = page(shop)
        result = shop.ports.gateway.pay(session.session_id)
        news = shop.ports.gateway.session_news(session.session_id, result)

        class Silent:
            def session_news(self, *_: str) -> object:
                return news

            def stored_methods(self, _: str) -> object:
                raise errors.GatewayUnavailable

        silent = shop.bundled(gateway=Silent())
        pay_page.report_page(shop.due(1), session.session_id, result, ports=silent)
        assert shop.due(1).state is DueState.PAID


class TestRen2:
    """REN-2: the method is deleted at the end, or as soon as no debt keeps it any more."""

    def test_a_card_that_pays_the_last_debt_is_forgotten_with_it(self) -> None:
        """Deleted by the learner, ended while a month is owed, paid by link with another card."""
        shop = Shop()
        shop.subscribe()
        owner = shop.subscription().customer_id
        delete_method(shop.subscription_id, owner, ports=shop.ports)
        shop.run_until(DUE_AT)
        cancel_renewal(shop.subscription_id, owner, ports=shop.ports)
        shop.run_until(paris(2026, 12, 10))
        assert shop.subscription().status is Status.ENDED
        come_back(shop, page(shop), Authorised(provider_reference="P-PAGE", method=NEW))
        assert shop.due(1).state is DueState.PAID
        assert shop.ports.gateway.stored_methods(shop.subscription_id) == (NEW,)
        shop.run_until(paris(2026, 12, 10, 1))
        assert shop.ports.gateway.stored_methods(shop.subscription_id) == ()
        ended = shop.subscription()
        assert (ended.method, ended.agenda_at) == (None, None)


class TestGuardStop:
    """The switch closes the payment pages of late months and of methods as well."""

    def test_a_page_that_is_open_is_told_of_the_pause(self) -> None:
        shop = refused()
        page(shop)
        assert not are_paused(shop.ports)
        stop_charging(reason="a wrong price", by="odile", ports=shop.ports)
        assert are_paused(shop.ports)

    def test_no_page_opens_while_payments_are_paused(self) -> None:
        """Neither a new one, nor one that was open: nothing is written, nothing is asked."""
        shop = refused()
        page(shop)
        stop_charging(reason="a wrong price", by="odile", ports=shop.ports)
        before, asked = shop.due(1), len(shop.ports.gateway.pages)
        with pytest.raises(errors.Throttled, match="PAYMENTS_PAUSED"):
            pay_page.open_page(shop.key(1), ports=shop.ports)
        with pytest.raises(errors.Throttled, match="PAYMENTS_PAUSED"):
            page_again(shop)
        assert (shop.due(1), len(shop.ports.gateway.pages)) == (before, asked)


class TestLinks:
    """A link serves without signing in: for one month, until it is paid, for thirty days."""

    def test_it_leads_to_its_month(self) -> None:
        shop = refused()
        assert month_of_link(token_of(shop), ports=shop.ports) == shop.due(1)

    def test_a_page_that_a_restored_table_forgot_is_another_page(self) -> None:
        """Under one key the provider would know a question of another hour, and turn this down."""
        shop = refused()
        before = dict(shop.ports.store.things)
        forgotten = page(shop)
        shop.ports.store.things = before
        shop.ports.clock.advance(timedelta(hours=2))
        assert page(shop).session_id != forgotten.session_id

    def test_of_a_month_that_is_paid_it_says_so(self) -> None:
        """Spent, but not rude."""
        shop = refused()
        token = token_of(shop)
        come_back(shop, page(shop))
        assert month_of_link(token, ports=shop.ports).state is DueState.PAID

    def test_a_payment_that_came_back_spends_it_for_good(self) -> None:
        """The next letter brings the next edition."""
        shop = refused()
        token = token_of(shop)
        come_back(shop, page(shop))
        paid = shop.due(1)
        undone = tuple(
            a.replace(state="uncaptured") if a.state == "authorised" else a for a in paid.attempts
        )
        again = paid.next(state=DueState.UNPAID, paid_at=None, attempts=undone)
        shop.ports.store.commit(Change((Replace(again),)))
        with pytest.raises(errors.Refused, match="PAY_LINK_EXPIRED"):
            month_of_link(token, ports=shop.ports)
        assert month_of_link(token_of(shop), ports=shop.ports) == again

    def test_forged_old_or_of_another_purpose_it_opens_nothing(self) -> None:
        shop = refused()
        token, key = token_of(shop), shop.ports.keys.link
        link = pay_link(shop.due(1), shop.ports.clock())
        nobody = DueKey(subscription_id=shop.subscription_id, period=99).name
        wrong = (
            token[:-1] + ("A" if token[-1] != "A" else "B"),
            "x",
            link_token(key, link.replace(purpose="password")),
            link_token(key, link.replace(subject="somebody")),
            link_token(key, link.replace(subject=nobody)),
        )
        for one in wrong:
            with pytest.raises(errors.Refused, match="PAY_LINK_EXPIRED"):
                month_of_link(one, ports=shop.ports)
        shop.ports.clock.advance(timedelta(days=LINK_DAYS))
        with pytest.raises(errors.Refused, match="PAY_LINK_EXPIRED"):
            month_of_link(token, ports=shop.ports)

    def test_the_link_of_a_page_is_always_the_same(self) -> None:
        """One key is one question to the provider: its way back is part of the question."""
        shop = refused()
        page(shop)
        attempt = page_of(shop.due(1), shop.ports.clock())
        assert attempt is not None
        first = pay_page.page_token(shop.due(1), attempt, shop.ports.keys)
        shop.ports.clock.advance(timedelta(minutes=5))
        assert pay_page.page_token(shop.due(1), attempt, shop.ports.keys) == first
        assert month_of_link(first, ports=shop.ports) == shop.due(1)

    def test_an_old_one_is_replaced_by_mail_once_an_hour(self) -> None:
        """Whoever holds it learns nothing; the mailbox on file gets the new one."""
        shop = refused()
        token = token_of(shop)
        shop.ports.clock.advance(timedelta(days=LINK_DAYS))
        for _ in range(2):
            pay_page.ask_link_again(token, ports=shop.ports)
        (asked,) = [
            record for record in shop.ports.store.committed if "PayLinkAsked" in record.events
        ]
        assert isinstance(asked.entity, DueItem)
        assert asked.entity.link_asked_at == shop.ports.clock()

    def test_nothing_is_sent_for_what_is_not_owed(self) -> None:
        shop = refused()
        token = token_of(shop)
        come_back(shop, page(shop))
        unknown = DueKey(subscription_id=shop.subscription_id, period=9).name
        now = shop.ports.clock()
        nowhere = Link(purpose="pay", subject=unknown, edition=0, expires_at=now)
        before = len(shop.ports.store.committed)
        for one in (token, "forged", link_token(shop.ports.keys.link, nowhere)):
            pay_page.ask_link_again(one, ports=shop.ports)
        assert len(shop.ports.store.committed) == before


class TestFailure13:
    """Failure 13: a payment and an inquiry race; the outcome unknown is never tried again."""

    def test_no_page_opens_while_our_own_charge_is_unknown(self) -> None:
        shop = Shop()
        shop.subscribe()
        shop.ports.gateway.script(VISA.token, Refused(code="2"), Unknown())
        shop.run_until(paris(2026, 11, 6, 9))
        assert shop.due(1).state is DueState.CHARGING
        pay_page.open_page(shop.key(1), ports=shop.ports)
        assert shop.due(1).open_page is None
        assert shop.ports.gateway.pages.keys() == {"CS00000000000001"}


class TestFailure15:
    """Failure 15: customer paid by link and card charged too."""

    def test_a_retry_waits_for_an_open_page_and_finds_the_month_paid(self) -> None:
        """The learner opens the page just before our own retry; one of them takes the money."""
        shop = refused("12")
        retry_at = shop.due(1).retry_at
        assert retry_at == paris(2026, 11, 6, 9)
        shop.run_until(retry_at - timedelta(minutes=5))
        session = page(shop)
        shop.run_until(retry_at + timedelta(minutes=20))
        come_back(shop, session)
        shop.run_until(paris(2026, 11, 20))
        assert len(shop.ports.gateway.captured(shop.key(1))) == 1
        assert shop.ports.gateway.returns == {}

    def test_a_page_paid_after_our_own_charge_gives_the_money_back(self) -> None:
        """Its hour was over for us, and a slow bank said yes all the same."""
        shop = refused("12")
        shop.run_until(paris(2026, 11, 6, 8, 1))
        session = page(shop)
        shop.run_until(paris(2026, 11, 6, 9, 0))
        result = shop.ports.gateway.pay(session.session_id)
        news = shop.ports.gateway.news[-1]
        shop.run_until(paris(2026, 11, 6, 9, 30))
        assert shop.due(1).state is DueState.PAID
        shop.notify(news)
        shop.run_until(paris(2026, 11, 6, 12))
        assert [a.state for a in shop.due(1).attempts] == ["refused", "returned", "authorised"]
        assert len(shop.ports.gateway.captured(shop.key(1))) == 1
        pay_page.report_page(shop.due(1), session.session_id, result, ports=shop.ports)
        assert len(shop.ports.gateway.returns) == 1

    @pytest.mark.parametrize("how", ["kill", "lose_reply", "conflict"])
    def test_a_crash_anywhere_pays_once(self, how: How) -> None:
        """Open, pay, come back, with a death or a lost race at each effect; then all once more."""
        shop = refused()
        rehearsal = Saboteur(shop.ports)
        self._by_link(shop, rehearsal)
        effects = enumerate(rehearsal.effects)
        for at in [n for n, effect in effects if how != "conflict" or effect == COMMIT]:
            shop = refused()
            with suppress(Killed, errors.BillingError):
                self._by_link(shop, Saboteur(shop.ports, at=at, how=how))
            if shop.due(1).state is not DueState.PAID:
                self._by_link(shop, shop.ports)
            shop.run_until(paris(2026, 11, 6))
            assert shop.due(1).state is DueState.PAID
            assert len(shop.ports.gateway.captured(shop.key(1))) == 1

    def _by_link(self, shop: Shop, ports: Ports) -> None:
        pay_page.open_page(shop.key(1), ports=ports)
        due = shop.due(1)
        attempt = page_of(due, shop.ports.clock())
        assert attempt is not None
        session = pay_page.page_session(due, attempt, return_url="https://x.example", ports=ports)
        known = shop.ports.gateway.pages[session.session_id]
        result = known.result or shop.ports.gateway.pay(session.session_id)
        pay_page.report_page(due, session.session_id, result, ports=ports)
