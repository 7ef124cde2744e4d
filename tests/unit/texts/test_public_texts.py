"""The public texts: both languages alike, known placeholders, links that lead somewhere."""

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest

from chalicelib.domain.kernel.language import LANGUAGES, Language
from tests.unit.texts.markdown import headings, links, placeholders, shape

TEXTS = Path(__file__).parents[3] / "chalicelib" / "texts"
NAMES = (
    "legal-notice", "privacy", "cookies", "accessibility", "mediator", "help",
)  # fmt: skip
PAGES = {*NAMES, "terms", "password", "account/cancel", "account/documents", "account/method"}
FILES = [(name, lang) for name in NAMES for lang in LANGUAGES]
OUTSIDE = {
    "https://aws.amazon.com/fr/contact-us/", "https://aws.amazon.com/contact-us/",
    "https://www.cnil.fr/fr/plaintes", "https://www.cnil.fr/en/plaintes",
    "https://www.defenseurdesdroits.fr/", "https://signal.conso.gouv.fr/",
}  # fmt: skip
KNOWN: dict[str, str] = json.loads((TEXTS / "placeholders.json").read_text())
every_text = pytest.mark.parametrize("name", NAMES)
every_file = pytest.mark.parametrize(("name", "lang"), FILES)


def read(name: str, lang: Language) -> str:
    return (TEXTS / f"{name}.{lang}.md").read_text(encoding="utf-8")


def test_every_file_is_listed() -> None:
    """DOC-2: the pages the law asks for, in both languages, and no stray one."""
    assert {path.name for path in TEXTS.glob("*.md")} == {
        f"{name}.{lang}.md" for name, lang in FILES
    }


@every_text
def test_both_languages_say_the_same_things_in_the_same_order(name: str) -> None:
    """FRM-5: block by block, and with the same places filled in."""
    french, english = (read(name, lang) for lang in LANGUAGES)
    assert shape(french) == shape(english)
    assert placeholders(french) == placeholders(english)


@every_text
def test_both_languages_lead_to_the_same_places(name: str) -> None:
    """The same inner links, each in its own language."""
    french, english = (links(read(name, lang)) for lang in LANGUAGES)
    assert [re.sub("^/fr/", "/en/", link) for link in french if link.startswith("/")] == [
        link for link in english if link.startswith("/")
    ]


@every_file
def test_headings_make_a_tree(name: str, lang: Language) -> None:
    """ACC-2: one title, no level skipped."""
    levels = [heading.level for heading in headings(read(name, lang))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@every_file
def test_links_lead_somewhere(name: str, lang: Language) -> None:
    """Inside: an existing page of the same language; outside: one of the few known places."""
    for link in links(read(name, lang)):
        if link.startswith("/"):
            assert link.removeprefix(f"/{lang}/") in (*PAGES, "contact")
        else:
            assert link in OUTSIDE | {"mailto:{{seller.email}}", "{{mediator.url}}"}


def test_every_placeholder_is_documented_and_used() -> None:
    """The list is what the renderer fills in: nothing more, nothing less."""
    used = {found for name, lang in FILES for found in placeholders(read(name, lang))}
    assert used == set(KNOWN)


@every_file
def test_the_seller_is_never_written_down(name: str, lang: Language) -> None:
    """Another operator has another name; it comes from the settings."""
    assert not re.search(
        r"clairi[èe]re|tilleuls|900\s?000\s?019|ame conso", read(name, lang), re.IGNORECASE
    )


@every_file
def test_no_court_clause_and_no_dead_platform(name: str, lang: Language) -> None:
    """MED-2 and annex al. 6."""
    assert not re.search(
        r"comp[ée]tence exclusive|tribunaux de|ec\.europa\.eu|\bODR\b|\bRLL\b",
        read(name, lang),
        re.IGNORECASE,
    )


class TestCgs33:
    """CGS art. 3.3: where invoices are is said in the help."""

    def test_the_help_names_the_place(self) -> None:
        """INV-1: the account keeps them."""
        for lang in LANGUAGES:
            assert f"/{lang}/account/documents" in links(read("help", lang))


class TestCgs5:
    """CGS art. 5: what to do when the connection fails."""

    def test_the_help_answers_connection_problems(self) -> None:
        """AVL-2: the page that the terms lead to has the answers."""
        assert "## Problèmes de connexion" in read("help", "fr")  # codespell:ignore connexion
        assert "## Connection problems" in read("help", "en")

    def test_the_help_says_how_to_have_a_page_read_on_both_systems(self) -> None:
        """ACC-2: Mac and Windows."""
        for lang in LANGUAGES:
            assert {"Mac", "Windows"} <= set(re.findall(r"Mac|Windows", read("help", lang)))


class TestCgs10:
    """CGS art. 10: a written complaint first, then the mediator, free and optional."""

    def test_the_mediator_page_has_its_three_conditions(self) -> None:
        """MED-1: write first, within a year, free of charge."""
        french, english = read("mediator", "fr"), read("mediator", "en")
        for words in ("d'abord écrit", "dans l'année", "gratuit"):
            assert words in french
        for words in ("written to us first", "within a year", "free for you"):
            assert words in english
