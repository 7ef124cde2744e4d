"""Headers, cookies, languages and fences of every page."""

import pytest

from chalicelib.pages.problems import problem_text
from tests.integration.http.pages import Page
from tests.integration.http.site import (
    EMAIL,
    Browser,
    Site,
    mailed_path,
    open_account,
    place,
    subscribe,
)
from tests.integration.http.verdicts import LANGS, is_dressed, is_refusal, plain

PUBLIC = ("", "/order/solo", "/sign-in", "/password", "/terms", "/terms/2026-09-01", "/contact",
          "/legal-notice", "/privacy", "/cookies", "/accessibility", "/mediator",
          "/help")  # fmt: skip
LEGAL = ("/terms", "/legal-notice", "/privacy", "/mediator", "/contact", "/account/cancel")
ACCOUNT = ("/account", "/account/documents", "/account/method", "/account/cancel")
POSTED = ("/sign-in", "/password", "/order/solo", "/sign-out", "/account/cancel", "/account/resume",
          f"/checkout/{'0' * 26}/place", f"/checkout/{'0' * 26}/retry", "/password/x~1~2~3",
          f"/checkout/{'0' * 26}/outcome", f"/checkout/{'0' * 26}/edit",
          f"/checkout/{'0' * 26}/mailbox", "/pay/x~1~2~3", "/pay/x~1~2~3/outcome",
          "/pay/x~1~2~3/again", f"/account/method/{'0' * 26}",
          f"/account/method/{'0' * 26}/outcome",
          f"/account/method/{'0' * 26}/delete")  # fmt: skip
STRICT = "default-src 'none'; script-src 'self'; style-src 'self'; "


@pytest.fixture
def member(site: Site) -> Browser:
    """The browser of somebody signed in."""
    browser = site.browser()
    subscribe(site, browser)
    open_account(site, browser)
    return browser


def is_strict(page: Page) -> None:
    """A page that loads nothing but ours, and that nobody frames."""
    is_dressed(page)
    policy = page.headers["content-security-policy"]
    assert policy.startswith(STRICT)
    for rule in ("form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"):
        assert rule in policy
    assert "unsafe" not in policy
    assert page.headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert "max-age=63072000" in page.headers["strict-transport-security"]


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("path", PUBLIC)
def test_a_public_page_is_in_its_language_and_strict(site: Site, path: str, lang: str) -> None:
    page = site.browser().get(f"/{lang}{path}")
    assert (page.status, page.lang) == (200, lang)
    is_strict(page)


@pytest.mark.parametrize(("lang", "other"), [("fr", "en"), ("en", "fr")])
@pytest.mark.parametrize(
    "path", [p for p in PUBLIC if p not in ("/order/solo", "/sign-in", "/password")]
)
def test_the_switch_leads_to_the_same_page(site: Site, path: str, lang: str, other: str) -> None:
    page = site.browser().get(f"/{lang}{path}")
    assert f"/{other}{path}" in page.links
    assert f'hreflang="{other}" href="/{other}{path}"' in page.html


def test_the_account_is_strict_and_in_both_languages(member: Browser) -> None:
    for lang in LANGS:
        for path in ACCOUNT:
            page = member.get(f"/{lang}{path}")
            assert (page.status, page.lang) == (200, lang)
            is_strict(page)


def test_only_the_payment_page_lets_the_provider_in(site: Site) -> None:
    """The card's fields come from the provider; everything else stays shut."""
    page = place(site.browser())
    is_dressed(page)
    policy = page.headers["content-security-policy"]
    assert "https://checkoutshopper-test.adyen.com" in policy
    assert "frame-ancestors 'none'" in policy
    assert "script-src 'self' https://www.paypal.com;" in policy
    assert "unsafe" not in policy
    assert len(page.scripts) == 1


def test_legal_functions_work_without_scripts(member: Browser) -> None:
    """TEC-1: plain pages and plain forms, on the oldest browser."""
    for path in LEGAL:
        page = member.get(f"/fr{path}")
        assert (page.status, page.scripts) == (200, [])
    done = member.follow(member.submit(member.get("/fr/account/cancel"), "cancel"))
    assert done.scripts == []
    assert "resume" in done.forms


def test_cookies_are_for_us_alone(site: Site) -> None:
    """HttpOnly, SameSite, Secure on https; nothing else is left in a browser."""
    browser = site.browser()
    first = browser.get("/fr")
    subscribe(site, browser)
    form = browser.get(open_link(site))
    signed_in = browser.submit(form, "set-password", new_password="Clair comme 3 ruisseaux")
    signed_out = browser.submit(browser.get("/fr/account"), "sign-out")
    assert [c.partition("=")[0] for c in first.cookies] == ["visitor"]
    for cookie in first.cookies + signed_in.cookies + signed_out.cookies:
        attributes = cookie.split("; ")[1:]
        assert {"Path=/", "HttpOnly", "SameSite=Lax", "Secure"} <= set(attributes)
    assert signed_out.cookies == ("session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure",)
    assert signed_in.cookies[0].startswith("session=")


def open_link(site: Site) -> str:
    """The latest link to set a password."""
    return mailed_path(site, EMAIL, "/password/")


