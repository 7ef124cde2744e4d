"""Every way to pay, and what happens when a bank says no."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.shop.person import Person

pytestmark = pytest.mark.e2e

PAID = {"fr": "Merci : c’est payé", "en": "Thank you: it is paid"}
REFUSED = {"fr": "Le paiement a été refusé", "en": "The payment was refused"}
CHALLENGED = "5454545454545454"
CO_BADGED = "4035501000000008"
PLAIN = "4111111111111111"


def test_the_bank_asks_and_is_answered(a_person: Callable[..., Person]) -> None:
    """PAY-4: the first payment is authenticated in the page, without leaving it."""
    dominique = a_person("dominique")
    dominique.order()
    dominique.till.type_card(CHALLENGED)
    dominique.till.press()
    dominique.till.answer_the_bank(accept=True)
    assert dominique.title() == PAID["fr"]


def test_a_refusal_at_the_bank_is_retried_without_typing_again(
    a_person: Callable[..., Person],
) -> None:
    """The same order, the same answers: only the payment is made again."""
    eden = a_person("eden")
    eden.order()
    order = eden.order_id
    eden.till.type_card(CHALLENGED)
    eden.till.press()
    eden.till.answer_the_bank(accept=False)
    assert eden.title() == REFUSED["fr"]
    eden.look("refused")
    eden.press("retry")
    eden.till.pay_by_card(CHALLENGED, waits=False)
    eden.till.answer_the_bank(accept=True)
    assert (eden.title(), eden.order_id) == (PAID["fr"], order)
    assert [one["captured_minor"] for one in eden.payments() if one["accepted"]] == [2000]


def test_an_empty_account_is_refused_and_another_card_pays(
    a_person: Callable[..., Person],
) -> None:
    """The reason of a refusal is said, and the order waits."""
    farah = a_person("farah", "en")
    farah.order()
    order = farah.order_id
    farah.till.pay_by_card(PLAIN, "NOT_ENOUGH_BALANCE")
    assert farah.title() == REFUSED["en"]
    farah.look("refused")
    farah.press("retry")
    farah.till.pay_by_card(PLAIN, "Farah Nasser")
    assert (farah.title(), farah.order_id) == (PAID["en"], order)
    assert [one["accepted"] for one in farah.payments()] == [False, True]


def test_paypal(a_person: Callable[..., Person]) -> None:
    gwen = a_person("gwen", "en")
    gwen.go("")
    gwen.look("offers")
    gwen.order()
    gwen.look("payment", again=gwen.till.again)
    gwen.till.pay_by_paypal()
    assert gwen.title() == PAID["en"]
    assert [one["method"] for one in gwen.payments()] == ["paypal"]
    assert "PayPal" in gwen.mail("confirmed")


def test_a_french_card_bears_two_brands(a_person: Callable[..., Person]) -> None:
    """The shopper may choose; the card's own first brand is the one used otherwise."""
    hadrien = a_person("hadrien")
    hadrien.order()
    hadrien.till.type_card(CO_BADGED)
    hadrien.page.locator('[class*="dual-brand"]').first.wait_for()
    hadrien.look("payment-two-brands")
    hadrien.till.press()
    hadrien.page.wait_for_url("**/result")
    assert [one["brand"] for one in hadrien.payments()] == ["cartebancaire"]


def test_an_order_left_behind_is_taken_up_from_the_mail(a_person: Callable[..., Person]) -> None:
    """An hour later a mail leads back to the payment, in another browser as well."""
    ines = a_person("ines")
    ines.order()
    order = ines.order_id
    ines.page.context.close()
    ines.sandbox.pass_time(timedelta(hours=1, minutes=5))
    later = a_person("ines")
    later.mail("attend son paiement")
    later.follow(f"/checkout/{order}")
    later.till.wait()
    later.till.pay_by_card(PLAIN)
    assert later.title() == PAID["fr"]
    assert [one["captured_minor"] for one in later.payments()] == [2000]


def test_somebody_else_does_not_see_the_order(a_person: Callable[..., Person]) -> None:
    """An order belongs to the browser that began it and to the holder of its mailed link."""
    jules, stranger = a_person("jules"), a_person("stranger")
    stranger.watch.allowed.add("status of 403")
    jules.order()
    stranger.go(f"/checkout/{jules.order_id}")
    assert "Roussel" not in stranger.page.content()
    stranger.look("not-yours")
