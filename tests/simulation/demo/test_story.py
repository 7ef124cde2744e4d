"""The demo keeps its promises: the whole story, played on the real stack under both policies."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from infra.local.demo.play import Shown, play_all

pytestmark = pytest.mark.simulation

MONTHS = 130
PEOPLE = 10


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("story") / "demo"


@pytest.fixture(scope="module")
def shown(out: Path) -> Shown:
    return play_all(out, io.StringIO())


@pytest.fixture(scope="module")
def summary(out: Path, shown: Shown) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((out / "summary.json").read_text())
    return read


def test_every_promise_is_kept(shown: Shown) -> None:
    assert list(shown.problems) == []


@pytest.mark.parametrize("profile", ["recommended", "as_written"])
def test_every_month_is_paid_once_and_has_its_invoice(
    summary: dict[str, Any], profile: str
) -> None:
    figures = summary if profile == "recommended" else summary[profile]
    for name in ("periods_due", "periods_paid", "captures", "invoices"):
        assert figures[name] == MONTHS, name
    for name in ("duplicate_captures", "missing_periods", "numbering_gaps", "journal_sum_minor"):
        assert figures[name] == 0, name
    assert (figures["refusals"], figures["subscribers"]) == (1, PEOPLE)
    assert figures["captured_minor"] == MONTHS * 2000


def test_the_policies_differ_by_the_hours_of_the_refused_card(summary: dict[str, Any]) -> None:
    lost = summary["access_days"] - summary["as_written"]["access_days"]
    assert lost == pytest.approx(28 / 24, abs=0.001)


def test_the_invoices_and_the_story_are_left_to_read(out: Path, summary: dict[str, Any]) -> None:
    for folder in ("invoices", "invoices-as_written"):
        papers = sorted((out / folder).glob("*.pdf"))
        assert len(papers) == summary["invoices"]
        assert all(paper.read_bytes().startswith(b"%PDF-") for paper in papers)
    assert "Every promise was kept." in (out / "story.md").read_text()
    assert summary["wall_seconds"] > 0
