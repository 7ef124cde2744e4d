"""Every page renders in both languages, from facts to complete words."""

import re
from html.parser import HTMLParser

import pytest

from chalicelib.pages.chrome import Lang
from tests.unit.pages.sample_pages import EVERY_PAGE, PAGES
from tests.unit.pages.samples import a_chrome

VOID = {"meta", "link", "input", "br", "img", "hr", "path", "circle", "line"}


class Document(HTMLParser):
    """The elements of a page, and whether they close in order."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.crossed: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.crossed.append(tag)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


@pytest.mark.parametrize(("name", "lang"), EVERY_PAGE)
def test_every_page_renders_in_both_languages(name: str, lang: Lang) -> None:
    """Elements close in order, ids are unique, the page says its language and has one title."""
    document = Document(PAGES[name](a_chrome(lang)))
    ids = [str(attributes["id"]) for _, attributes in document.elements if "id" in attributes]
    assert document.crossed == []
    assert document.open == []
    assert sorted(set(ids)) == sorted(ids)
    assert document.all("html")[0]["lang"] == lang
    assert len(document.all("h1")) == 1


@pytest.mark.parametrize(("name", "lang"), EVERY_PAGE)
def test_a_page_points_only_at_what_it_has(name: str, lang: Lang) -> None:
    """Labels, descriptions and links inside the page name an existing id."""
    document = Document(PAGES[name](a_chrome(lang)))
    ids = {attributes["id"] for _, attributes in document.elements if "id" in attributes}
    wanted: set[str] = set()
    for _, attributes in document.elements:
        for key in ("for", "form", "aria-labelledby", "aria-describedby"):
            wanted |= set((attributes.get(key) or "").split())
        if (attributes.get("href") or "").startswith("#"):
            wanted.add(str(attributes["href"])[1:])
    assert wanted - ids == set()


@pytest.mark.parametrize(("name", "lang"), EVERY_PAGE)
def test_a_strict_content_policy_lets_every_page_live(name: str, lang: Lang) -> None:
    """No inline style, no inline script, no handler in an attribute."""
    document = Document(PAGES[name](a_chrome(lang)))
    assert all("src" in script for script in document.all("script"))
    assert document.all("style") == []
    assert [
        key
        for _, attributes in document.elements
        for key in attributes
        if key == "style" or key.startswith("on")
    ] == []


@pytest.mark.parametrize("name", [name for name in PAGES if not name.startswith("payment")])
def test_only_the_payment_page_has_a_script(name: str) -> None:
    """The legal functions and the whole order up to the payment work without JavaScript (TEC-1)."""
    assert "<script" not in PAGES[name](a_chrome())


@pytest.mark.parametrize(("name", "lang"), EVERY_PAGE)
def test_every_form_posts_the_csrf_token(name: str, lang: Lang) -> None:
    """A form posts to this site, with the token of the session."""
    document = Document(PAGES[name](a_chrome(lang)))
    tokens = [field["value"] for field in document.all("input") if field.get("name") == "csrf"]
    forms = document.all("form")
    assert tokens == ["token-1"] * len(forms)
    assert all(str(form["action"]).startswith(f"/{lang}/") for form in forms)
    assert all(form["method"] == "post" for form in forms)


def test_what_a_person_typed_comes_back_escaped() -> None:
    """The text typed stays text."""
    html = PAGES["order-wrong"](a_chrome())
    assert "L’Hôte &amp; fils &lt;b&gt;" in html
    assert "3 rue &#34;des Arts&#34;" in html


def test_a_box_is_never_ticked_in_advance() -> None:
    """CGS 1 §2: the boxes of the order are empty until the person ticks them."""
    html = PAGES["order"](a_chrome())
    assert len(re.findall(r'type="checkbox"', html)) == 3
    assert "checked" not in html
