"""Whatever a guard holds back or tells has its row in the index of the runbooks."""

import re
from pathlib import Path
from typing import get_args

import pytest

from chalicelib.application.billing.relay import ALARMS
from chalicelib.domain.billing.guards import Cause, Limits, Shut
from chalicelib.entrypoints.streams import WORD

PROJECT = Path(__file__).parents[2]
RUNBOOKS = PROJECT / "docs" / "runbooks"
INDEX = (RUNBOOKS / "README.md").read_text()
PAGES = sorted(path for path in RUNBOOKS.glob("*.md") if path.name != "README.md")
WATCH = (PROJECT / "chalicelib" / "application" / "billing" / "watch.py").read_text()


@pytest.mark.parametrize("shut", get_args(Shut))
def test_every_reason_to_hold_a_charge_has_a_page(shut: str) -> None:
    assert f"`{shut}`" in INDEX


@pytest.mark.parametrize("event", re.findall(r'Concern\("(\w+)"', WATCH))
def test_every_absence_has_a_page(event: str) -> None:
    assert f"`{event}`" in INDEX


@pytest.mark.parametrize("cause", get_args(Cause))
def test_every_cause_of_a_halt_is_explained(cause: str) -> None:
    assert f"`{cause}`" in (RUNBOOKS / "charging-halted.md").read_text()


def test_every_alarm_of_the_brake_is_in_the_index() -> None:
    """As the stream's function logs it."""
    logged = {WORD.sub("_", event).lower() for event in ALARMS if event.startswith("Charging")}
    assert len(logged) == 3
    assert logged <= set(re.findall(r"`(\w+)`", INDEX))


def test_no_page_names_a_limit_that_does_not_exist() -> None:
    known = set(Limits.model_fields)
    for path in PAGES:
        named = re.findall(r'"(\w+)": (?:N|\d+)', path.read_text())
        assert set(named) <= known, path
