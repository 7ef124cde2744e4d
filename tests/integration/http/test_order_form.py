"""The order form: kept answers, and every answer that does not fit (CGS 2.1 b, FRM-1, CAP-1)."""

from datetime import UTC, datetime

import pytest

from chalicelib.domain.contract.terms import TermsVersion
from tests.fakes import TERMS
from tests.integration.http.site import ANSWERS, BOXES, EMAIL, Site, fill_in, review
from tests.integration.http.verdicts import LANGS, is_form_error, is_refusal, nothing_happened

EMAILS = ("zoe", "zoe@", "@example.org", "zoe@example", "a b@example.org", "a@b@example.org",
          "zoé@example.org", "zoe@exämple.org", "a@example.org,b@example.org", "<a@example.org>",
          "zoe@example.org\r\nBcc: b@example.org", "x" * 250 + "@example.org")  # fmt: skip
DATES = (("31", "2", "1990"), ("29", "2", "2001"), ("0", "1", "1990"), ("1", "13", "1990"),
         ("1", "1", "2030"), ("5", "10", "2026"), ("1", "1", "1850"), ("1", "1", "90"),
         ("x", "1", "1990"), ("1", "1", "99999"), ("-1", "1", "1990"))  # fmt: skip


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("plan", ["gold", "plus", "%3Cscript%3E", "solo%0d%0aX: y"])
def test_an_offer_that_is_not_sold_is_named_so(site: Site, plan: str, lang: str) -> None:
    """DEF-1: the catalogue says what can be ordered."""
    browser = site.browser()
    is_refusal(browser.get(f"/{lang}/order/{plan}"), 404, "UNKNOWN_PLAN", lang)
    form = browser.get(f"/{lang}/order/solo").forms["order"].fields
    sent = browser.post(f"/{lang}/order/{plan}", form | ANSWERS | BOXES)
    is_refusal(sent, 404, "UNKNOWN_PLAN", lang)
    nothing_happened(site)


@pytest.mark.parametrize("lang", LANGS)
def test_no_order_without_the_box_of_the_terms(site: Site, lang: str) -> None:
    """FRM-1 a: `CGS_NOT_ACCEPTED`, before any payment call; the box comes unticked."""
    browser = site.browser()
    empty = browser.get(f"/{lang}/order/solo")
    assert {"terms", "capacity", "immediate_start"} & set(empty.forms["order"].fields) == set()
    page = browser.submit(empty, "order", "terms", **ANSWERS | BOXES)
    is_form_error(page, "CGS_NOT_ACCEPTED", lang)
    nothing_happened(site)


@pytest.mark.parametrize("lang", LANGS)
def test_no_order_under_a_version_of_the_terms_that_was_replaced(site: Site, lang: str) -> None:
    """FRM-1 d: shown at 10:00, replaced at 10:02, ordered at 10:03: `TERMS_CHANGED`."""
    browser = site.browser()
    shown = browser.get(f"/{lang}/order/solo")
    publish_terms(site)
    page = browser.submit(shown, "order", **ANSWERS | BOXES)
    is_form_error(page, "TERMS_CHANGED", lang)
    assert "terms" not in page.forms["order"].fields
    assert page.forms["order"].fields["given_name"] == "Zoé"
    nothing_happened(site)
    again = browser.submit(page, "order", terms="2026-10-05")
    assert "place" in browser.follow(again).forms


def publish_terms(site: Site) -> None:
    """A new version of the terms enters into force at this instant."""
    new = TermsVersion(
        version="2026-10-05", published_at=site.world.now, sha256_fr="a" * 64, sha256_en="b" * 64
    )
    site.told(terms=TERMS.replace(versions=(*TERMS.versions, new)))


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    ("born", "code"),
    [
        (("5", "10", "2011"), "UNDER_16"),
        (("6", "10", "2010"), "UNDER_16"),
        (("5", "10", "2009"), "REPRESENTATIVE_NEEDED"),
        (("6", "10", "2008"), "REPRESENTATIVE_NEEDED"),
    ],
)
def test_a_minor_is_told_why(site: Site, born: tuple[str, str, str], code: str, lang: str) -> None:
    """CAP-1: 15 never, 17 with a representative; the day before the birthday still counts."""
    day, month, year = born
    page = fill_in(site.browser(), lang, birth_day=day, birth_month=month, birth_year=year)
    is_form_error(page, code, lang)
    nothing_happened(site)


def test_the_eighteenth_birthday_is_of_age(site: Site) -> None:
    """CAP-1 d: completed years at the Paris date."""
    review(site.browser(), birth_day="5", birth_month="10", birth_year="2008")


