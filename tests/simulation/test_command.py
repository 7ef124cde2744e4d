"""The command: progress, a summary, a plot; a finding ends it with a small story."""

import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tests.simulation.command import __main__ as command
from tests.simulation.command.examine import examined, shrunk, story_of
from tests.simulation.defects.planted import forgery_accepted
from tests.simulation.world.plan import troubled

pytestmark = pytest.mark.simulation


class TestCommand:
    def test_many_worlds_are_summed_up_and_drawn(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert command.run(range(1, 5), 2, tmp_path) == 0
        record = json.loads((tmp_path / "summary.json").read_text())
        assert (record["worlds"], record["seeds"], record["findings"]) == (4, [1, 4], [])
        assert record["subscriber_months"] == sum(record["months_by_world"]) > 0
        drawn = ET.parse(tmp_path / "simulation.svg").getroot()  # noqa: S314 - our own
        said = " ".join(text for text in drawn.itertext())
        assert all(kind.replace("_", " ") in said for kind in record["faults"])
        assert "0 findings" in capsys.readouterr().out

    def test_the_order_of_the_worlds_does_not_matter(self, tmp_path: Path) -> None:
        command.run(range(1, 4), 2, tmp_path / "two")
        command.run(range(1, 4), 1, tmp_path / "one")
        one, two = (
            json.loads((tmp_path / name / "summary.json").read_text())["digest"]
            for name in ("one", "two")
        )
        assert one == two

    def test_a_finding_is_told_by_the_smallest_world(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with forgery_accepted():
            worlds = (examined(troubled(seed)) for seed in range(1, 30))
            found = next(world for world in worlds if world.findings)
            least = shrunk(found)
            command.tell(found)
        assert len(least.plan.people) < len(found.plan.people)
        assert least.events < found.events / 2
        assert any("a stranger says" in line for line in least.story)
        assert story_of(least, 60)
        assert f"make simulate SEED={found.plan.seed}" in capsys.readouterr().out
