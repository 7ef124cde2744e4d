"""From the order form to the payment page, through the use cases."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.application.selling.open_payment import open_payment, try_again
from chalicelib.application.selling.start_checkout import (
    OrderForm,
    correct_checkout,
    start_checkout,
)
from chalicelib.domain.billing.due import DueState
from chalicelib.domain.billing.outcomes import Authorised, Refused
from chalicelib.domain.contract.terms import TermsArchive
from chalicelib.domain.kernel import errors
from chalicelib.domain.kernel.change import Change, Remove, Replace
from chalicelib.domain.selling.catalogue import Catalogue
from chalicelib.domain.selling.checkout import Evidence, Stage
from tests.crash import Saboteur
from tests.examples import ANSWERS, BOXES, RETURN_URL, Shop, an_order_form
from tests.fakes import CATALOGUE, FACTS, TERMS, VISA
from tests.fakes_things import EVIDENCE, a_customer

OTHER_ID = "01JDABCDEFGHJKMNPQRSTVWXY0"


def fields_of(form: OrderForm) -> dict[str, str]:
    with pytest.raises(errors.Invalid) as caught:
        Shop().start(form)
    return caught.value.fields


def refusal(shop: Shop, form: OrderForm) -> str:
    with pytest.raises(errors.Refused) as caught:
        shop.start(form)
    return caught.value.code


class TestFrm1:
    """FRM-1: no order without the box; what was ticked is kept with its words and the terms."""

    def test_the_evidence_is_kept_with_the_order(self) -> None:
        """Words as shown, version and digest of the terms, where it came from."""
        order = Shop().start()
        terms, start = order.consents
        assert (terms.words, terms.terms_version, terms.terms_sha256) == (
            BOXES["terms"], "2026-09-01", "f" * 64,
        )  # fmt: skip
        assert (start.name, start.terms_version) == ("immediate_start", None)
        assert order.evidence.address == "203.0.113.0"

    def test_without_the_box_there_is_no_order(self) -> None:
        """Refused before anything is charged."""
        assert fields_of(an_order_form(ticked={})) == {"terms": "CGS_NOT_ACCEPTED"}

    def test_the_box_for_immediate_start_may_stay_empty(self) -> None:
        """The order goes on, and access waits (WDR-2)."""
        order = Shop().start(an_order_form(ticked={"terms": "Oui"}))
        assert not order.starts_at_once()

    def test_terms_that_were_replaced_while_the_form_was_filled_in(self) -> None:
        """The form comes back with the new ones."""
        assert refusal(Shop(), an_order_form(terms_version="2025-09-25")) == "TERMS_CHANGED"

    def test_terms_published_between_review_and_button(self) -> None:
        """The order is refused, and nothing was asked of the provider."""
        shop = Shop()
        shop.start()
        newer = TERMS.versions[0].replace(version="2026-10-05", published_at=shop.ports.clock())
        archive = TermsArchive(versions=(*TERMS.versions, newer))
        shop.ports.facts = replace(FACTS, terms=archive)
        with pytest.raises(errors.Refused, match="TERMS_CHANGED"):
            shop.place()
        assert not shop.ports.gateway.pages


class TestFrm2:
    """FRM-2: the form sent twice is one order, corrections replace it, prices are those shown."""

    def test_the_same_form_sent_twice_is_the_same_order(self) -> None:
        """The page made the id."""
        shop = Shop()
        assert shop.start() == shop.start()

    def test_an_id_that_another_person_uses_is_refused(self) -> None:
        """It shows nothing of the other order."""
        shop = Shop()
        shop.start()
        elsewhere = EVIDENCE.replace(session_id="01JDELSEWHERE")
        form = replace(an_order_form(email="eve@example.org"), evidence=elsewhere)
        assert refusal(shop, form) == "CHECKOUT_ALREADY_PLACED"

    def test_the_same_browser_gone_back_to_the_form_corrects_the_order(self) -> None:
        """Until it is placed; then the form changes nothing any more."""
        shop = Shop()
        shop.start()
        after = shop.start(an_order_form(city="Lyon"))
        assert (after.buyer.city, after.version) == ("Lyon", 2)
        shop.place()
        assert shop.start(an_order_form(city="Nice")).buyer.city == "Lyon"

    def test_an_order_kept_out_by_traffic_is_sent_again(self) -> None:
        """There is no such order yet, and it was not refused either."""
        shop = Shop()
        traffic = Saboteur(shop.ports, at=0, how="conflict")
        with pytest.raises(errors.Conflict):
            start_checkout(
                shop.subscription_id, "solo", an_order_form(), customer=None, ports=traffic
            )
        assert shop.start().stage is Stage.REVIEW

    def test_a_correction_replaces_the_answers_and_the_boxes(self) -> None:
        """What was ticked before does not count any more."""
        shop = Shop()
        shop.start()
        form = an_order_form(city="Lyon", ticked={"terms": "Oui"})
        after = correct_checkout(shop.subscription_id, form, customer=None, ports=shop.ports)
        assert (after.buyer.city, after.version) == ("Lyon", 2)
        assert [consent.name for consent in after.consents] == ["terms"]

    @pytest.mark.parametrize("shown_minor", [-1, 1999, 2500])
    def test_an_amount_that_was_not_the_price_orders_nothing(self, shown_minor: int) -> None:
        """The review is shown again."""
        shop = Shop()
        shop.start()
        with pytest.raises(errors.Refused, match="PRICE_CHANGED_REVIEW_AGAIN"):
            shop.place(shown_minor)
        assert shop.checkout().stage is Stage.REVIEW

    def test_a_price_that_rose_after_the_review_orders_nothing(self) -> None:
        """20.00 on the page, 25.00 at submit."""
        shop = Shop()
        shop.start()
        dearer = CATALOGUE.prices[0].replace(
            id="solo-eur-2", gross_minor=2500, valid_from=shop.ports.clock()
        )
        catalogue = Catalogue(plans=CATALOGUE.plans, prices=(*CATALOGUE.prices, dearer))
        shop.ports.facts = replace(FACTS, catalogue=catalogue)
        with pytest.raises(errors.Refused, match="PRICE_CHANGED_REVIEW_AGAIN"):
            shop.place()

    def test_a_double_click_orders_once(self) -> None:
        """One attempt, one page."""
        shop = Shop()
        shop.start()
        assert shop.place() == shop.place()
        assert len(shop.checkout().sessions) == 1


class TestCap1:
    """CAP-1: the server computes capacity, and the declaration is asked for."""

    def test_a_child_is_refused_and_a_minor_needs_a_representative(self) -> None:
        """On the Paris date of the order, 5 October 2026."""
        assert refusal(Shop(), an_order_form(born_on="2010-10-06")) == "UNDER_16"
        assert refusal(Shop(), an_order_form(born_on="2008-10-06")) == "REPRESENTATIVE_NEEDED"
        of_age = Shop().start(an_order_form(born_on="2008-10-05"))
        assert of_age.stage is Stage.REVIEW

    def test_without_the_declaration_there_is_no_order(self) -> None:
        """Of capacity, or of a representative's agreement."""
        form = replace(an_order_form(), declares_capacity=False)
        assert fields_of(form) == {"capacity": "MISSING_FIELD"}


