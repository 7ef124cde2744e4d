"""Plays the story under every profile at once, and leaves what was found in files."""

import json
import shutil
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, Final, TextIO

import requests

from infra.local.demo import stage
from infra.local.demo.audit import Findings, Unreadable, audit
from infra.local.demo.differences import differences, euros
from infra.local.demo.progress import Board
from infra.local.demo.story import ENDS_AT, PROFILES, STARTS_AT
from infra.local.demo.tale import Played, story
from infra.local.demo.verdict import broken, count
from infra.local.demo.visitor import PageRefused
from infra.local.pump import Restless
from infra.local.run import NOT_READY
from infra.local.time_machine import EndlessExchange
from infra.packaging.faults import Unfit

UNITS: Final = {
    "amounts": "minor units of EUR, all taxes included",
    "access_days": "days of 24 hours, all subscribers together",
    "wall_seconds": "seconds on this machine's clock",
    "everything else": "counts",
}
STUMBLES: Final = (
    *NOT_READY,
    EndlessExchange,
    LookupError,
    PageRefused,
    Restless,
    Unfit,
    Unreadable,
    requests.RequestException,
)


class DidNotPlay(RuntimeError):
    """The story stopped before its end; the text says where and why."""


@dataclass(frozen=True)
class Shown:
    """What the demo prints, and the promises that were broken."""

    lines: Sequence[str]
    problems: Sequence[str]


def play_all(out: Path, screen: TextIO, until: datetime = ENDS_AT) -> Shown:
    """Play, audit, write `story.md`, `summary.json` and the invoices under `out`.

    Raises:
        DidNotPlay: the machine is not ready, or a page or message went another way.
    """
    shutil.rmtree(out, ignore_errors=True)
    board, started = Board(PROFILES, screen), time.monotonic()
    with ThreadPoolExecutor(len(PROFILES)) as pool:
        plays = [pool.submit(_play, profile, out, board, until) for profile in PROFILES]
        try:
            ended, _ = wait(plays, return_when=FIRST_EXCEPTION)
        finally:
            board.end()  # one that stumbled, or Ctrl-C, ends the others
        for play in ended:
            play.result()  # the first to stumble says why, not those it ended
        found = [play.result() for play in plays]
    wall_seconds = time.monotonic() - started
    played: list[Played] = [(each, count(each, until)) for each in found]
    problems = [
        f"{each.profile}: {problem}"
        for each, figures in played
        for problem in broken(each, figures, until)
    ]
    changes = differences(*found)
    _write(out, played, changes, problems, wall_seconds)
    return Shown(_lines(out, played, changes, wall_seconds), problems)


def _play(profile: str, out: Path, board: Board, until: datetime) -> Findings:
    try:
        with stage.set_up(out / "systems" / profile, profile) as scene:
            stage.play(scene, board.of(profile), until=until)
            return audit(scene, until)
    except STUMBLES as error:
        raise DidNotPlay(f"{profile}: {error}") from error


def _write(
    out: Path,
    played: Sequence[Played],
    changes: Sequence[str],
    problems: Sequence[str],
    wall_seconds: float,
) -> None:
    (first, figures), *others = played
    summary: dict[str, Any] = {
        "profile": first.profile,
        "from": STARTS_AT.isoformat(),
        "to": ENDS_AT.isoformat(),
        **figures.document(),
        **{found.profile: of_it.document() for found, of_it in others},
        "differences": list(changes),
        "broken_promises": list(problems),
        "wall_seconds": round(wall_seconds, 1),
        "units": UNITS,
    }
    text = json.dumps(summary, ensure_ascii=False, indent=2)
    (out / "summary.json").write_text(f"{text}\n", encoding="utf-8")
    (out / "story.md").write_text(story(played, changes, problems), encoding="utf-8")
    _write_invoices(out / "invoices", first)
    for found, _ in others:
        _write_invoices(out / f"invoices-{found.profile}", found)


def _write_invoices(folder: Path, found: Findings) -> None:
    folder.mkdir(parents=True)
    for invoice in found.invoices:
        (folder / f"{invoice.number}.pdf").write_bytes(invoice.pdf)


def _lines(
    out: Path, played: Sequence[Played], changes: Sequence[str], wall_seconds: float
) -> Sequence[str]:
    books = [
        f"{found.profile:<12} {figures.periods_due} months due, {figures.captures} captures "
        f"({euros(figures.captured_minor)}), {figures.duplicate_captures} twice, "
        f"{figures.missing_periods} missing, {figures.invoices} invoices, "
        f"{figures.numbering_gaps} gaps, journal {figures.journal_sum_minor}"
        for found, figures in played
    ]
    differ = [f"  {change}" for change in changes]
    files = [f"  {out / name}" for name in ("story.md", "summary.json", "invoices/")]
    took = f"Played in {wall_seconds:.0f} seconds. Left for you:"
    return [*books, "", "What the policy changes:", *differ, "", took, *files]
