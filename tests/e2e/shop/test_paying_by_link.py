"""A month that did not pay itself: the mailed link, the bank's page, access that opens again."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING

import pytest
from pypdf import PdfReader

from tests.e2e.shop.looks import NARROWEST, RULES
from tests.e2e.shop.person import plain
from tests.e2e.shop.running import SHOP, wait_for
from tests.e2e.shop.test_by_keyboard import reach

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.shop.person import Person

pytestmark = pytest.mark.e2e

CHALLENGED = "5454545454545454"
PLAIN = "4111111111111111"
TO_CONFIRM, OVER, REVOKED = "38", "6", "26"
PATIENCE_SECONDS = 20.0


def _refused(person: Person, code: str, then: timedelta = timedelta()) -> None:
    """A month later, with a refusal on the way; `then` more goes by."""
    person.is_refused_next_time(code)
    person.travel("month")
    if then:
        person.sandbox.pass_time(then)


def _mail_of(person: Person, words: str) -> None:
    """Open the mail, look at it as mail programs show it, and come back to it."""
    person.mail(words)
    mail = person.sandbox.wait_mail(person.email, words)
    assert mail.html is not None
    here = person.page.url
    person.page.goto("about:blank")
    person.page.set_content(mail.html)
    name = f"{person.lang}-mail-{words.split(maxsplit=1)[0].lower()}"
    person.looks.at(person.page, name, rules=RULES, widths=NARROWEST)
    person.page.goto(here)


def _course(person: Person) -> str:
    person.go_to(f"/learn/{person.lang}/course")
    return person.text()


def test_a_bank_wants_its_customer_and_access_opens(a_person: Callable[..., Person]) -> None:
    """PAY-4, DUN-1: refused, suspended, paid by link with a challenge, open within seconds."""
    noor = a_person("noor")
    noor.subscribe()
    _refused(noor, TO_CONFIRM, timedelta(days=8))
    assert "Cumulus" not in _course(noor)
    noor.go("/account")
    assert noor.badge() == "Suspendu"
    noor.look("account-suspended", widths=NARROWEST)
    _mail_of(noor, "Paiement non abouti")
    noor.follow("/pay/")
    link = noor.page.url
    _pays_by_link(noor)
    wait_for(lambda: "Cumulus" in _course(noor), "the course to open", PATIENCE_SECONDS)
    noor.page.goto(link)
    assert noor.title() == "Ce mois est déjà payé"
    noor.look("pay-spent", widths=NARROWEST)
    assert _captured(noor) == [2000, 2000]
    _mail_of(noor, "Paiement reçu")
    wait_for(lambda: len(noor.sandbox.mails_to(noor.email, "Votre facture")) == 2, "two invoices")
    first, second = reversed(_invoices(noor))
    assert "par Visa •••• 1111" in first
    assert "par Mastercard" in second
    noor.travel("month")
    noor.go("/account")
    assert noor.badge() == "Actif"


def _pays_by_link(noor: Person) -> None:
    assert noor.title() == "Un mois à régler"
    noor.look("pay", widths=NARROWEST)
    noor.press("pay")
    noor.till.wait()
    noor.look("pay-form", again=noor.till.again, widths=NARROWEST)
    noor.till.type_card(CHALLENGED)
    noor.till.press()
    noor.till.answer_the_bank(accept=True)
    assert noor.title() == "Merci : c’est payé"
    noor.look("pay-thanks", widths=NARROWEST)


def _invoices(person: Person) -> list[str]:
    """What the person's invoices say, the newest first."""
    person.go("/account/documents")
    links = person.page.get_by_role("link", name="Facture").all()
    papers = [
        person.page.context.request.get(SHOP + str(link.get_attribute("href"))) for link in links
    ]
    return [plain(PdfReader(BytesIO(paper.body())).pages[0].extract_text()) for paper in papers]


def _captured(person: Person) -> list[int]:
    person.order_id = person.contract_id
    return [one["captured_minor"] for one in person.payments() if one["captured_minor"]]


def test_the_link_is_walked_with_keys_alone(a_person: Callable[..., Person]) -> None:
    """ACC-1: from the page to the provider's form, and what it says to who cannot see it."""
    ola = a_person("ola", "en")
    ola.subscribe()
    _refused(ola, OVER)
    ola.mail("Payment not completed")
    ola.follow("/pay/")
    reach(ola, "#pay button", "Enter")
    ola.page.wait_for_url("**/form")
    ola.till.wait()
    assert ola.title() == "Payment"
    ola.till.pay_by_card(PLAIN)
    assert ola.title() == "Thank you: it is paid"
    reach(ola, 'main a[href$="/account"]', "Enter")
    ola.page.wait_for_url("**/account")
    assert ola.badge() == "Active"


def test_without_a_script_the_page_explains_itself(a_person: Callable[..., Person]) -> None:
    """TEC-1: what is owed is read by anybody; what needs a script says so, and what to do."""
    pia = a_person("pia")
    pia.subscribe()
    _refused(pia, OVER)
    pia.mail("Paiement non abouti")
    address = pia.page.locator('.mail-text a[href*="/pay/"]').first.get_attribute("href")
    plain_browser = a_person("pia", scripts=False)
    plain_browser.page.goto(str(address))
    text = plain(plain_browser.page.locator("main").inner_text())
    for words in ("20,00 €", "Visa •••• 1111", "nous n’essayons plus de nous-mêmes"):
        assert words in text
    plain_browser.press("pay")
    assert "Cette page a besoin de JavaScript" in plain_browser.text()
    assert "Rien n’a été prélevé" in plain_browser.text()
    assert "se charge" not in plain_browser.text()
    plain_browser.page.set_viewport_size({"width": 320, "height": 640})
    assert plain_browser.page.evaluate("document.documentElement.scrollWidth") == 320


