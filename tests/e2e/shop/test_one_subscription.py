"""One subscription from the first look at the offers to the account that outlives it."""

from __future__ import annotations

from io import BytesIO
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from pypdf import PdfReader

from tests.e2e.shop.looks import RULES
from tests.e2e.shop.person import PASSWORD, plain
from tests.e2e.shop.running import SHOP

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from tests.e2e.shop.person import Person

pytestmark = pytest.mark.e2e

PARIS = ZoneInfo("Europe/Paris")
MAILS = (
    "confirmed",
    "access",
    "invoice",
    "second-invoice",
    "cancelled",
    "undone",
    "cancelled-again",
    "ended",
)


def test_a_subscription_is_bought_renewed_and_left(a_person: Callable[..., Person]) -> None:
    """What the product promises, in the order in which a learner lives it."""
    camille = a_person("camille")
    _orders_and_corrects(camille)
    _pays(camille)
    _reads_the_confirmation_before_the_access(camille)
    _finds_the_course_locked(camille)
    _opens_the_account(camille)
    _opens_the_course(camille)
    _keeps_the_invoices(camille, 1)
    _lets_a_month_pass(camille)
    _keeps_the_invoices(camille, 2)
    _cancels_undoes_and_cancels(camille)
    _is_gone_and_keeps_the_papers(camille)
    _reads_every_mail(camille)


def _orders_and_corrects(camille: Person) -> None:
    camille.go("")
    camille.look("offers")
    camille.click("Devenir Premium Solo")
    camille.look("order")
    camille.fill({**camille.answers, "email": "camille@mail", "city": "Lion"})
    camille.agree("capacity", "immediate_start")
    camille.press("order")
    assert camille.page.locator("#errors a").count() == 2
    camille.look("order-with-mistakes")
    camille.fill({"email": camille.email})
    camille.agree("terms")
    camille.press("order")
    camille.look("review")
    assert "69007 Lion" in camille.text()
    camille.click("Revenir et corriger")
    camille.look("edit")
    camille.fill({"city": "Lyon"})
    camille.agree("capacity", "terms", "immediate_start")
    camille.press("order")
    assert "69007 Lyon" in camille.text()


def _pays(camille: Person) -> None:
    assert "obligation de paiement" in camille.button("place").inner_text()
    camille.press("place")
    camille.till.wait()
    camille.look("payment", again=camille.till.again)
    camille.till.pay_by_card("4111111111111111")
    assert camille.title() == "Merci : c’est payé"
    camille.look("paid")


def _reads_the_confirmation_before_the_access(camille: Person) -> None:
    camille.sandbox.wait_mail(camille.email, "facture")
    subjects = [mail.subject for mail in camille.sandbox.mails_to(camille.email)]
    assert [subject.split()[1] for subject in subjects] == ["abonnement", "votre", "facture"]
    text = camille.mail("confirmé")
    assert "Visa •••• 1111" in text
    camille.look("mail")
    with camille.page.expect_download() as given:
        camille.page.locator('a[download$=".pdf"]').click()
    paper = PdfReader(given.value.path())
    written = "".join(page.extract_text() for page in paper.pages)
    assert "Camille Roussel" in written
    assert "Visa •••• 1111" in written


def _finds_the_course_locked(camille: Person) -> None:
    camille.go_to("/learn/fr")
    camille.click("Ouvrir le cours")
    assert "réservé aux abonnés" in camille.page.locator(".notice").inner_text()
    camille.look("course-locked")


def _opens_the_account(camille: Person) -> None:
    camille.mail("accès")
    camille.follow("/password/")
    camille.look("set-password")
    camille.page.fill("#new_password", PASSWORD)
    camille.press("set-password")
    assert camille.title() == "Bonjour Camille"
    assert camille.badge() == "Actif"
    assert camille.page.locator("figure.period .key-next").is_visible()
    camille.look("account")
    camille.go("/account/method")
    assert "1111" in camille.text()
    camille.look("method")


def _opens_the_course(camille: Person) -> None:
    camille.go_to("/learn/fr/course")
    assert "Cumulus" in camille.text()
    camille.look("course-open")


def _keeps_the_invoices(camille: Person, count: int) -> None:
    """Every invoice opens, and says its number and what was paid."""
    camille.go("/account/documents")
    camille.look(f"documents-{count}")
    links = camille.page.get_by_role("link", name="Facture")
    numbers = [text.split()[1] for text in links.all_inner_texts()]
    assert len(set(numbers)) == count
    for number, link in zip(numbers, links.all(), strict=True):
        answer = _download(camille, str(link.get_attribute("href")))
        text = plain(PdfReader(BytesIO(answer)).pages[0].extract_text())
        assert number in text
        assert "20,00 €" in text


def _download(camille: Person, path: str) -> bytes:
    """What the browser would save: our link leads to the archive's, which expires."""
    answer = camille.page.context.request.get(f"{SHOP}{path}")
    assert answer.ok
    assert "attachment" in answer.headers["content-disposition"]
    return answer.body()


def _lets_a_month_pass(camille: Person) -> None:
    due_on = _today(camille)
    camille.travel("month")
    camille.look("panel")
    renewed = camille.payments()
    assert [one["interaction"] for one in renewed] == ["Ecommerce", "ContAuth"]
    assert [one["captured_minor"] for one in renewed] == [2000, 2000]
    assert _today(camille) > due_on
    assert len(camille.sandbox.mails_to(camille.email, "facture")) == 2
    camille.go("/account")
    assert camille.badge() == "Actif"
    camille.look("account-renewed")


def _cancels_undoes_and_cancels(camille: Person) -> None:
    camille.leave_by_the_footer()
    camille.look("cancel")
    camille.press("cancel")
    camille.look("cancelled")
    camille.press("resume")
    assert camille.badge() == "Actif"
    camille.look("account-resumed")
    camille.go("/account/cancel")
    camille.press("cancel")
    camille.go("/account")
    assert camille.badge() == "Prend fin bientôt"
    camille.look("account-ending")
    camille.sandbox.wait_mail(camille.email, "résiliation")


def _is_gone_and_keeps_the_papers(camille: Person) -> None:
    camille.travel("month")
    camille.travel("month")
    assert len(camille.payments()) == 2
    camille.go("/account")
    assert camille.badge() == "Terminé"
    camille.look("account-ended")
    camille.go_to("/learn/fr/course")
    assert "réservé aux abonnés" in camille.page.locator(".notice").inner_text()
    camille.look("course-closed")
    _keeps_the_invoices(camille, 2)


def _reads_every_mail(camille: Person) -> None:
    """Each is accessible and fits a telephone, as mail programs show its markup."""
    mails = camille.sandbox.mails_to(camille.email)
    assert len(mails) == len(MAILS)
    for mail, name in zip(mails, MAILS, strict=True):
        assert mail.html is not None
        assert mail.text is not None
        camille.page.goto("about:blank")
        camille.page.set_content(mail.html)
        camille.looks.at(camille.page, f"mail-{name}", rules=RULES)


def _today(camille: Person) -> date:
    return camille.sandbox.system.now().astimezone(PARIS).date()