class TestOrderForm:
    """CGS 2.1 b §1: every answer is checked on the server, and each error names its field."""

    @pytest.mark.parametrize(
        ("field", "answer", "code"),
        [
            ("given_name", " ", "MISSING_FIELD"),
            ("email", "", "MISSING_FIELD"),
            ("email", "zoe@", "BAD_EMAIL"),
            ("born_on", "", "MISSING_FIELD"),
            ("born_on", "31/02/1990", "BAD_BIRTH_DATE"),
            ("born_on", "2026-10-05", "BAD_BIRTH_DATE"),
            ("born_on", "1890-01-01", "BAD_BIRTH_DATE"),
            ("country", "fr", "BAD_COUNTRY"),
            ("city", "x" * 81, "TOO_LONG"),
            ("postal_code", "x" * 11, "TOO_LONG"),
        ],
    )
    def test_an_answer_that_does_not_fit(self, field: str, answer: str, code: str) -> None:
        """Blank counts as missing; nobody was born today."""
        form = replace(an_order_form(), answers={**ANSWERS, field: answer})
        assert fields_of(form) == {field: code}

    def test_all_errors_are_told_at_once(self) -> None:
        """Nobody mends a form field by field."""
        form = an_order_form(ticked={}, email="zoe@", city="")
        assert fields_of(form) == {
            "email": "BAD_EMAIL", "city": "MISSING_FIELD", "terms": "CGS_NOT_ACCEPTED",
        }  # fmt: skip

    def test_an_unknown_plan_is_not_found(self) -> None:
        """Nor is one that is not open (AVL-1)."""
        shop = Shop()
        for plan in ("gold", "plus"):
            with pytest.raises(errors.NotFound, match="UNKNOWN_PLAN"):
                start_checkout(OTHER_ID, plan, an_order_form(), customer=None, ports=shop.ports)