@pytest.mark.parametrize("born", DATES)
def test_a_date_that_is_none_is_refused(site: Site, born: tuple[str, str, str]) -> None:
    day, month, year = born
    page = fill_in(site.browser(), birth_day=day, birth_month=month, birth_year=year)
    is_form_error(page, "BAD_BIRTH_DATE", "fr")
    nothing_happened(site)


@pytest.mark.parametrize("email", EMAILS)
def test_an_address_that_takes_no_mail_is_refused(site: Site, email: str) -> None:
    page = fill_in(site.browser(), "en", email=email)
    is_form_error(page, "BAD_EMAIL", "en")
    nothing_happened(site)


@pytest.mark.parametrize("country", ["ZZ", "fr", "FRA", "F", "XX'--"])
@pytest.mark.parametrize("lang", LANGS)
def test_a_country_that_is_not_offered_is_refused(site: Site, country: str, lang: str) -> None:
    page = fill_in(site.browser(), lang, country=country)
    is_form_error(page, "BAD_COUNTRY", lang)
    nothing_happened(site)


@pytest.mark.parametrize("name", [*ANSWERS, "capacity"])
@pytest.mark.parametrize("lang", LANGS)
def test_each_missing_answer_is_named(site: Site, name: str, lang: str) -> None:
    browser = site.browser()
    answers = ANSWERS | BOXES | {name: "  \t\u200b"}
    page = browser.submit(browser.get(f"/{lang}/order/solo"), "order", **answers)
    is_form_error(page, "MISSING_FIELD", lang)
    field = "birth_date" if name.startswith("birth") else name
    assert f'href="#{field}"' in page.html
    nothing_happened(site)


@pytest.mark.parametrize(("name", "longest"), [("given_name", 80), ("postal_code", 10)])
def test_a_long_answer_is_refused_not_cut(site: Site, name: str, longest: int) -> None:
    page = fill_in(site.browser(), **{name: "x" * (longest + 1)})
    is_form_error(page, "TOO_LONG", "fr")
    review(site.browser(), **{name: "x" * longest})


def test_signs_that_nobody_sees_do_not_reach_the_books(site: Site) -> None:
    """Control signs and turns of direction go, doubled blanks close up, letters are composed."""
    page = review(
        site.browser(), given_name="Zo\u0065\u0301\x00\x1b[31m", family_name="\u202eA  \t B\u2066"
    )
    assert "Zoé[31m A B" in page.text
    assert "\x00" not in page.html


def test_a_picture_in_a_name_is_kept_as_typed(site: Site) -> None:
    """People may be called what they like; papers print what their fonts can draw."""
    family = "\N{WOMAN}\N{ZERO WIDTH JOINER}\N{GRADUATION CAP}"
    assert f"王 {family}" in review(site.browser(), given_name="王", family_name=family).text


@pytest.mark.parametrize("field", ["given_name", "address_line", "city"])
def test_a_script_in_an_answer_stays_text(site: Site, field: str) -> None:
    script = '"><script>alert(1)</script>{{ 7 * 7 }}'
    browser = site.browser()
    shown_again = fill_in(browser, **{field: script, "email": "no"})
    assert shown_again.forms["order"].fields[field] == script
    page = review(browser, **{field: script})
    assert page.scripts == shown_again.scripts == []
    assert script in page.text


@pytest.mark.parametrize("lang", LANGS)
def test_an_answer_given_twice_is_no_answer(site: Site, lang: str) -> None:
    """Nobody can say afterwards which of two values was meant."""
    browser = site.browser()
    form = browser.get(f"/{lang}/order/solo").forms["order"].fields | ANSWERS | BOXES
    body = "&".join(f"{name}={value}" for name, value in form.items()) + "&terms=2025-01-01"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    page = browser.send("POST", f"/{lang}/order/solo", body=body.encode(), headers=headers)
    is_refusal(page, 422, "REPEATED_FIELD", lang)
    assert f"/{lang}/order/solo" in page.links
    nothing_happened(site)


@pytest.mark.parametrize("lang", LANGS)
def test_a_form_beyond_reason_is_refused_unread(site: Site, lang: str) -> None:
    browser = site.browser()
    form = browser.get(f"/{lang}/order/solo").forms["order"].fields
    page = browser.post(f"/{lang}/order/solo", form | {"given_name": "x" * 70_000})
    is_refusal(page, 413, "BODY_TOO_LARGE", lang)
    page = browser.post(f"/{lang}/order/solo", form | {f"f{n}": "" for n in range(100)})
    is_refusal(page, 422, "INVALID", lang)
    nothing_happened(site)


