"""Markdown of the public texts to HTML: no raw HTML, headings with ids, tables in a scroll box."""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup


@dataclass(frozen=True, kw_only=True, slots=True)
class Heading:
    """A heading of the text, as the contents list names it."""

    level: int
    id: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Text:
    """A text ready for its page: `title` is its first-level heading, `body` the rest."""

    title: str
    body: Markup
    headings: tuple[Heading, ...]


class NoTitle(ValueError):
    """A public text does not start with its first-level heading."""


def read(source: str) -> Text:
    """Render `source`; links must be of the web, mail or this site, raw HTML stays text.

    Raises:
        NoTitle: the text does not start with a first-level heading.
    """
    tokens = _parser().parse(source)
    if not tokens or tokens[0].tag != "h1":
        raise NoTitle(source[:60])
    title, rest = _plain(tokens[1]), tokens[3:]
    headings = _number(rest)
    html = _parser().renderer.render(rest, _parser().options, {})
    return Text(title=title, body=Markup(html), headings=headings)  # noqa: S704 - escaped by the parser


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "typographer": False}).enable("table")
    parser.add_render_rule("table_open", _open_table)
    parser.add_render_rule("table_close", _close_table)
    return parser


def _number(tokens: list[Token]) -> tuple[Heading, ...]:
    """Give every heading an id made of its words; the second of the same words gets a number."""
    seen: dict[str, int] = {}
    found: list[Heading] = []
    for opening, inline in pairwise(tokens):
        if opening.type != "heading_open":
            continue
        text = _plain(inline)
        slug = _slug(text)
        seen[slug] = seen.get(slug, 0) + 1
        name = slug if seen[slug] == 1 else f"{slug}-{seen[slug]}"
        opening.attrSet("id", name)
        found.append(Heading(level=int(opening.tag[1]), id=name, text=text))
    return tuple(found)


def _plain(inline: Token) -> str:
    return "".join(child.content for child in inline.children or [])


def _slug(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", letters).strip("-") or "section"


def _open_table(*_: object) -> str:
    return '<div class="scroll" tabindex="0">\n<table>\n'


def _close_table(*_: object) -> str:
    return "</table>\n</div>\n"