class TestDef1:
    """DEF-1: one account per mailbox, one live Solo per person."""

    def test_a_mailbox_with_an_account_signs_in_first(self) -> None:
        """Whoever types it."""
        shop = Shop()
        shop.subscribe()
        shop.subscription_id = OTHER_ID
        assert refusal(shop, an_order_form()) == "ACCOUNT_EXISTS"
        with pytest.raises(errors.Refused, match="ACCOUNT_EXISTS"):
            shop.start(customer=a_customer(id=OTHER_ID))

    def test_the_paid_order_sent_once_more_is_the_same_order(self) -> None:
        """A form resent by its own browser resumes; sent by another, it learns nothing."""
        shop = Shop()
        shop.subscribe()
        assert shop.start(an_order_form()).stage is Stage.PAID
        stranger = Evidence(session_id="f" * 32, address="", agent="other")
        assert refusal(shop, replace(an_order_form(), evidence=stranger)) == "ACCOUNT_EXISTS"

    @pytest.mark.parametrize("email", ["zoe@example.org", "zoe@work.example"])
    def test_a_second_solo_is_refused_before_it_is_paid(self, email: str) -> None:
        """Whatever mailbox the signed-in person types."""
        shop = Shop()
        shop.subscribe()
        customer = shop.customer()
        shop.subscription_id = OTHER_ID
        with pytest.raises(errors.Refused) as caught:
            shop.start(an_order_form(email=email), customer=customer)
        assert caught.value.code == "ALREADY_SUBSCRIBED"

    def test_after_the_end_the_plan_can_be_taken_again_by_the_same_account(self) -> None:
        """A new contract, a new right to withdraw (WDR-4)."""
        shop = Shop()
        shop.subscribe()
        customer = shop.customer()
        held = shop.ports.store.unique("live", f"solo#{customer.id}")
        assert held is not None
        shop.ports.store.commit(Change((Remove(held),)))
        shop.subscription_id = OTHER_ID
        order = shop.start(customer=customer)
        assert (order.customer_id, order.is_new_customer) == (customer.id, False)
        shop.place()
        shop.pay()
        assert shop.customer().subscription_ids[-1] == OTHER_ID


class TestPay1:
    """PAY-1: charged on acceptance; refused, it is tried again on the same order, or void."""

    def test_paid_it_is_a_contract_with_its_first_month_and_the_next_one_due(self) -> None:
        """Everything in one commit."""
        shop = Shop()
        shop.start()
        shop.place()
        shop.pay()
        assert shop.checkout().stage is Stage.PAID
        assert [due.state for due in shop.dues()] == [DueState.PAID, DueState.SCHEDULED]
        assert shop.subscription().method == VISA
        assert len(shop.ports.gateway.captured(shop.key(0))) == 1

    def test_a_refusal_leaves_the_order_and_another_attempt_pays_it(self) -> None:
        """The refused page is over; nothing is retyped."""
        shop = Shop()
        shop.start()
        shop.place()
        shop.pay(Refused(code="2"))
        assert shop.checkout().stage is Stage.PLACED
        with pytest.raises(errors.Refused, match="PAYMENT_REFUSED"):
            open_payment(shop.checkout(), return_url=RETURN_URL, ports=shop.ports)
        try_again(shop.subscription_id, ports=shop.ports)
        shop.pay()
        assert shop.due(0).attempts[0].number == 2

    def test_nobody_pays_before_the_review(self) -> None:
        """The button comes first."""
        shop = Shop()
        shop.start()
        with pytest.raises(errors.Refused, match="REVIEW_FIRST"):
            open_payment(shop.checkout(), return_url=RETURN_URL, ports=shop.ports)

    def test_asking_for_the_page_again_brings_the_same_page(self) -> None:
        """A reload is not a second payment."""
        shop = Shop()
        shop.start()
        order = shop.place()
        pages = [open_payment(order, return_url=RETURN_URL, ports=shop.ports) for _ in range(2)]
        assert pages[0] == pages[1]
        assert pages[0].expires_at == shop.ports.clock() + timedelta(hours=24)

    def test_unpaid_for_a_day_it_is_void_and_money_that_still_comes_goes_back(self) -> None:
        """The reminder after an hour, the end after 24, the return in full."""
        shop = Shop()
        shop.start()
        shop.place()
        session = open_payment(shop.checkout(), return_url=RETURN_URL, ports=shop.ports)
        shop.run_until(shop.ports.clock() + timedelta(hours=23))
        assert shop.checkout().reminded_at is not None
        shop.ports.gateway.pay(session.session_id)
        shop.run_until(shop.ports.clock() + timedelta(hours=2))
        assert shop.checkout().stage is Stage.VOID
        assert shop.notify(shop.ports.gateway.news[0]) == ("applied", "")
        shop.run_until(shop.ports.clock() + timedelta(hours=1))
        assert shop.ports.gateway.captured(shop.key(0)) == ()
        assert not shop.dues()

    def test_a_void_order_cannot_be_paid(self) -> None:
        """Its page is not opened any more."""
        shop = Shop()
        shop.start()
        shop.place()
        void = shop.checkout().next(stage=Stage.VOID)
        shop.ports.store.commit(Change((Replace(void),)))
        with pytest.raises(errors.Refused, match="CHECKOUT_VOID"):
            open_payment(void, return_url=RETURN_URL, ports=shop.ports)

    def test_a_provider_that_is_down_charges_nothing(self) -> None:
        """The page can be asked for later."""
        shop = Shop()
        shop.start()
        order = shop.place()
        shop.ports.gateway.is_down = True
        with pytest.raises(errors.GatewayUnavailable):
            open_payment(order, return_url=RETURN_URL, ports=shop.ports)

    def test_the_last_attempt_that_was_refused_may_still_turn_out_paid(self) -> None:
        """Success beats failure, whichever comes first."""
        shop = Shop()
        shop.start()
        shop.place()
        shop.pay(Refused(code="2"))
        news = replace(
            shop.ports.gateway.news[0], outcome=Authorised(provider_reference="P9", method=VISA)
        )
        assert shop.notify(news) == ("applied", "")
        assert shop.checkout().stage is Stage.PAID
