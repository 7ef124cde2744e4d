"""What a font can draw of any text, so that no name ever stops an invoice.

A missing glyph is an error in an archivable document, and control or private characters are
forbidden there. The record keeps the true text; print keeps what our faces cover.
"""

import unicodedata
from bisect import bisect_right

from chalicelib.documents.coverage import RANGES

STARTS = tuple(start for start, _ in RANGES)
LONGEST = 120
MARKS_IN_A_ROW = 2
ELLIPSIS = "…"


def is_covered(character: str) -> bool:
    """Whether every face of running text has this character."""
    code = ord(character)
    index = bisect_right(STARTS, code) - 1
    return index >= 0 and code <= RANGES[index][1]


def printable(text: str, fallback: str, longest: int = LONGEST) -> str:
    """`text` without what cannot be drawn, on one line; `fallback` when no letter or digit is left.

    Compatibility forms become plain ones (wide or decorated letters), a letter whose accent is
    unknown keeps its base, stacks of marks are cut, what outgrows `longest` ends in an ellipsis.
    """
    kept = "".join(_drawn(character) for character in unicodedata.normalize("NFC", text))
    line = " ".join(_without_stacks(kept).split())
    if not any(character.isalnum() for character in line):
        return fallback
    return line if len(line) <= longest else line[: longest - 1].rstrip() + ELLIPSIS


def _drawn(character: str) -> str:
    """The character, or the nearest thing our faces have, or nothing."""
    if character.isspace():
        return " "
    if unicodedata.category(character).startswith("C"):
        return ""
    if is_covered(character):
        return character
    plain = unicodedata.normalize("NFKD", character)
    return "".join(" " if part.isspace() else part for part in plain if _is_drawn(part))


def _is_drawn(character: str) -> bool:
    return is_covered(character) and not unicodedata.category(character).startswith("C")


def _without_stacks(text: str) -> str:
    """At most two combining marks on a letter, and none on nothing."""
    kept: list[str] = []
    marks = MARKS_IN_A_ROW
    for character in text:
        if unicodedata.combining(character):
            marks += 1
            if marks > MARKS_IN_A_ROW:
                continue
        else:
            marks = MARKS_IN_A_ROW if character.isspace() else 0
        kept.append(character)
    return "".join(kept)
