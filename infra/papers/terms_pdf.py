"""Every version of the general terms as tagged, archivable PDF (CGS 1 Accessibility, DOC-2).

Run at build time, from the root of the project:

    python -m infra.papers.terms_pdf --out infra/web/dist/assets --site https://example.org

makes `terms-<version>-<lang>.pdf` for each text. The PDF prints the sha256 of the text file, which
is the identity of what a subscriber accepts; a file whose digest is not the archive's is refused.
"""

import argparse
import hashlib
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

from chalicelib.documents.compiler import compile_pdf
from chalicelib.documents.formats import typeset
from chalicelib.documents.selfcheck import check
from chalicelib.domain.kernel.language import LANGUAGES, Language
from infra.papers.markdown_blocks import Block, blocks_of

TEXTS = Path(__file__).parents[2] / "chalicelib" / "texts" / "terms"
WORDS = {
    "fr": {
        "contents": "Sommaire",
        "digest": "Empreinte SHA-256 du texte",
        "page": "Page {page} sur {pages}",
    },
    "en": {
        "contents": "Contents",
        "digest": "SHA-256 digest of the text",
        "page": "Page {page} of {pages}",
    },
}
FRENCH_LAW_IN_ENGLISH = " the "


class ForeignText(ValueError):
    """The text file is not the one whose digest the archive published."""


def terms_view(markdown: str, version: str, lang: Language, site: str = "") -> dict[str, Any]:
    """What the template sets: the words of the interface, the digest and the blocks of the text.

    With `site`, links inside the site become absolute; without it they are plain words, since a
    paper has no address of its own.
    """
    title, *blocks = blocks_of(markdown)
    on = date.fromisoformat(version)
    heading = "".join(run["text"] for run in title["runs"])
    return {
        "lang": lang,
        "title": f"{heading} – {version}",
        "description": heading,
        "author": [],
        "date": [on.year, on.month, on.day],
        "heading": heading,
        "version": version,
        "digest": hashlib.sha256(markdown.encode()).hexdigest(),
        "blocks": [_set(block, lang, site) for block in blocks],
        "words": WORDS[lang],
        "page": WORDS[lang]["page"],
    }


def render_terms(markdown: str, version: str, lang: Language, site: str = "") -> bytes:
    """The PDF of one text, checked.

    Raises:
        UnknownMarkup: the text uses something the template cannot set.
        UnfitDocument: the result is not the archivable document it should be.
    """
    pdf = compile_pdf("terms", terms_view(markdown, version, lang, site))
    check(pdf, version)
    return pdf


def _set(block: Block, lang: Language, site: str) -> Block:
    """The block with its typography and its links made fit for paper."""
    spoken = _language_of(block, lang)
    done = dict(block)
    if "runs" in block:
        done["runs"] = [_set_run(run, spoken, site) for run in block["runs"]]
    if "blocks" in block:
        done |= {"lang": spoken, "blocks": [_set(b, spoken, site) for b in block["blocks"]]}
    if "items" in block:
        done["items"] = [[_set(b, lang, site) for b in item] for item in block["items"]]
    return done


def _language_of(block: Block, lang: Language) -> Language:
    """A quotation of the law stands in French in an English text, and must be read as French."""
    if block["kind"] != "quote":
        return lang
    words = json.dumps(block, ensure_ascii=False)
    return lang if FRENCH_LAW_IN_ENGLISH in words else "fr"


def _set_run(run: Block, lang: Language, site: str) -> Block:
    url = run["url"]
    if url.startswith("/"):
        url = f"{site.rstrip('/')}{url}" if site else ""
    return {**run, "text": typeset(run["text"], lang), "url": url}


def write_all(out: Path, site: str) -> list[Path]:
    """Make every PDF of the archive, in the order of its versions.

    Raises:
        ForeignText: a text is not the published one.
    """
    out.mkdir(parents=True, exist_ok=True)
    made: list[Path] = []
    for entry in json.loads((TEXTS / "versions.json").read_text(encoding="utf-8")):
        for lang in LANGUAGES:
            source = entry["files"][lang]
            markdown = (TEXTS / source["name"]).read_bytes()
            if hashlib.sha256(markdown).hexdigest() != source["sha256"]:
                raise ForeignText(source["name"])
            made.append(out / f"terms-{entry['version']}-{lang}.pdf")
            made[-1].write_bytes(render_terms(markdown.decode(), entry["version"], lang, site))
    return made


def main(arguments: Sequence[str] | None = None) -> None:
    """Read the command line and make the files."""
    parser = argparse.ArgumentParser(description="Make the PDF of every version of the terms.")
    parser.add_argument("--out", type=Path, required=True, help="folder of the files")
    parser.add_argument("--site", default="", help="public address that inner links start with")
    options = parser.parse_args(arguments)
    for path in write_all(options.out, options.site):
        print(path)


if __name__ == "__main__":
    main()
