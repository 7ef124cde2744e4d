"""What a reader of a mail meets: elements in order, words, links, figures, colours."""

import re
from collections import Counter
from html.parser import HTMLParser

VOID = frozenset({"meta", "br"})
HIDDEN = frozenset({"style", "title"})
FIGURE = re.compile(r"\d[\d\u00a0\u202f.,:]*\d|\d")
URL = re.compile(r"https?://[^\s<>\"]+")


class Document(HTMLParser):
    """One HTML part, read strictly: a tag closed out of order is remembered in `crossed`."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.crossed: list[str] = []
        self.elements: list[tuple[str, dict[str, str]]] = []
        self._words: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.stack or self.stack.pop() != tag:
            self.crossed.append(tag)

    def handle_data(self, data: str) -> None:
        if not HIDDEN & set(self.stack):
            self._words.append(data)

    @property
    def words(self) -> str:
        """The visible words, elements apart from each other."""
        return re.sub(r"[ \n]+", " ", " ".join(self._words))

    def all(self, tag: str) -> list[dict[str, str]]:
        """The attributes of every element of that name."""
        return [attributes for name, attributes in self.elements if name == tag]


def figures(words: str) -> Counter[str]:
    """Every number, date part, amount and time in `words` and how often; addresses left out."""
    return Counter(FIGURE.findall(URL.sub(" ", words)))


def luminance(colour: str) -> float:
    """The relative luminance of `#rrggbb` (WCAG 2)."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    """The contrast of two colours, from 1 to 21 (WCAG 2)."""
    light, dark = sorted((luminance(first), luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)
