"""The words: extracted, translated, compiled, with none missing and none left over."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from chalicelib.pages import catalogues

ROOT = Path(__file__).parents[3]
PAGES = ROOT / "chalicelib" / "pages"
FRENCH = catalogues.FOLDER / "fr" / "LC_MESSAGES"
# A French reader's signs: a space that does not break stands before them.
BARE_SPACE = re.compile(r"\S (?:[;:!?»]|%(?!\())|« ")


def babel(*arguments: str) -> None:
    command = [sys.executable, "-m", "babel.messages.frontend", "-q", *arguments]
    subprocess.run(command, check=True, cwd=ROOT)  # noqa: S603 - our own words


def catalogue(file: Path) -> Catalog:
    with file.open(encoding="utf-8") as opened:
        return read_po(opened)


def ids(file: Path) -> set[str]:
    return {str(message.id) for message in catalogue(file) if message.id}


def test_the_template_lists_every_word_of_the_pages(tmp_path: Path) -> None:
    """A wording added to a page reaches the translators."""
    fresh = tmp_path / "pages.pot"
    mapping = str(catalogues.FOLDER / "babel.cfg")
    babel("extract", "-F", mapping, "-k", "N_", "-o", str(fresh), str(PAGES))
    assert ids(fresh) == ids(catalogues.FOLDER / "pages.pot")


def test_french_is_complete() -> None:
    """No wording without a translation, no translation without a wording, none in doubt."""
    french = catalogue(FRENCH / "pages.po")
    words = [message for message in french if message.id]
    assert ids(FRENCH / "pages.po") == ids(catalogues.FOLDER / "pages.pot")
    assert [message.id for message in words if not message.string or message.fuzzy] == []
    assert [
        message.id
        for message in words
        if isinstance(message.string, tuple) and "" in message.string
    ] == []


def test_a_translation_keeps_its_placeholders() -> None:
    """Every fact of the English wording is in the French one, under its own name."""
    for message in catalogue(FRENCH / "pages.po"):
        pairs = zip(_texts(message.id), _texts(message.string), strict=True)
        for english, french in pairs:
            assert sorted(_slots(english)) == sorted(_slots(french)), english


def test_french_signs_never_start_a_line() -> None:
    """The space before a high sign, and inside the quotes, does not break."""
    texts = [text for message in catalogue(FRENCH / "pages.po") for text in _texts(message.string)]
    assert [text for text in texts if BARE_SPACE.search(re.sub(r"<[^>]*>", "", text))] == []


def test_the_compiled_catalogue_is_the_written_one(tmp_path: Path) -> None:
    """What ships is what was reviewed."""
    fresh = tmp_path / "pages.mo"
    babel("compile", "-i", str(FRENCH / "pages.po"), "-o", str(fresh), "-l", "fr")
    assert fresh.read_bytes() == (FRENCH / "pages.mo").read_bytes()


def test_a_missing_word_is_refused() -> None:
    """A page is never half in another language."""
    words = catalogues.catalogue("fr")
    with pytest.raises(catalogues.MessageMissing):
        words.gettext("A sentence that no catalogue knows")
    with pytest.raises(catalogues.MessageMissing):
        words.ngettext("one unknown", "%(num)d unknown", 2)
    with pytest.raises(catalogues.MessageMissing):
        words.pgettext("nowhere", "Unknown")


def test_plurals_follow_the_language() -> None:
    """French counts zero with one, English with many."""
    assert (
        catalogues.catalogue("fr").ngettext("one day left", "%(num)d days left", 0)
        == "un jour restant"
    )
    assert (
        catalogues.catalogue("en").ngettext("one day left", "%(num)d days left", 0)
        == "%(num)d days left"
    )


def _texts(message: object) -> tuple[str, ...]:
    return tuple(message) if isinstance(message, list | tuple) else (str(message),)


def _slots(text: str) -> list[str]:
    return re.findall(r"%(?:\(\w+\)[sd]|@)|<a [^>]*>|</a>", text.replace("%(num)d", ""))
