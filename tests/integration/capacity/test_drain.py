"""The drain benchmark itself, on a tiny table with more faults than it has renewals."""

import xml.etree.ElementTree as ET

import pytest

from chalicelib.adapters.clock import utc_now
from chalicelib.domain.billing.guards import Limits
from infra.bench.drain.__main__ import measure
from infra.bench.drain.odds import Odds
from infra.bench.drain.page import page
from infra.bench.drain.plot import plot
from infra.bench.drain.prices import bill
from infra.bench.drain.report import Report

DUE = 40
TURNS = 20
HOSTILE = Odds(
    soft=0.2, stop=0.1, silent=0.2, shuffled=0.3, lost=0.2, deaths=0.06, p50_seconds=0.02,
    p99_seconds=0.1,
)  # fmt: skip


@pytest.fixture(scope="module")
def drained() -> Report:
    """Forty renewals among fifty others."""
    return measure(
        [50],
        due=DUE,
        seed=3,
        odds=HOSTILE,
        tell=lambda _: None,
        # half a minute would pass until a slice without news is judged
        limits=Limits(canary_min=DUE, unknown_max_bps=9_000, approval_min_bps=1_000),
        calm_due=10,
        turns_due=TURNS,
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


def test_on_a_calm_day_nothing_is_done_twice(drained: Report) -> None:
    """Ten renewals share no permit and no batch, so they cost more than those of a real day."""
    (scale,) = drained.scales
    written = {
        name: sum(cost.writes for cost in used.consumed.values())
        for name, used in scale.calm.used.items()
    }
    assert written["write_documents"] == written["send_mail"] == scale.calm_due
    assert written["app"] >= scale.calm_due
    assert scale.calm_cost().read_units < scale.hard_cost().read_units
    assert sum(used.deaths for used in scale.calm.used.values()) == 0
    assert scale.calm.mails == scale.calm_due


def test_the_engine_and_its_bare_calls_renew_the_same(drained: Report) -> None:
    assert 0 < drained.bare.renewals == drained.slow.renewals < TURNS
    assert all(seconds > 0 for seconds in (*drained.slow.engine, *drained.slow.bare))


def test_the_page_and_its_picture_tell_what_was_found(drained: Report) -> None:
    words = page(drained, bill(drained), HOSTILE, utc_now())
    (scale,) = drained.scales
    assert f"| paid | {scale.count.paid} |" in words
    assert f"**{drained.slow.ratio:.2f}**" in words
    picture = ET.fromstring(plot(drained))  # noqa: S314 - our own
    assert len(picture.findall("{*}polyline")) == 5
