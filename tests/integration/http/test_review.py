"""The review and the order button: what is shown is what is ordered, once (FRM-2, FRM-3)."""

from datetime import timedelta

import pytest

from tests.fakes import CATALOGUE
from tests.integration.http.site import ANSWERS, BOXES, Site, place, review
from tests.integration.http.test_order_form import publish_terms
from tests.integration.http.verdicts import (
    LANGS,
    is_form_error,
    is_refusal,
    nothing_happened,
    plain,
)


def raise_price(site: Site) -> None:
    """A new row of prices is in force from this instant."""
    new = CATALOGUE.prices[0].replace(id="solo-eur-2", gross_minor=2500, valid_from=site.world.now)
    site.told(catalogue=CATALOGUE.replace(prices=(*CATALOGUE.prices, new)))


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "fr",
            ("Prélevé maintenant 20,00 €", "Prochaine échéance 5 novembre 2026", "Pour partir",
             "Le mois entamé est dû", "renouvelé tacitement", "Droit de rétractation",
             "Valider : commande avec obligation de paiement", "Revenir et corriger"),
        ),
        (
            "en",
            ("Charged now €20.00", "5 November 2026", "How to leave", "The month begun is due",
             "tacitly renewed", "Right of withdrawal", "Place order with obligation to pay",
             "Go back and correct"),
        ),
    ],
)  # fmt: skip
def test_the_review_says_what_the_order_binds_to(
    site: Site, lang: str, words: tuple[str, ...]
) -> None:
    """CGS 2.1 b §2: detail, total, next due date, how to leave, a way back, lawful button."""
    text = review(site.browser(), lang).text
    assert [word for word in words if word not in text] == []
    assert site.is_untouched


def test_an_edit_clears_the_boxes_and_keeps_the_answers(site: Site) -> None:
    """FRM-2: any edit returns to the draft; consent is given anew."""
    browser = site.browser()
    page = review(browser)
    edit = browser.get(f"{page.forms['place'].action.removesuffix('/place')}/edit")
    fields = edit.forms["order"].fields
    assert {name: fields[name] for name in ANSWERS} == ANSWERS
    assert set(BOXES) & set(fields) == set()
    is_form_error(browser.submit(edit, "order", city="Nantes"), "CGS_NOT_ACCEPTED", "fr")
    page = browser.follow(browser.submit(edit, "order", **BOXES, city="Nantes"))
    assert "Nantes" in page.text


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    ("changes", "code"), [({"birth_year": "2012"}, "UNDER_16"), ({"country": "ZZ"}, "BAD_COUNTRY")]
)
def test_a_wrong_edit_keeps_what_was_typed(
    site: Site, changes: dict[str, str], code: str, lang: str
) -> None:
    browser = site.browser()
    page = review(browser, lang)
    edit = browser.get(f"{page.forms['place'].action.removesuffix('/place')}/edit")
    site.world.read_stream()
    again = browser.submit(edit, "order", **BOXES, **changes, city="Nantes")
    is_form_error(again, code, lang)
    assert again.forms["order"].fields["city"] == "Nantes"
    nothing_happened(site)


def test_switching_the_language_of_an_edit_keeps_it_an_edit(site: Site) -> None:
    browser = site.browser()
    address = review(browser).forms["place"].action.removesuffix("/place")
    edit = browser.get(f"{address}/edit")
    page = browser.submit(edit, "order", switch_lang="en", city="Nantes")
    assert page.forms["order"].action == f"{address.replace('/fr/', '/en/')}/edit"
    assert page.forms["order"].fields["city"] == "Nantes"


@pytest.mark.parametrize("lang", LANGS)
def test_a_price_that_changed_is_shown_before_it_is_ordered(site: Site, lang: str) -> None:
    """FRM-2: 20.00 shown, 25.00 at submit: refused, charge 0.00; then 25.00 can be ordered."""
    browser = site.browser()
    shown = review(browser, lang)
    raise_price(site)
    page = browser.submit(shown, "place")
    is_form_error(page, "PRICE_CHANGED_REVIEW_AGAIN", lang)
    assert site.is_untouched
    assert ("25,00 €" if lang == "fr" else "€25.00") in page.text
    paying = browser.follow(browser.submit(page, "place"))
    assert "outcome" in paying.forms
    assert [p.request.amount.minor for p in site.gateway.pages.values()] == [2500]
    checkout = site.world.ports.store.checkout(
        paying.forms["outcome"].action.split("/")[3], fresh=True
    )
    assert (checkout.price_row, checkout.gross_minor) == ("solo-eur-2", 2500)


