"""CGS 1 Accessibility, DOC-2, ACC-1: the terms as PDF, per version and language."""

import hashlib
import json
from pathlib import Path

import pytest

from infra.papers import terms_pdf
from infra.papers.markdown_blocks import UnknownMarkup, blocks_of
from infra.papers.terms_pdf import ForeignText, render_terms, terms_view, write_all
from tests.unit.documents.reading import root, structure, text

VERSIONS = json.loads((terms_pdf.TEXTS / "versions.json").read_text(encoding="utf-8"))
TABLE = "| a | b |\n| - | - |\n| 1 | 2 |\n"
SHORT = "# Conditions\n\nVersion d'un jour\n\n## Article 1\n\nUn [lien](/fr/help) et **gras**.\n"


class TestMarkdown:
    """No sentence of a contract is lost on its way to paper."""

    def test_every_construct_of_the_texts_is_kept(self) -> None:
        """Headings, runs, nested lists, quotations."""
        blocks = blocks_of("## T\n\na **b** *c*\n\n- one\n  - two\n\n1. three\n\n> four\n")
        assert [block["kind"] for block in blocks] == [
            "heading",
            "text",
            "bullets",
            "numbers",
            "quote",
        ]
        assert [run["text"] for run in blocks[1]["runs"]] == ["a ", "b", " ", "c"]
        assert blocks[1]["runs"][1]["strong"]
        assert blocks[1]["runs"][3]["emphasis"]
        assert blocks[2]["items"][0][1]["items"][0][0]["runs"][0]["text"] == "two"

    @pytest.mark.parametrize(
        "markdown", ["<b>x</b>", "![a](b.png)", "`code`", "    code", "---", TABLE]
    )
    def test_what_cannot_be_set_stops_the_build(self, markdown: str) -> None:
        """Loudly."""
        with pytest.raises(UnknownMarkup):
            blocks_of(markdown)


class TestDoc2:
    """DOC-2: a PDF for each version and language."""

    def test_every_published_text_becomes_a_checked_document(self, tmp_path: Path) -> None:
        """All of the archive."""
        made = write_all(tmp_path, "https://example.org")
        assert len(made) == 2 * len(VERSIONS)
        assert [path.name for path in made[-2:]] == [
            f"terms-{VERSIONS[-1]['version']}-fr.pdf",
            f"terms-{VERSIONS[-1]['version']}-en.pdf",
        ]
        assert all(path.read_bytes().startswith(b"%PDF") for path in made)

    def test_the_build_names_each_file_it_made(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        """One line a file, for the next step of the build."""
        terms_pdf.main(["--out", str(tmp_path / "assets")])
        named = capsys.readouterr().out.split()
        assert sorted(named) == sorted(str(path) for path in (tmp_path / "assets").iterdir())

    @pytest.mark.parametrize("lang", ["fr", "en"])
    def test_it_prints_the_digest_that_is_accepted(self, lang: str) -> None:
        """FRM-1: the sha256 of the text is its identity."""
        source = VERSIONS[-1]["files"][lang]
        markdown = (terms_pdf.TEXTS / source["name"]).read_text(encoding="utf-8")
        version = VERSIONS[-1]["version"]
        pdf = render_terms(markdown, version, "fr" if lang == "fr" else "en")
        assert source["sha256"] in text(pdf).replace(" ", "")
        tags = structure(pdf)
        assert tags.count("/H1") == 1
        assert tags.count("/H2") == markdown.count("\n## ") + 1
        assert root(pdf)["/Lang"].startswith(lang)

    def test_a_text_that_is_not_the_published_one_is_refused(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A changed file must not become the paper of a version."""
        entry = {"version": "2026-01-01", "files": {}}
        for lang in ("fr", "en"):
            (tmp_path / f"t.{lang}.md").write_text("# Autre\n", encoding="utf-8")
            entry["files"][lang] = {"name": f"t.{lang}.md", "sha256": "00" * 32}  # type: ignore[index]
        (tmp_path / "versions.json").write_text(json.dumps([entry]), encoding="utf-8")
        monkeypatch.setattr(terms_pdf, "TEXTS", tmp_path)
        with pytest.raises(ForeignText, match=r"t\.fr\.md"):
            write_all(tmp_path / "out", "")


class TestLinks:
    """A paper has no address of its own."""

    def test_inner_links_start_with_the_site(self) -> None:
        """With a site they work from paper."""
        view = terms_view(SHORT, "2026-01-01", "fr", "https://example.org/")
        assert view["blocks"][2]["runs"][1]["url"] == "https://example.org/fr/help"

    def test_without_a_site_they_are_words(self) -> None:
        """Better no link than a dead one."""
        view = terms_view(SHORT, "2026-01-01", "fr")
        assert view["blocks"][2]["runs"][1] == {
            "text": "lien",
            "strong": False,
            "emphasis": False,
            "url": "",
        }
        assert view["digest"] == hashlib.sha256(SHORT.encode()).hexdigest()

    def test_french_law_quoted_in_an_english_text_is_read_as_french(self) -> None:
        """ACC-1: the language of parts."""
        quoted = "# T\n\n> Le contrat peut être résilié.\n"
        (quote,) = terms_view(quoted, "2026-01-01", "en")["blocks"]
        assert quote["lang"] == "fr"
        (same,) = terms_view("# T\n\n> All of the text.\n", "2026-01-01", "en")["blocks"]
        assert same["lang"] == "en"