@pytest.mark.parametrize("body", [b"\xff\xfe=1", b"given_name=%ff%fe", b"\x00" * 100])
def test_a_body_that_is_no_text_is_refused(site: Site, body: bytes) -> None:
    browser = site.browser()
    browser.get("/fr")
    headers = {"content-type": "application/x-www-form-urlencoded"}
    page = browser.send("POST", "/fr/order/solo", body=body, headers=headers)
    assert page.status in (403, 422)
    nothing_happened(site)


@pytest.mark.parametrize("checkout_id", ["", "x", "../../etc/passwd", "0" * 25, "é" * 26, "I" * 26])
@pytest.mark.parametrize("lang", LANGS)
def test_an_order_needs_the_name_its_page_made(site: Site, checkout_id: str, lang: str) -> None:
    page = fill_in(site.browser(), lang, checkout_id=checkout_id)
    is_refusal(page, 404, "NOT_FOUND", lang)
    nothing_happened(site)


def test_an_error_keeps_every_answer_and_every_box(site: Site) -> None:
    """Nothing is typed twice."""
    page = fill_in(site.browser(), email="no")
    kept = page.forms["order"].fields
    assert {name: kept[name] for name in ANSWERS | BOXES} == ANSWERS | BOXES | {"email": "no"}
    assert "autofocus" in page.html


@pytest.mark.parametrize(("lang", "other"), [("fr", "en"), ("en", "fr")])
def test_switching_the_language_keeps_the_answers_and_stores_nothing(
    site: Site, lang: str, other: str
) -> None:
    browser = site.browser()
    page = fill_in(browser, lang, switch_lang=other, email="not yet")
    assert (page.status, page.lang) == (200, other)
    assert page.forms["order"].action == f"/{other}/order/solo"
    assert page.forms["order"].fields["email"] == "not yet"
    assert page.forms["order"].fields["city"] == "Paris"
    nothing_happened(site)
    assert browser.follow(browser.submit(page, "order", email=EMAIL)).lang == other


def test_a_form_sent_twice_is_one_order(site: Site) -> None:
    """The page makes the order's name: a resent form is the same order."""
    browser = site.browser()
    form = browser.get("/fr/order/solo")
    first = browser.submit(form, "order", **ANSWERS | BOXES)
    written = len(site.world.read_stream())
    second = browser.submit(form, "order", **ANSWERS | BOXES)
    assert first.location == second.location
    assert (written, len(site.world.read_stream())) == (1, 0)


@pytest.mark.parametrize("changes", [{"city": "Lyon"}, {"email": "zoe@lyon.example"}])
def test_going_back_in_the_browser_corrects_the_order(site: Site, changes: dict[str, str]) -> None:
    """FRM-2: the review shows the latest answers, whichever way they came."""
    browser = site.browser()
    form = browser.get("/fr/order/solo")
    browser.submit(form, "order", **ANSWERS | BOXES)
    page = browser.follow(browser.submit(form, "order", **ANSWERS | BOXES | changes))
    assert "place" in page.forms
    assert all(value in page.text for value in changes.values())


def test_another_browser_cannot_take_an_order_over(site: Site) -> None:
    """Whoever knows the name of an order still does not own it."""
    owner, other = site.browser(), site.browser()
    checkout_id = review(owner).forms["place"].action.split("/")[3]
    page = fill_in(other, checkout_id=checkout_id, email="mallory@example.org", city="Elsewhere")
    is_refusal(page, 422, "CHECKOUT_ALREADY_PLACED", "fr")
    page = other.follow(fill_in(other, checkout_id=checkout_id, city="Elsewhere"))
    is_refusal(page, 403, "NOT_YOURS", "fr")
    assert "Elsewhere" not in owner.get(f"/fr/checkout/{checkout_id}").text


def test_an_order_counts_from_the_instant_it_came(site: Site) -> None:
    """FRM-1: what is kept in evidence is the words, the instant, and a cut address."""
    checkout_id = review(site.browser(), "en").forms["place"].action.split("/")[3]
    checkout = site.world.ports.store.checkout(checkout_id, fresh=True)
    assert checkout.started_at == datetime(2026, 10, 5, 9, 30, tzinfo=UTC)
    assert checkout.evidence.address == "203.0.113.0/24"
    assert checkout.evidence.agent == "Firefox"
    terms, start = checkout.consents
    assert terms.words == "I have read and I accept the general terms, version of 1 September 2026."
    assert (terms.terms_version, terms.terms_sha256) == ("2026-09-01", "e" * 64)
    assert (start.name, start.lang) == ("immediate_start", "en")
