"""A small plot of a run: how often each fault struck, and how large the worlds were."""

from collections import Counter
from collections.abc import Mapping, Sequence
from html import escape

WIDTH, BAR, GAP, LEFT, TOP = 860, 16, 6, 200, 64
INK, QUIET, ACCENT = "#1d1b18", "#6b665e", "#7a2e1d"
SIZES = (10, 30, 100, 300, 1_000, 3_000, 10_000, 10**9)
NAMES = ("< 10", "10", "30", "100", "300", "1,000", "3,000", "≥ 10,000")


def plot(title: str, faults: Mapping[str, int], months_by_world: Sequence[int]) -> str:
    """One SVG with two sets of bars, each labelled with its figure."""
    ordered = sorted(faults.items(), key=lambda pair: (-pair[1], pair[0]))
    struck = [(kind.replace("_", " "), count) for kind, count in ordered]
    sizes = Counter(_size(months) for months in months_by_world)
    worlds = [(name, sizes[name]) for name in NAMES if sizes[name]]
    second = TOP + len(struck) * (BAR + GAP) + 56
    height = second + len(worlds) * (BAR + GAP) + 24
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"',
        f' role="img" aria-label="{escape(title)}" font-family="system-ui, sans-serif">',
        f'<rect width="{WIDTH}" height="{height}" fill="#fffdf9"/>',
        _text(16, 26, title, size=17),
        _text(16, TOP - 12, "Faults injected, by kind", colour=QUIET),
        *_bars(struck, TOP),
        _text(16, second - 12, "Worlds, by subscriber-months lived in them", colour=QUIET),
        *_bars(worlds, second),
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _size(months: int) -> str:
    """The name of the class a world of that size is in."""
    return next(name for size, name in zip(SIZES, NAMES, strict=True) if months < size)


def _bars(rows: Sequence[tuple[str, int]], top: int) -> list[str]:
    most = max((count for _, count in rows), default=1)
    room = WIDTH - LEFT - 100
    drawn = []
    for number, (name, count) in enumerate(rows):
        y = top + number * (BAR + GAP)
        width = max(1, round(room * count / most))
        drawn += [
            _text(LEFT - 10, y + 13, name, anchor="end"),
            f'<rect x="{LEFT}" y="{y}" width="{width}" height="{BAR}" fill="{ACCENT}"/>',
            _text(LEFT + width + 8, y + 13, f"{count:,}"),
        ]
    return drawn


def _text(
    x: int, y: int, text: str, *, anchor: str = "start", colour: str = INK, size: int = 13
) -> str:
    return (
        f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="{colour}" font-size="{size}">'
        f"{escape(text)}</text>"
    )
