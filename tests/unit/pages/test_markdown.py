"""The public texts: safe HTML, a title, headings that can be linked to."""

from pathlib import Path

import pytest

from chalicelib.pages.markdown import NoTitle, read
from tests.unit.pages.samples import MARKDOWN

TEXTS = sorted((Path(__file__).parents[3] / "chalicelib" / "texts").rglob("*.md"))


def test_raw_html_stays_text() -> None:
    """A tag in a text is shown, not obeyed; a script is not a link."""
    body = read(MARKDOWN).body
    assert "&lt;b&gt;texte&lt;/b&gt;" in body
    assert 'href="javascript:' not in body
    assert '<a href="/fr/privacy">' in body


def test_headings_have_ids_of_their_own() -> None:
    """An id is made of the heading's words; the second of the same words gets a number."""
    text = read(MARKDOWN)
    assert [(heading.level, heading.id) for heading in text.headings] == [
        (2, "1-objet"),
        (2, "2-abonnement"),
        (3, "2-1-premium-solo"),
        (2, "2-abonnement-2"),
        (2, "4-ete"),
    ]
    assert '<h2 id="4-ete">4. Été</h2>' in text.body


def test_the_first_heading_is_the_title_of_the_page() -> None:
    """The page draws its own first-level heading."""
    text = read(MARKDOWN)
    assert text.title == "Conditions générales"
    assert "<h1" not in text.body


@pytest.mark.parametrize("source", ["", "No heading.", "## Second level first\n\nText."])
def test_a_text_without_a_title_is_refused(source: str) -> None:
    """A public text names itself."""
    with pytest.raises(NoTitle):
        read(source)


def test_a_heading_without_letters_still_has_an_id() -> None:
    """A heading of signs alone can be linked to."""
    assert [heading.id for heading in read("# T\n\n## …\n\n## …\n").headings] == [
        "section",
        "section-2",
    ]


def test_a_wide_table_scrolls_by_itself() -> None:
    """The page does not scroll sideways, and the keyboard reaches the table."""
    assert '<div class="scroll" tabindex="0">\n<table>' in read(MARKDOWN).body


@pytest.mark.parametrize("file", TEXTS, ids=lambda file: str(file.name))
def test_the_texts_that_ship_are_whole_pages(file: Path) -> None:
    """DOC-2: each has its title and headings, no tag shown as text, no id twice."""
    text = read(file.read_text(encoding="utf-8"))
    ids = [heading.id for heading in text.headings]
    assert text.title
    assert len(ids) == len(set(ids)) > 0
    assert "&lt;" not in text.body


def test_there_are_texts_in_both_languages() -> None:
    """The parametrised test above is not empty."""
    names = {file.name for file in TEXTS}
    assert {"legal-notice.fr.md", "legal-notice.en.md", "2026-09-01.fr.md"} <= names
