"""Runbooks name commands that exist, as they are typed; each command and reason has a page."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib.domain.billing.operating.proposal import Command
from infra.operate import words
from infra.operate.commands import LOOKING, read

PROJECT = Path(__file__).parents[2]
RUNBOOKS = PROJECT / "docs" / "runbooks"
PAGES = sorted(RUNBOOKS.glob("*.md"))
TYPED = re.compile(r"^\s*(?:```\s*)?python -m infra\.operate (.+)$", re.MULTILINE)
LINK = re.compile(r"\]\(([^)#\s]*)(?:#([^)\s]+))?\)")


def commands(page: Path) -> Iterator[list[str]]:
    """The commands of a page, with something in place of what stands between angle brackets."""
    for typed in TYPED.findall(page.read_text(encoding="utf-8")):
        filled = typed.replace("<date>", "2026-11-05")
        yield shlex.split(re.sub(r"<[a-z ]+>", "sample", filled))


def anchors(page: Path) -> set[str]:
    """The headings of a page as links name them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.MULTILINE)
    return {
        re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in headings
    }


GUIDE = PROJECT / "docs" / "deploy.md"
EVERY = [(page, typed) for page in (*PAGES, GUIDE) for typed in commands(page)]


@pytest.mark.parametrize(("page", "typed"), EVERY, ids=lambda each: getattr(each, "stem", None))
def test_a_command_of_a_runbook_can_be_typed(page: Path, typed: list[str]) -> None:
    assert read(typed).request


def test_every_command_has_a_page() -> None:
    named = {word for _, typed in EVERY for word in typed}
    assert {*Command, *LOOKING, "approve"} <= named


def test_every_reason_to_be_parked_has_its_paragraph() -> None:
    told = " ".join(anchors(RUNBOOKS / "parked.md"))
    assert [reason for reason in words.REMEDIES if reason not in told] == []


def test_every_reason_of_the_code_has_a_remedy() -> None:
    sources = [path.read_text() for path in (PROJECT / "chalicelib" / "domain").rglob("*.py")]
    text = "\n".join(sources)
    given = set(re.findall(r'parked(?:: str \| None)? ?= ?"([a-z_]+)"', text))
    assert given >= {"outcome_unknown", "unplaced"}
    assert given <= set(words.REMEDIES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_a_page_is_in_the_index_and_its_links_lead_somewhere(page: Path) -> None:
    index = (RUNBOOKS / "README.md").read_text(encoding="utf-8")
    assert page.name == "README.md" or f"({page.name})" in index
    for name, anchor in LINK.findall(page.read_text(encoding="utf-8")):
        if name.startswith("http"):
            continue
        target = (page.parent / name) if name else page
        assert target.exists(), name
        assert not anchor or anchor in anchors(target), f"{name}#{anchor}"
