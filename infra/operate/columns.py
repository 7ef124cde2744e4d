"""Aligned columns and bars of text."""

from collections.abc import Mapping, Sequence
from typing import Final

BAR: Final = "█"
WIDTH: Final = 40
GAP: Final = "  "


def table(head: Sequence[str], rows: Sequence[Sequence[str]], *, right: str = "") -> list[str]:
    """Lines of a table; the columns named in `right`, by number, are numbers."""
    if not rows:
        return []
    widths = [max(len(str(row[at])) for row in (head, *rows)) for at in range(len(head))]

    def line(cells: Sequence[str]) -> str:
        padded = [
            cell.rjust(width) if str(at) in right else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(cells, widths, strict=True))
        ]
        return GAP.join(padded).rstrip()

    return [line(head), GAP.join("-" * width for width in widths), *(line(row) for row in rows)]


def bars(counts: Mapping[str, int]) -> list[str]:
    """A bar for each count, the longest as wide as the plot; no count that is there has no bar."""
    if not counts:
        return []
    most = max(counts.values())
    name_width = max(len(name) for name in counts)
    number_width = len(str(most))
    return [
        f"{name.rjust(name_width)}  {str(count).rjust(number_width)}  "
        f"{BAR * max(1 if count else 0, count * WIDTH // most)}".rstrip()
        for name, count in counts.items()
    ]
