"""The checkout: review, order, attempts, and the hour at which it is void."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.domain.kernel.change import NOTHING, Change, Insert, Replace
from chalicelib.domain.kernel.errors import Invalid, Refused
from chalicelib.domain.kernel.money import Money
from chalicelib.domain.kernel.policy import current_policy
from chalicelib.domain.selling import checkout as selling
from chalicelib.domain.selling.checkout import (
    Checkout,
    Consent,
    Session,
    Stage,
    StoredMethod,
    mailbox_address,
)
from tests.fakes import CATALOGUE, VISA
from tests.fakes_things import CONSENTS, a_checkout

NOW = datetime(2026, 11, 5, 9, tzinfo=UTC)
POLICY = current_policy("recommended")
ORDER = Consent(name="order", words="Payer", screen="review", lang="fr", given_at=NOW)


def place(checkout: Checkout, **changes: Any) -> Change:
    facts: dict[str, Any] = {
        "order": ORDER,
        "price": CATALOGUE.prices[0],
        "terms_version": "2026-09-01",
        "shown_minor": 2000,
        "policy": POLICY,
        "now": NOW,
    }
    return selling.place(checkout, **(facts | changes))


def written(change: Change) -> Checkout:
    (write,) = change.writes
    assert isinstance(write, Replace | Insert)
    assert isinstance(write.entity, Checkout)
    return write.entity


def placed() -> Checkout:
    return written(place(a_checkout()))


class TestFrm2:
    """FRM-2: the order is made on the price and terms that were shown, and once."""

    def test_the_button_makes_the_order_and_its_first_attempt(self) -> None:
        """Words of the button, policy of the hour, and an intent to be paid."""
        order = placed()
        assert (order.stage, order.placed_at, order.version) == (Stage.PLACED, NOW, 2)
        assert order.consents == (*CONSENTS, ORDER)
        assert order.policy == "recommended@2"
        assert order.session == Session(attempt=1, opened_at=NOW)
        assert order.agenda_at == NOW + timedelta(hours=1)

    def test_pressing_twice_orders_once(self) -> None:
        """A double click changes nothing."""
        assert place(placed()) is NOTHING

    def test_another_price_than_the_one_shown_is_reviewed_again(self) -> None:
        """20.00 shown, 25.00 at submit: refused, nothing charged."""
        dearer = CATALOGUE.prices[0].replace(gross_minor=2500)
        with pytest.raises(Refused) as caught:
            place(a_checkout(), price=dearer)
        assert caught.value.code == "PRICE_CHANGED_REVIEW_AGAIN"

    def test_the_same_amount_by_another_row_is_reviewed_again(self) -> None:
        """The row carries rate and currency too (PRC-3)."""
        other = CATALOGUE.prices[0].replace(id="solo-eur-2")
        with pytest.raises(Refused, match="PRICE_CHANGED_REVIEW_AGAIN"):
            place(a_checkout(), price=other)

    def test_a_new_price_is_taken_into_an_order_under_review(self) -> None:
        """To be looked at, and ordered again; amount, currency and rate come together."""
        dearer = CATALOGUE.prices[0].replace(id="solo-eur-2", gross_minor=2500, rate_bps=2100)
        quoted = written(selling.requote(a_checkout(), dearer))
        assert (quoted.price_row, quoted.gross_minor, quoted.rate_bps) == ("solo-eur-2", 2500, 2100)
        assert selling.requote(quoted, dearer) is NOTHING
        assert selling.requote(placed(), dearer) is NOTHING

    def test_a_form_can_be_corrected_until_the_order(self) -> None:
        """It is the same checkout, one version later."""
        after = a_checkout(lang="en")
        corrected = written(selling.correct(a_checkout(version=3), after))
        assert (corrected.version, corrected.lang) == (4, "en")

    def test_after_the_order_nothing_can_be_edited(self) -> None:
        """The page leads on to the payment instead."""
        with pytest.raises(Refused) as caught:
            selling.correct(placed(), a_checkout())
        assert caught.value.code == "CHECKOUT_ALREADY_PLACED"

    def test_a_form_is_kept_for_review_alone(self) -> None:
        """Anything further along is a bug."""
        assert written(selling.start(a_checkout())) == a_checkout()
        with pytest.raises(AssertionError):
            selling.start(placed())


class TestFrm1:
    """FRM-1: a version of the terms published between form and order is accepted anew."""

    def test_new_terms_before_the_order_refuse_it(self) -> None:
        """Shown at 10:00, replaced at 10:02, ordered at 10:03."""
        with pytest.raises(Refused) as caught:
            place(a_checkout(), terms_version="2026-12-01")
        assert caught.value.code == "TERMS_CHANGED"


class TestWdr2:
    """WDR-2: a request for immediate access is a box of its own."""

    def test_only_the_box_asks_for_immediate_access(self) -> None:
        """Terms alone do not."""
        assert a_checkout().starts_at_once()
        assert not a_checkout(consents=CONSENTS[:1]).starts_at_once()


class TestPay1:
    """PAY-1: a refused first charge is tried again within 24 hours, or the order is void."""

    def test_another_attempt_needs_no_retyping(self) -> None:
        """Same checkout, next number."""
        refused = selling.with_session(
            placed(), Session(attempt=1, opened_at=NOW, state="refused", refusal_code="2")
        )
        again = written(selling.reopen(refused, NOW))
        assert [session.attempt for session in again.sessions] == [1, 2]
        assert again.session == Session(attempt=2, opened_at=NOW)

    def test_a_page_still_open_is_the_one_to_pay_on(self) -> None:
        """Two open pages would be two payments."""
        assert selling.reopen(placed(), NOW) is NOTHING

    def test_an_order_without_a_page_gets_one(self) -> None:
        """The first number is one."""
        bare = placed().replace(sessions=())
        assert written(selling.reopen(bare, NOW)).session == Session(attempt=1, opened_at=NOW)
        assert bare.session is None

    def test_eight_refusals_are_enough(self) -> None:
        """Cards are not guessed here."""
        tired = placed().replace(
            sessions=tuple(Session(attempt=n, opened_at=NOW, state="refused") for n in range(1, 9))
        )
        with pytest.raises(Refused) as caught:
            selling.reopen(tired, NOW)
        assert caught.value.code == "TOO_MANY_TRIES"

    @pytest.mark.parametrize(
        ("stage", "code"),
        [
            (Stage.REVIEW, "REVIEW_FIRST"),
            (Stage.PAID, "CHECKOUT_ALREADY_PAID"),
            (Stage.VOID, "CHECKOUT_VOID"),
        ],
    )
    def test_only_a_placed_order_can_be_paid(self, stage: Stage, code: str) -> None:
        """Each other stage says why not."""
        with pytest.raises(Refused) as caught:
            selling.reopen(a_checkout(stage=stage), NOW)
        assert caught.value.code == code

    @pytest.mark.parametrize(
        ("stage", "code"),
        [(Stage.PAID, "CHECKOUT_ALREADY_PAID"), (Stage.VOID, "CHECKOUT_VOID")],
    )
    def test_an_order_that_is_over_cannot_be_placed_again(self, stage: Stage, code: str) -> None:
        """Nor changed by its button."""
        with pytest.raises(Refused) as caught:
            place(a_checkout(stage=stage))
        assert caught.value.code == code

    def test_who_waits_is_reminded_once_and_released_after_a_day(self) -> None:
        """One reminder after an hour; void after 24, and nothing is owed."""
        order = placed()
        assert selling.wait(order, POLICY, NOW + timedelta(minutes=59)) is NOTHING
        hour = NOW + timedelta(hours=1)
        reminder = selling.wait(order, POLICY, hour)
        assert [write.events for write in reminder.writes if isinstance(write, Replace)] == [
            ("CheckoutWaiting",)
        ]
        reminded = written(reminder)
        assert (reminded.reminded_at, reminded.agenda_at) == (hour, NOW + timedelta(hours=24))
        assert selling.wait(reminded, POLICY, NOW + timedelta(hours=23, minutes=59)) is NOTHING
        closed = written(selling.wait(reminded, POLICY, NOW + timedelta(hours=24)))
        assert (closed.stage, closed.agenda_at) == (Stage.VOID, None)

    @pytest.mark.parametrize("stage", [Stage.REVIEW, Stage.PAID, Stage.VOID])
    def test_nobody_else_is_reminded(self, stage: Stage) -> None:
        """Only a placed order waits for money."""
        assert selling.wait(a_checkout(stage=stage), POLICY, NOW) is NOTHING

    def test_an_order_that_was_never_placed_has_no_hour_to_be_void(self) -> None:
        """Asking for it is a bug."""
        with pytest.raises(AssertionError, match="placed"):
            selling.void_at(a_checkout(), POLICY)

    def test_what_is_known_of_one_page_leaves_the_others_alone(self) -> None:
        """Found again by its number."""
        two = placed().replace(
            sessions=(Session(attempt=1, opened_at=NOW), Session(attempt=2, opened_at=NOW))
        )
        paid = Session(attempt=1, opened_at=NOW, state="authorised")
        after = selling.with_session(two, paid)
        assert (selling.attempt(after, 1), selling.attempt(after, 2)) == (paid, two.sessions[1])
        assert selling.attempt(after, 3) is None

    def test_the_first_charge_is_period_nought_of_the_contract_to_be(self) -> None:
        """The checkout's id becomes the subscription's."""
        assert a_checkout().first_due.reference(1) == f"{a_checkout().id}.0000.1.1"
        assert a_checkout().gross == Money(minor=2000, currency="EUR")


class TestPay5:
    """PAY-5: of a payment method we keep a token, a brand, four digits, an expiry."""

    @pytest.mark.parametrize(
        ("method", "ending"),
        [
            (VISA, " •••• 1111"),
            (StoredMethod(token="t0ken", kind="sepadirectdebit", last_four="3000"), " •••• 3000"),
            (StoredMethod(token="t0ken", kind="paypal"), "al"),
            (StoredMethod(token="t0ken", kind="scheme", brand="house_card"), "house card"),
        ],
    )
    def test_documents_name_a_method_by_brand_and_four_digits(
        self, method: StoredMethod, ending: str
    ) -> None:
        """Never by more: neither the token nor the expiry."""
        assert method.label().endswith(ending)
        assert len(method.label()) > len(ending) or "•" not in ending
        assert not {method.token, method.expires} & set(method.label().split())


class TestFrm4:
    """FRM-4: the confirmation needs an address it can reach."""

    def test_outer_blanks_of_an_address_do_not_count(self) -> None:
        """Copied with a space, it is still the address."""
        assert mailbox_address(" zoe@example.org ") == "zoe@example.org"

    @pytest.mark.parametrize(
        "text", ["", "zoe", "zoe@example", "z o@example.org", "a@b.c", "a@b.fr,c@d.fr", "zoé@b.fr"]
    )
    def test_what_cannot_be_an_address_is_refused(self, text: str) -> None:
        """On the field it was typed in."""
        with pytest.raises(Invalid) as caught:
            mailbox_address(text)
        assert caught.value.fields == {"email": "BAD_EMAIL"}

    @pytest.mark.parametrize(
        ("expires", "on"), [("02/2028", date(2028, 2, 29)), ("12/2030", date(2030, 12, 31))]
    )
    def test_a_card_can_be_charged_until_the_end_of_its_month(self, expires: str, on: date) -> None:
        """In February too."""
        assert StoredMethod(token="T", kind="scheme", expires=expires).expires_on == on

    def test_an_agreement_has_no_end_of_its_own(self) -> None:
        """PayPal's, for one."""
        assert StoredMethod(token="T", kind="paypal").expires_on is None
