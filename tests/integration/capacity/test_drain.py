"""The drain benchmark itself, on a tiny table with more faults than it has renewals."""

import xml.etree.ElementTree as ET

import pytest

from chalicelib.adapters.clock import utc_now
from infra.bench.drain.__main__ import measure
from infra.bench.drain.odds import Odds
from infra.bench.drain.page import page
from infra.bench.drain.plot import plot
from infra.bench.drain.prices import bill
from infra.bench.drain.report import WRITE_UNITS_MAX, Report

DUE = 40
HOSTILE = Odds(
    soft=0.2, stop=0.1, silent=0.2, shuffled=0.3, lost=0.2, deaths=0.06, p50_seconds=0.02,
    p99_seconds=0.1,
)  # fmt: skip


@pytest.fixture(scope="module")
def drained() -> Report:
    """Forty renewals among fifty others."""
    return measure(
        [50], due=DUE, seed=3, odds=HOSTILE, tell=lambda _: None, calm_due=10, turns_due=12
    )


def test_every_fault_together_leaves_one_capture_for_each_paid_renewal(drained: Report) -> None:
    (scale,) = drained.scales
    found = scale.count
    assert scale.deaths > 0, "nobody died: the day was not hard"
    assert found.parked.keys() == {"unpaid"}, "nobody was refused for good"
    assert found.is_exact, found
    assert found.captures == found.paid + found.returned
    assert found.paid + found.parked["unpaid"] == DUE
    assert found.lag(0.5) < found.lag(1)


def test_a_calm_day_holds_the_budget_of_units(drained: Report) -> None:
    (scale,) = drained.scales
    cost = scale.calm_cost()
    assert 11 < cost.write_units <= WRITE_UNITS_MAX
    assert scale.hard_cost().write_units > cost.write_units
    assert sum(used.deaths for used in scale.calm.used.values()) == 0
    assert scale.calm.mails == scale.calm_due


def test_the_engine_and_its_bare_calls_renew_the_same(drained: Report) -> None:
    assert drained.bare.renewals == drained.slow.renewals == 12
    assert all(seconds > 0 for seconds in (*drained.slow.engine, *drained.slow.bare))


def test_the_page_and_its_picture_tell_what_was_found(drained: Report) -> None:
    words = page(drained, bill(drained), HOSTILE, utc_now())
    (scale,) = drained.scales
    assert f"| paid | {scale.count.paid} |" in words
    assert f"**{drained.slow.ratio:.2f}**" in words
    picture = ET.fromstring(plot(drained))  # noqa: S314 - our own
    assert len(picture.findall("{*}polyline")) == 5