@pytest.mark.parametrize("odd", ['a[]={"x": 1}', "=; ;;", "b", 'c="d', "visitor2=x; é=1"])
def test_a_cookie_of_another_part_of_the_site_spoils_nothing(site: Site, odd: str) -> None:
    browser = site.browser()
    subscribe(site, browser)
    open_account(site, browser)
    known = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
    assert browser.get("/fr/account", cookie=f"{odd}; {known}; {odd}").status == 200


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("path", POSTED)
def test_a_form_that_no_page_gave_is_not_taken(site: Site, path: str, lang: str) -> None:
    """Every form, with a token missing, wrong, or of another browser."""
    browser, other = site.browser(), site.browser()
    browser.get("/fr")
    foreign = other.get("/fr/sign-in").forms["sign-in"].fields["csrf"]
    for csrf in ({}, {"csrf": ""}, {"csrf": "forged"}, {"csrf": foreign}):
        page = browser.post(f"/{lang}{path}", {"email": EMAIL} | csrf)
        is_refusal(page, 403, "BAD_CSRF", lang)
    assert list(site.world.read_stream()) == []


@pytest.mark.parametrize("lang", LANGS)
def test_a_refused_form_leads_back_to_its_page(site: Site, lang: str) -> None:
    """The way back is a page that can be opened."""
    browser = site.browser()
    for path, page_path in (
        ("/order/solo", "/order/solo"),
        (f"/checkout/{'0' * 26}/place", f"/checkout/{'0' * 26}"),
        ("/account/resume", "/account"),
        ("/sign-out", ""),
    ):
        page = browser.post(f"/{lang}{path}", {"csrf": "x"})
        assert f"/{lang}{page_path}" in page.links
        assert f"/{lang}{path}" == f"/{lang}{page_path}" or f"/{lang}{path}" not in page.links


def test_a_form_needs_the_cookie_of_its_page(site: Site) -> None:
    browser = site.browser()
    form = browser.get("/fr/sign-in")
    browser.cookies.clear()
    is_refusal(browser.submit(form, "sign-in"), 403, "BAD_CSRF", "fr")


@pytest.mark.parametrize("lang", ["de", "FR", "fr-FR", "x", "%66r%00", "robots.txt", "favicon.ico"])
def test_a_language_nobody_speaks_here_is_no_page(site: Site, lang: str) -> None:
    is_refusal(site.browser().get(f"/{lang}"), 404, "NOT_FOUND", "fr")
    is_refusal(site.browser().get(f"/{lang}/sign-in"), 404, "NOT_FOUND", "fr")


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize(
    "path", ["/unknown", "/..%2f..%2fapp", "/%00", "/%3Cscript%3E", "/terms.fr.md"]
)
def test_an_address_that_is_none_says_so(site: Site, path: str, lang: str) -> None:
    page = site.browser().get(f"/{lang}{path}")
    is_refusal(page, 404, "NOT_FOUND", lang)
    assert page.scripts == []


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("version", ["2020-01-01", "x", "..%2fhelp", "2026-09-01.fr"])
def test_a_version_of_the_terms_that_is_none_says_so(site: Site, version: str, lang: str) -> None:
    for path in (f"/{lang}/terms/{version}", f"/{lang}/terms/{version}/pdf"):
        is_refusal(site.browser().get(path), 404, "NO_TERMS", lang)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "PUT", "DELETE", "PATCH"])
def test_a_method_that_a_page_does_not_take_is_told(site: Site, method: str, lang: str) -> None:
    page = site.browser().send(method, f"/{lang}/sign-in")
    is_refusal(page, 405, "METHOD_NOT_ALLOWED", lang)
    assert page.headers["allow"] == "GET, POST"
    alone = site.browser().send("GET", f"/{lang}/sign-out")
    is_refusal(alone, 405, "METHOD_NOT_ALLOWED", lang)
    assert alone.headers["allow"] == "POST"


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("kind", ["application/json", "multipart/form-data; boundary=x", "x", ""])
def test_a_content_that_no_form_has_is_not_read(site: Site, kind: str, lang: str) -> None:
    browser = site.browser()
    csrf = browser.get(f"/{lang}/sign-in").forms["sign-in"].fields["csrf"]
    body = f"csrf={csrf}&email={EMAIL}".encode()
    page = browser.send("POST", f"/{lang}/password", body=body, headers={"content-type": kind})
    is_refusal(page, 415, "WRONG_CONTENT_TYPE", lang)
    assert list(site.world.read_stream()) == []


@pytest.mark.parametrize(
    ("asked", "lang"),
    [("fr-FR,fr;q=0.9,en;q=0.8", "fr"), ("en-GB,en;q=0.9", "en"), ("de-DE,de;q=0.9", "en"),
     ("de,fr;q=0.5", "fr"), ("*", "fr"), ("", "fr")],
)  # fmt: skip
def test_the_home_page_chooses_a_language(site: Site, asked: str, lang: str) -> None:
    """FRM-5: French unless another is asked for without it."""
    page = site.browser().get("/", accept_language=asked)
    assert (page.status, page.location) == (302, f"/{lang}")
    assert page.headers["x-content-type-options"] == "nosniff"


def test_the_health_of_the_site_is_plain(site: Site) -> None:
    page = site.browser().get("/healthz")
    assert (page.status, page.html) == (200, "ok")
    assert page.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("broken", ["store", "facts", "clock"])
def test_a_defect_is_a_page_with_a_reference(site: Site, broken: str, lang: str) -> None:
    """No trace of the machine; what the log knows it by can be quoted."""
    browser = site.browser()
    subscribe(site, browser)
    open_account(site, browser)
    if broken == "facts":
        site.told(terms=None)
    else:
        vars(site.container)[broken] = None
    page = browser.get(f"/{lang}/terms" if broken == "facts" else f"/{lang}/account")
    assert page.status == 500
    assert page.lang == lang
    assert plain(problem_text("UNEXPECTED", lang).detail) in page.text
    is_dressed(page)
    if broken == "facts":
        assert "req-1" in page.text
    else:
        assert "aide@clairiere.example" in page.text
