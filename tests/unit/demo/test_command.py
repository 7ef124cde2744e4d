"""What `make demo` answers: 0 when every promise was kept, and a plain word otherwise."""

from pathlib import Path
from typing import TextIO

import pytest

from infra.local.demo.__main__ import STOPPED, main
from infra.local.demo.play import DidNotPlay, Shown


def keeping(out: Path, screen: TextIO) -> Shown:
    return Shown(("130 months due",), ())


def breaking(out: Path, screen: TextIO) -> Shown:
    return Shown(("130 months due",), ("recommended: missing_periods is 1 and should be 0",))


def stumbling(out: Path, screen: TextIO) -> Shown:
    raise DidNotPlay("recommended: port 8080 (simulator) is in use")


def stopped(out: Path, screen: TextIO) -> Shown:
    raise KeyboardInterrupt


def test_kept_promises_answer_zero(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(tmp_path, keeping) == 0
    assert "Every promise was kept." in capsys.readouterr().out


def test_a_broken_promise_answers_one_and_is_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(tmp_path, breaking) == 1
    said = capsys.readouterr()
    assert "missing_periods is 1" in said.err
    assert "kept" not in said.out


@pytest.mark.parametrize(
    ("play", "status", "words"),
    [
        (stumbling, 1, "could not be played: recommended: port 8080"),
        (stopped, STOPPED, "Stopped before the end"),
    ],
)
def test_a_story_without_an_end_is_no_success(
    play: object, status: int, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert callable(play)
    assert main(tmp_path, play) == status
    assert words in capsys.readouterr().err