def test_a_review_looked_at_again_shows_the_new_price(site: Site) -> None:
    """PRC-3: page, review and charge read the same row."""
    browser = site.browser()
    shown = review(browser)
    raise_price(site)
    page = browser.get(shown.forms["place"].action.removesuffix("/place"))
    assert page.forms["place"].fields["shown_minor"] == "2500"
    again = browser.submit(page, "place")
    final = browser.submit(again, "place") if again.status == 422 else again
    assert final.status == 303


@pytest.mark.parametrize("shown", ["1", "", "-2000", "2000.00", "0x7d0", "9" * 5000, "²", "1e9"])
def test_a_total_that_was_not_shown_orders_nothing(site: Site, shown: str) -> None:
    """The figure comes back from the page, and is only ever compared."""
    page = site.browser()
    answer = page.submit(review(page), "place", shown_minor=shown)
    is_form_error(answer, "PRICE_CHANGED_REVIEW_AGAIN", "fr")
    assert site.is_untouched


@pytest.mark.parametrize("lang", LANGS)
def test_terms_that_changed_are_read_and_accepted_anew(site: Site, lang: str) -> None:
    """FRM-1 b, d: a version published between review and order: `TERMS_CHANGED`."""
    browser = site.browser()
    shown = review(browser, lang)
    site.world.fakes.clock.advance(timedelta(minutes=2))
    publish_terms(site)
    page = browser.submit(shown, "place")
    is_form_error(page, "TERMS_CHANGED", lang)
    assert "terms" not in page.forms["order"].fields
    assert site.is_untouched
    boxes = BOXES | {"terms": "2026-10-05"}
    page = browser.follow(browser.submit(page, "order", **boxes))
    assert "outcome" in browser.follow(browser.submit(page, "place")).forms


def test_the_button_pressed_twice_is_one_order(site: Site) -> None:
    """FRM-2: a double click orders once and opens one payment page."""
    browser = site.browser()
    page = review(browser)
    site.world.read_stream()
    first, second = browser.submit(page, "place"), browser.submit(page, "place")
    assert first.location == second.location
    assert len(site.world.read_stream()) == 1
    once = browser.follow(first)
    twice = browser.follow(second)
    assert once.html == twice.html
    assert len(site.gateway.pages) == 1


@pytest.mark.parametrize("lang", LANGS)
def test_a_placed_order_is_no_longer_edited(site: Site, lang: str) -> None:
    """Going back to the form of a placed order leads to its payment."""
    browser = site.browser()
    address = review(browser, lang).forms["place"].action.removesuffix("/place")
    edit = browser.get(f"{address}/edit")
    browser.submit(browser.get(address), "place")
    assert browser.submit(edit, "order", **BOXES, city="Nantes").location == address
    assert browser.get(f"{address}/edit").location == address
    assert "outcome" in browser.follow(browser.get(address)).forms


def test_the_switch_of_a_page_that_a_form_gave_leads_to_a_page(site: Site) -> None:
    """The other language of an answer to a form is a page that can be opened."""
    browser = site.browser()
    shown = review(browser)
    page = browser.submit(shown, "place", shown_minor="1")
    address = shown.forms["place"].action.removesuffix("/place").replace("/fr/", "/en/")
    assert address in page.links
    assert browser.get(address).lang == "en"


def test_nothing_is_paid_before_the_review(site: Site) -> None:
    """Every step of payment sends an unreviewed order back to its review."""
    browser = site.browser()
    page = review(browser)
    address = page.forms["place"].action.removesuffix("/place")
    csrf = {"csrf": page.forms["place"].fields["csrf"]}
    assert browser.get(f"{address}/pay").location == address
    assert browser.get(f"{address}/result").location == address
    assert browser.post(f"{address}/outcome", csrf).location == address
    assert browser.post(f"{address}/mailbox", csrf | {"email": "a@b.fr"}).location == address
    is_refusal(browser.post(f"{address}/retry", csrf), 422, "REVIEW_FIRST", "fr")
    assert site.is_untouched


def test_placing_says_how_it_is_paid(site: Site) -> None:
    """The page after the button asks for the means of payment, in the words of the order."""
    text = place(site.browser(), "en").text
    assert plain("Premium Solo: €20.00 now, for your first month.") in text