def test_a_page_left_open_learns_that_it_is_paid(a_person: Callable[..., Person]) -> None:
    """Failure 15: two windows; the second says so when somebody presses its button."""
    rae = a_person("rae")
    rae.subscribe()
    _refused(rae, REVOKED)
    rae.go("/account")
    assert rae.badge() == "Suspendu"
    rae.mail("Paiement non abouti")
    rae.follow("/pay/")
    rae.press("pay")
    rae.till.wait()
    other = rae.page.context.new_page()
    other.goto(rae.page.url)
    first, rae.page = rae.page, other
    rae.till.pay_by_card("5555444433331111")
    assert rae.title() == "Merci : c’est payé"
    rae.page = first
    rae.till.type_card(PLAIN)
    rae.till.press()
    rae.page.locator("#pay-settled").wait_for()
    assert "Il n’y a plus rien à payer ici" in rae.text()
    rae.look("pay-settled", widths=NARROWEST)
    rae.order_id = rae.contract_id
    assert [one["accepted"] for one in rae.payments()].count(True) == 2


def test_pages_left_open_take_nothing_while_payments_are_stopped(
    a_person: Callable[..., Person],
) -> None:
    """The switch reaches forms that are loaded: a late month's, an order's, and a method's."""
    una, vic = a_person("una"), a_person("vic", "en")
    una.subscribe()
    una.go("/account/method")
    una.press("replace-1")
    una.till.type_card(PLAIN)
    method, una.page = una.page, una.page.context.new_page()
    _refused(una, REVOKED)
    una.mail("Paiement non abouti")
    una.follow("/pay/")
    una.press("pay")
    una.till.type_card(PLAIN)
    vic.order()
    vic.till.type_card(PLAIN)
    before = len(una.payments())
    una.sandbox.stop_payments()
    try:
        _is_told(vic, "your order is kept", "order-paused")
        _is_told(una, "votre lien reste valable", "pay-paused")
        form, una.page = una.page, method
        _is_told(una, "Rien n’a changé", "method-paused")
        una.page = form
    finally:
        una.sandbox.resume_payments()
    assert vic.payments() == []
    assert len(una.payments()) == before
    una.push(una.page.locator("#pay-paused a"))
    una.till.pay_by_card("5555444433331111")
    assert una.title() == "Merci : c’est payé"


def _is_told(person: Person, words: str, name: str) -> None:
    person.till.press()
    person.page.locator("#pay-paused a:focus").wait_for()
    assert words in person.text()
    assert not person.page.locator("#drop-in").is_visible()
    person.look(name, widths=NARROWEST)


def test_a_method_is_replaced_and_deleted(a_person: Callable[..., Person]) -> None:
    """PAY-5: at no cost, with PayPal as well; a deletion is explained, and undone by adding."""
    sasha = a_person("sasha")
    sasha.subscribe()
    _gives_another_card(sasha)
    _mail_of(sasha, "nouveau moyen de paiement")
    _deletes_it(sasha)
    assert _stored(sasha) == []
    _mail_of(sasha, "plus de moyen de paiement")
    sasha.go("/account/method")
    sasha.press("replace-1")
    sasha.till.wait()
    sasha.page.locator(".adyen-checkout__payment-method--paypal").first.click()
    sasha.page.locator("#sim-paypal").click()
    sasha.page.locator("#sim-paypal-approve").click()
    sasha.page.wait_for_url("**/account/method?notice=replaced")
    assert "PayPal" in sasha.text()
    sasha.travel("month")
    assert _captured(sasha) == [2000, 2000]
    assert sasha.payments()[-1]["method"] == "paypal"


def _gives_another_card(sasha: Person) -> None:
    sasha.go("/account/method")
    sasha.look("method-card", widths=NARROWEST)
    sasha.press("replace-1")
    sasha.till.wait()
    sasha.look("method-form", again=sasha.till.again, widths=NARROWEST)
    sasha.till.type_card("5555444433331111")
    sasha.till.press()
    sasha.page.wait_for_url("**/account/method?notice=replaced")
    assert "Mastercard se terminant par 1111" in sasha.text()


def _deletes_it(sasha: Person) -> None:
    sasha.go("/account/method")
    sasha.click("Le supprimer")
    sasha.look("method-delete", widths=NARROWEST)
    sasha.press("delete")
    assert "Aucun moyen de paiement" in sasha.text()
    sasha.look("method-none", widths=NARROWEST)


def _stored(person: Person) -> list[str]:
    tokens = person.sandbox.system.simulator.tokens()
    mine = [token for token in tokens if token["shopper_reference"] == person.contract_id]
    return [token["id"] for token in mine if not token.get("disabled_at")]


def test_an_old_link_says_what_to_do(a_person: Callable[..., Person]) -> None:
    """Cut off in a mail program, or a month old: a page with a way on, and no alarm."""
    toni = a_person("toni")
    toni.watch.allowed.add("status of 410")
    toni.go("/pay/cut-off")
    assert toni.title() == "Ce lien de paiement ne fonctionne plus"
    toni.look("pay-old-link", widths=NARROWEST)
    toni.press("again")
    assert "Regardez votre boîte de réception" in toni.text()
    toni.look("pay-link-asked", widths=NARROWEST)
    assert toni.page.url.startswith(SHOP)
