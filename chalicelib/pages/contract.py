"""The public texts: terms by version, legal notice, privacy, cookies, accessibility, mediator."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from chalicelib.pages.chrome import Chrome, Lang
from chalicelib.pages.rendering import render


@dataclass(frozen=True, kw_only=True, slots=True)
class TextVersion:
    """One version of a text: its date is its name; `path` (after the language) shows it."""

    version: date
    path: str
    is_current: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class TextView:
    """A public text in Markdown (CGS 1 §3, DOC-2).

    `text_lang` is the language of the text itself, which may differ from the page's. A first-level
    heading of the Markdown is the title of the page. `versions` lists every version, newest first;
    a text without versions leaves it empty. `pdf_path` (after the language) is the same text to
    keep. `sha256` identifies the file shown.
    """

    markdown: str
    text_lang: Lang
    version: date | None = None
    versions: Sequence[TextVersion] = ()
    pdf_path: str | None = None
    sha256: str | None = None


def render_text(view: TextView, chrome: Chrome) -> str:
    """A public text with its contents list, its archive and its file to keep."""
    from chalicelib.pages.markdown import read  # noqa: PLC0415 - Markdown loads with its first page

    return render("text.html", chrome, view=view, text=read(view.markdown))
