"""Looks at a page as people do: on a telephone and on a desk, by day and by night."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from playwright.sync_api import FloatRect, Page

Scheme = Literal["light", "dark"]
WIDTHS = (360, 1280)
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
NARROWEST = (320, 1280)
"""The narrowest screen that a page must reflow on (WCAG 1.4.10), and a desk."""
HEIGHTS = {320: 640, 360: 740, 1280: 800}
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# Landmarks and the like are what a whole page has; a mail stands inside somebody else's.
PAGE_RULES = [*RULES, "best-practice"]
# Frames belong to the provider and to the mails: those are looked at on their own.
OFFENCES = """tags => axe
  .run(document, {runOnly: tags, iframes: false, resultTypes: ['violations']})
  .then(r => r.violations.map(v => v.id + ' ' + v.nodes.map(n => n.html).join(' | ')))"""
TALLEST = "Math.max(document.documentElement.scrollHeight, innerHeight)"
PICTURE_HEIGHT_MAX = 3000
WIDEST = "document.documentElement.scrollWidth"


@dataclass
class Looks:
    """Remembers what it has seen, so that a page is looked at once in a run."""

    axe: str
    folder: Path
    seen: set[str] = field(default_factory=set)

    def at(
        self,
        page: Page,
        name: str,
        settle: Callable[[], Any] | None = None,
        rules: Sequence[str] = PAGE_RULES,
        widths: Sequence[int] = WIDTHS,
    ) -> None:
        """Fail when `page`, called `name`, is not accessible or does not fit; keep pictures of it.

        `settle` draws again what reads the colours once only.
        """
        if name in self.seen:
            return
        self.seen.add(name)
        faults: list[str] = []
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            if settle:
                settle()
            for width in widths:
                page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
                faults += [
                    f"{scheme} {width}: {fault}" for fault in self._faults(page, width, rules)
                ]
                self._picture(page, self.folder / f"{name}-{width}-{scheme}.png", width)
        page.emulate_media(color_scheme="light", reduced_motion="reduce")
        assert faults == [], f"{name}: {faults}"

    def _picture(self, page: Page, path: Path, width: int) -> None:
        """Keep the top of the page: a long text looks the same all the way down."""
        height = min(page.evaluate(TALLEST), PICTURE_HEIGHT_MAX)
        area: FloatRect = {"x": 0, "y": 0, "width": width, "height": height}
        page.screenshot(path=path, full_page=True, clip=area)

    def _faults(self, page: Page, width: int, rules: Sequence[str]) -> list[str]:
        page.evaluate("document.fonts.ready")
        if not page.evaluate("'axe' in window"):
            page.evaluate(self.axe)
        offences: list[str] = page.evaluate(OFFENCES, list(rules))
        widest = page.evaluate(WIDEST)
        return offences if widest <= width else [*offences, f"{widest} px wide"]
