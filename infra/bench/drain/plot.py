"""The picture of a run: who is paid when, and what a renewal costs by size of the table."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from infra.bench.drain.report import Report, Scale

INK: Final = "#22211f"
FAINT: Final = "#d9d4c8"
PAPER: Final = "#fdfbf6"
TONES: Final = ("#8a3324", "#2f5d62", "#7a6a2f", "#4b3b6b")
WIDTH, HEIGHT = 900, 360
TOP, BOTTOM = 52, 300
INSTANTS: Final = {
    1: "1 s", 10: "10 s", 60: "1 min", 600: "10 min", 3_600: "1 h", 86_400: "1 d", 604_800: "7 d",
}  # fmt: skip
UNITS_MAX: Final = 16


@dataclass(frozen=True)
class Panel:
    """A part of the picture, with a logarithmic axis to the right and a plain one upwards."""

    left: float
    right: float
    first: float
    last: float
    top: float

    def x(self, value: float) -> float:
        """Where a value stands on the lower axis."""
        share = math.log(value / self.first) / math.log(self.last / self.first)
        return self.left + share * (self.right - self.left)

    def y(self, value: float) -> float:
        """How high a value stands."""
        return BOTTOM - value / self.top * (BOTTOM - TOP)

    def line(self, points: Iterable[tuple[float, float]], tone: str, dash: str = "") -> str:
        """A line through points."""
        path = " ".join(f"{self.x(x):.1f},{self.y(y):.1f}" for x, y in points)
        return (
            f'<polyline points="{path}" fill="none" stroke="{tone}" stroke-width="2" '
            f'stroke-dasharray="{dash}"/>'
        )

    def across(self, value: float, name: str) -> str:
        """A rule at a height, with its name."""
        y = self.y(value)
        return (
            f'<line x1="{self.left}" x2="{self.right}" y1="{y:.1f}" y2="{y:.1f}" '
            f'stroke="{FAINT}"/>{_text(self.left - 8, y + 4, name, "end")}'
        )

    def upright(self, value: float, name: str) -> str:
        """A mark of the lower axis, with its name."""
        return _text(self.x(value), BOTTOM + 20, name, "middle")


def plot(report: Report) -> str:
    """The picture, as SVG."""
    parts = [*_paid(report.scales), *_units(report.scales)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="12" fill="{INK}">\n'
        "<title>Share of renewals paid by time since due, and units of a renewal by size of the "
        "table</title>\n"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="{PAPER}"/>\n'
        + "\n".join(parts)
        + "\n</svg>\n"
    )


def _paid(scales: Sequence[Scale]) -> list[str]:
    panel = Panel(left=60, right=520, first=1, last=1_000_000, top=100)
    parts = [_text(60, 28, "Paid, % of what was due, by time since due", "start", bold=True)]
    parts += [panel.across(share, f"{share}") for share in (0, 25, 50, 75, 100)]
    parts += [panel.upright(seconds, name) for seconds, name in INSTANTS.items()]
    for scale, tone in zip(scales, TONES, strict=False):
        parts.append(panel.line(_steps(scale), tone))
    for place, (scale, tone) in enumerate(zip(scales, TONES, strict=False)):
        y = BOTTOM - 16 * (len(scales) - place)
        parts.append(f'<rect x="400" y="{y - 9}" width="14" height="4" fill="{tone}"/>')
        parts.append(_text(420, y, f"{scale.others:,} others", "start"))
    return parts


def _steps(scale: Scale) -> list[tuple[float, float]]:
    """The share paid at each instant at which it grew, thinned to what the eye can tell."""
    lags = sorted(max(1.0, lag) for lag in scale.count.lags)
    due = scale.count.due
    points = [(lag, 100 * rank / due) for rank, lag in enumerate(lags, 1)]
    kept = [(1.0, 0.0)]
    for x, y in points:
        if x > 1.02 * kept[-1][0] or (x, y) == points[-1]:
            kept += [(x, kept[-1][1]), (x, y)]
    return kept


def _units(scales: Sequence[Scale]) -> list[str]:
    sizes = [max(1, scale.others) for scale in scales]
    first, last = min(sizes) / 2, max(sizes) * 2
    panel = Panel(left=600, right=880, first=first, last=last, top=UNITS_MAX)
    parts = [_text(600, 28, "Units of a renewal, by others in the table", "start", bold=True)]
    parts += [panel.across(units, f"{units}") for units in range(0, UNITS_MAX + 1, 4)]
    parts += [panel.upright(size, f"{size:,}") for size in sizes]
    calm, hard = [s.calm_cost() for s in scales], [s.hard_cost() for s in scales]
    lines = {
        "written, hard day": ([cost.write_units for cost in hard], TONES[0], "5 4"),
        "written, calm day": ([cost.write_units for cost in calm], TONES[0], ""),
        "read, hard day": ([cost.read_units for cost in hard], TONES[1], "5 4"),
        "read, calm day": ([cost.read_units for cost in calm], TONES[1], ""),
    }
    for name, (units, tone, dash) in lines.items():
        parts.append(panel.line(zip(sizes, units, strict=True), tone, dash))
        parts += [_dot(panel.x(x), panel.y(y), tone) for x, y in zip(sizes, units, strict=True)]
        lift = -8 if "hard" in name else 16
        parts.append(_text(panel.x(sizes[0]), panel.y(units[0]) + lift, name, "start"))
    return parts


def _dot(x: float, y: float, tone: str) -> str:
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{tone}"/>'


def _text(x: float, y: float, words: str, anchor: str, *, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}"{weight}>{words}</text>'
