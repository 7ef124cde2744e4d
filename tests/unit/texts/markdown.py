"""The structure of a Markdown text: headings with their numbers, shape, links, placeholders."""

import re
from dataclasses import dataclass

HEADING = re.compile(r"^(#+) (.+)$", re.MULTILINE)
NUMBER = re.compile(r"(?:(?:Article|Annexe?)\s)?(\d+(?:\.\d)?|[a-g])(?:\.|\s)")
LINK = re.compile(r"\]\(([^)]+)\)|<(https?://[^>]+)>")
PLACEHOLDER = re.compile(r"\{\{([^}]*)\}\}")
BLOCK = re.compile(r"\s*(#+|-|\d+\.|>|\||)")


@dataclass(frozen=True, slots=True)
class Heading:
    """`number` is that of the article or the letter of the point; empty where there is none."""

    level: int
    number: str
    words: str


def headings(text: str) -> list[Heading]:
    """Every heading, in order."""
    found = []
    for marks, words in HEADING.findall(text):
        number = NUMBER.match(words)
        found.append(Heading(len(marks), number[1] if number else "", words))
    return found


def shape(text: str) -> list[str]:
    """The kind of each block: heading, item, quotation, table row, paragraph."""
    lines = [line for line in text.splitlines() if line.strip()]
    return [re.sub(r"\d+", "1", mark[1]) for line in lines if (mark := BLOCK.match(line))]


def links(text: str) -> list[str]:
    """Every address a text leads to."""
    return [inline or bare for inline, bare in LINK.findall(text)]


def placeholders(text: str) -> set[str]:
    """The names between double braces."""
    return set(PLACEHOLDER.findall(text))
