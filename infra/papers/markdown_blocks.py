"""CommonMark -> the blocks a template can set: headings, paragraphs, lists, quotations.

Only what the legal texts use is known. Anything else stops the build, so that no sentence of a
contract is ever lost on its way to paper.
"""

from collections.abc import Iterator
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token

Block = dict[str, Any]
# Tables are known to the pages: here they must be seen, to be refused.
PARSER = MarkdownIt("commonmark").enable("table")
SPOKEN = {"text": "", "text_special": "", "softbreak": " "}
STYLES = {
    "strong_open": "strong",
    "strong_close": "strong",
    "em_open": "emphasis",
    "em_close": "emphasis",
}
LISTS = {"bullet_list_open": "bullets", "ordered_list_open": "numbers"}


class UnknownMarkup(ValueError):
    """The text uses a construct that the template cannot set."""


def blocks_of(markdown: str) -> list[Block]:
    """Every block of the text, in order.

    Raises:
        UnknownMarkup: a table, an image, HTML or code is in the way.
    """
    return _until(iter(PARSER.parse(markdown)), "")


def _until(tokens: Iterator[Token], closing: str) -> list[Block]:
    """The blocks up to the token that closes their container."""
    blocks: list[Block] = []
    for token in tokens:
        if token.type == closing:
            return blocks
        blocks.append(_block(token, tokens))
    return blocks


def _block(token: Token, tokens: Iterator[Token]) -> Block:
    match token.type:
        case "heading_open":
            return {"kind": "heading", "level": int(token.tag[1]), "runs": _line(tokens)}
        case "paragraph_open":
            return {"kind": "text", "runs": _line(tokens)}
        case "bullet_list_open" | "ordered_list_open" as opening:
            closing = opening.replace("open", "close")
            items = [block["blocks"] for block in _until(tokens, closing)]
            return {"kind": LISTS[opening], "items": items}
        case "list_item_open":
            return {"kind": "item", "blocks": _until(tokens, "list_item_close")}
        case "blockquote_open":
            return {"kind": "quote", "blocks": _until(tokens, "blockquote_close")}
        case unknown:
            raise UnknownMarkup(f"{unknown} near line {(token.map or [0])[0] + 1}")


def _line(tokens: Iterator[Token]) -> list[Block]:
    """The runs of one line of text; its closing token is consumed with it."""
    inline = next(tokens)
    next(tokens)
    return list(_runs(inline.children or []))


def _runs(children: list[Token]) -> Iterator[Block]:
    style: Block = {"strong": False, "emphasis": False, "url": ""}
    for token in children:
        if token.type in SPOKEN:
            yield {"text": SPOKEN[token.type] or token.content, **style}
        elif token.type in STYLES:
            style[STYLES[token.type]] = token.nesting > 0
        elif token.type in ("link_open", "link_close"):
            style["url"] = str(token.attrs.get("href", ""))
        else:
            raise UnknownMarkup(f"{token.type} inside a line: {token.content[:40]}")
