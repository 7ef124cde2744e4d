"""The general terms: articles, languages, identity of each file, and what they must not say."""

import hashlib
import json
import re
from datetime import UTC, date, datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from chalicelib.domain.kernel.calendar import start_of_day
from chalicelib.domain.kernel.language import LANGUAGES
from tests.unit.texts.markdown import headings, links, shape

TERMS = Path(__file__).parents[3] / "chalicelib" / "texts" / "terms"
INDEX: list[dict[str, Any]] = json.loads((TERMS / "versions.json").read_text())
VERSIONS = [entry["version"] for entry in INDEX]
FILES = [entry["files"][lang] for entry in INDEX for lang in LANGUAGES]
ARTICLES = [
    "1", "2", "2.1", "a", "b", "c", "d", "2.2", "a", "b", "c", "d", "e", "f", "g",
    "3", "3.1", "3.2", "3.3", "4", "5", "6", "6.1", "6.2", "7", "7.1", "7.2", "8", "9", "10", "1",
]  # fmt: skip
L444_8 = "524df9cd649efb6f6141f62d4cbefae74e1fad62d05032f34dedabb90bbb1580"
every_version = pytest.mark.parametrize("version", VERSIONS)
every_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file["name"])


def read(name: str) -> str:
    return (TERMS / name).read_text(encoding="utf-8")


def article(text: str, start: str) -> str:
    """The words under the heading that starts so, up to the next heading."""
    for heading, end in pairwise([*re.finditer(r"^#+ .*$", text, re.MULTILINE), None]):
        if heading is not None and heading[0].lstrip("# ").startswith(start):
            return text[heading.end() : end.start() if end else None]
    raise AssertionError(f"no heading starts with {start}")


class TestCgs1:
    """CGS art. 1: past versions stay readable, each under an identity that cannot drift."""

    @every_file
    def test_a_file_is_the_one_that_was_published(self, file: dict[str, str]) -> None:
        """FRM-1: contracts name the sha256 of what was accepted."""
        found = hashlib.sha256((TERMS / file["name"]).read_bytes()).hexdigest()
        assert file["sha256"] == found, (
            f"{file['name']} is not the published text. If nobody has accepted it yet, write"
            f' "sha256": "{found}" in versions.json; otherwise restore it and add a version.'
        )

    def test_the_archive_lists_every_file(self) -> None:
        """Nothing is published unlisted, nothing listed is missing."""
        assert {path.name for path in TERMS.glob("*.md")} == {file["name"] for file in FILES}
        assert set(LANGUAGES) == {lang for entry in INDEX for lang in entry["files"]}

    def test_versions_are_dates_in_order_and_published_at_their_first_minute(self) -> None:
        """A version starts at 00:00 in Paris of the day that names it."""
        assert sorted(set(VERSIONS)) == VERSIONS
        for entry in INDEX:
            published = datetime.fromisoformat(entry["published_at"])
            assert published == start_of_day(date.fromisoformat(entry["version"]))
            assert published.tzinfo == UTC

    def test_an_older_version_differs_in_the_display_of_prices_alone(self) -> None:
        """The archive has something to show: the same terms, one paragraph of 2.1 c changed."""
        for lang in LANGUAGES:
            before, after = (read(f"{version}.{lang}.md").splitlines() for version in VERSIONS)
            changed = [new for old, new in zip(before, after, strict=True) if old != new]
            assert len(changed) == 2
            assert changed[1] in article("\n".join(after), "c. Pri")


class TestCgs1Accessibility:
    """CGS art. 1, accessibility: one text in two languages, made of what every reader knows."""

    @every_version
    def test_both_languages_have_the_same_articles(self, version: str) -> None:
        """FRM-5: the same heading tree, paragraph by paragraph."""
        texts = [read(f"{version}.{lang}.md") for lang in LANGUAGES]
        trees = [[(h.level, h.number) for h in headings(text)] for text in texts]
        assert trees[0] == trees[1]
        annexes = [text.index("## Annex") for text in texts]
        french, english = (text[:at] for text, at in zip(texts, annexes, strict=True))
        assert shape(french) == shape(english)

    @every_file
    def test_the_articles_keep_the_numbers_that_the_code_cites(self, file: dict[str, str]) -> None:
        """Every clause named in a test has its place in the text."""
        numbers = [heading.number for heading in headings(read(file["name"]))]
        assert [number for number in numbers if number] == ARTICLES

    @every_file
    def test_heading_levels_skip_nothing(self, file: dict[str, str]) -> None:
        """ACC-2: a screen reader walks the tree."""
        levels = [heading.level for heading in headings(read(file["name"]))]
        assert levels[0] == 1
        assert levels.count(1) == 1
        assert all(after <= before + 1 for before, after in pairwise(levels))

    @every_file
    def test_a_text_is_complete_in_itself(self, file: dict[str, str]) -> None:
        """No placeholder: the sha256 must mean one text only. No HTML either."""
        text = read(file["name"])
        assert not re.search(r"\{\{|\{%|<(?!https://)", text)

    @every_file
    def test_links_stay_in_the_site_or_lead_to_known_places(self, file: dict[str, str]) -> None:
        """MED-2: the mediator and the register of titles; no closed ODR platform."""
        lang = file["name"].split(".")[1]
        for link in links(read(file["name"])):
            assert link.startswith((f"/{lang}/", "https://www.mediationconso-ame.com")) or (
                link == "https://www.francecompetences.fr/"
            )


class TestCgs10:
    """CGS art. 10: French law, a free mediation, and no clause on courts."""

    @every_file
    def test_no_clause_chooses_a_court(self, file: dict[str, str]) -> None:
        """Annex al. 6: a clause conferring jurisdiction is void; the article alone names it."""
        text = read(file["name"]).replace("clause attributive de compétence", "")
        text = text.replace("clause conferring jurisdiction", "")
        assert not re.search(
            r"comp[ée]tence exclusive|tribuna(?:l|ux) (?:de|comp)|jurisdiction|courts of",
            text,
            re.IGNORECASE,
        )

    @every_file
    def test_the_online_dispute_platform_is_not_named(self, file: dict[str, str]) -> None:
        """MED-2: it closed in July 2025."""
        assert not re.search(r"ec\.europa\.eu|\bODR\b|\bRLL\b", read(file["name"]))


class TestCgsAnnex1:
    """CGS annex 1: article L444-8 word for word, on pain of nullity."""

    @every_file
    def test_the_official_wording(self, file: dict[str, str]) -> None:
        """DOC-1: six paragraphs, unchanged but for spaces and apostrophes."""
        quoted = " ".join(re.findall(r"^> ?(.*)$", read(file["name"]), re.MULTILINE))
        words = " ".join(quoted.replace("’", "'").split())
        assert hashlib.sha256(words.encode()).hexdigest() == L444_8

    @every_file
    def test_the_points_where_copies_go_wrong(self, file: dict[str, str]) -> None:
        """K13: the commas, the plural and the preposition of the official text."""
        text = read(file["name"])
        for words in (
            "par l'élève, ou son représentant légal, si, par suite",
            "Les livres, objets ou matériels dont",  # codespell:ignore objets
            "pour la valeur estimée au contrat.",
            "unilatéralement résilié par l'élève moyennant",
        ):
            assert words in text

    def test_the_source_is_stated(self) -> None:
        """A quotation says where it comes from."""
        for file in FILES:
            assert "Légifrance" in article(read(file["name"]), "Annex")
