"""What a browser makes of a page: its text, its links, its forms with what is filled in."""

from dataclasses import dataclass, field
from functools import cached_property
from html.parser import HTMLParser


@dataclass
class Form:
    """A form of a page; `fields` is what a browser would send."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: dict[str, Form] = {}
        self.links: list[str] = []
        self.scripts: list[str] = []
        self.words: list[str] = []
        self.lang = ""
        self._form: Form | None = None
        self._select = ""
        self._skipped = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        match tag:
            case "html":
                self.lang = given.get("lang", "")
            case "a":
                self.links.append(given.get("href", ""))
            case "script" | "style":
                self.scripts += [given.get("src", "")] if tag == "script" else []
                self._skipped += 1
            case "form":
                self._form = self.forms[given["id"]] = Form(given["action"])
            case "select":
                self._select = given["name"]
            case "option" if self._form and "selected" in given:
                self._form.fields[self._select] = given["value"]
            case "input" if self._form:
                self._input(self._form, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        if tag in ("script", "style"):
            self._skipped -= 1

    def handle_data(self, data: str) -> None:
        if not self._skipped:
            self.words.append(data)

    def _input(self, form: Form, given: dict[str, str]) -> None:
        if given.get("type") == "checkbox" and "checked" not in given:
            return
        if given.get("name"):
            form.fields[given["name"]] = given.get("value", "")


@dataclass(frozen=True)
class Page:
    """An answer, as its reader sees it."""

    status: int
    headers: dict[str, str]
    cookies: tuple[str, ...]
    html: str

    @property
    def location(self) -> str:
        """Where the answer sends its reader."""
        return self.headers["location"]

    @cached_property
    def _read(self) -> _Reader:
        reader = _Reader()
        reader.feed(self.html)
        return reader

    @property
    def lang(self) -> str:
        """The language that the page says it is in."""
        return self._read.lang

    @property
    def forms(self) -> dict[str, Form]:
        """The forms by their id."""
        return self._read.forms

    @property
    def links(self) -> list[str]:
        """Every address that the page leads to."""
        return self._read.links

    @property
    def scripts(self) -> list[str]:
        """The address of every script."""
        return self._read.scripts

    @property
    def text(self) -> str:
        """The words, with plain spaces."""
        return " ".join(" ".join(self._read.words).split())
