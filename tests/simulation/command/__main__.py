"""Live many worlds and audit them: `python -m tests.simulation.command --seeds 100`."""

import argparse
import os
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import islice
from pathlib import Path

from tests.simulation.command.examine import examined, shrunk, story_of
from tests.simulation.command.summary import Summary
from tests.simulation.plot.drawing import plot
from tests.simulation.world.plan import planned
from tests.simulation.world.world import Outcome

AHEAD = 4
KEPT_EVERY = 20
STORY_LINES = 60


def live(seed: int) -> Outcome:
    """The world of a seed; nothing of its story is needed unless something is found."""
    return examined(planned(seed))


def lived(seeds: Iterable[int], processes: int) -> Iterator[Outcome]:
    """Each world as it comes to its end, on every core."""
    waiting = iter(seeds)
    with ProcessPoolExecutor(processes) as pool:
        running: set[Future[Outcome]] = {
            pool.submit(live, seed) for seed in islice(waiting, processes * AHEAD)
        }
        try:
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                running |= {pool.submit(live, seed) for seed in islice(waiting, len(done))}
                yield from (one.result() for one in done)
        finally:
            pool.shutdown(cancel_futures=True)


def run(seeds: range, processes: int, out: Path) -> int:
    """Live every world until one shows something that must not be; 0 when none does."""
    summary, started = Summary(), time.monotonic()
    found: Outcome | None = None
    for outcome in lived(seeds, processes):
        summary.add(outcome)
        _progress(summary, len(seeds), time.monotonic() - started)
        if outcome.findings:
            found = outcome
            break
        if summary.worlds % KEPT_EVERY == 0:
            _keep(summary, time.monotonic() - started, out)
    seconds = time.monotonic() - started
    _say("")
    _say(summary.as_text(seconds))
    _keep(summary, seconds, out)
    _say(f"{out}/summary.json, {out}/simulation.svg")
    if found is not None:
        tell(found)
    return 1 if found else 0


def tell(found: Outcome) -> None:
    """What was found, in the smallest world that shows it."""
    _say(f"\nseed {found.plan.seed}: {found.findings[0]}\nlooking for a smaller world …")
    least = shrunk(found)
    plan = least.plan
    _say(f"people {list(plan.people)}, {plan.days} days, faults {', '.join(plan.faults) or '-'}")
    for finding in least.findings:
        _say(f"  {finding}")
    _say("\n".join(story_of(least, STORY_LINES)))
    _say(f"again: make simulate SEED={found.plan.seed}")


def _keep(summary: Summary, seconds: float, out: Path) -> None:
    out.mkdir(parents=True, exist_ok=True)
    (out / "summary.json").write_text(summary.as_json(seconds))
    title = f"{summary.worlds:,} worlds, {summary.months:,} subscriber-months"
    title += f", {len(summary.findings)} findings"
    (out / "simulation.svg").write_text(plot(title, summary.injected, summary.months_by_world))


def _progress(summary: Summary, worlds: int, seconds: float) -> None:
    line = f"{summary.worlds}/{worlds} worlds  {summary.months:,} subscriber-months"
    line += f"  {summary.injected.total():,} faults  {seconds:,.0f} s"
    if sys.stdout.isatty():
        sys.stdout.write(f"\r\x1b[2K{line}")
    elif summary.worlds % max(1, worlds // 20) == 0:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def main() -> int:
    """Read what is asked for, and do it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=100, help="how many worlds")
    parser.add_argument("--from", dest="first", type=int, default=1, help="the first seed")
    parser.add_argument("--seed", type=int, help="this world alone, with its story")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--out", type=Path, default=Path("out/simulation"))
    asked = parser.parse_args()
    if asked.seed is None:
        return run(range(asked.first, asked.first + asked.seeds), asked.processes, asked.out)
    outcome = live(asked.seed)
    _say("\n".join(outcome.story[-STORY_LINES:]))
    _say(f"{outcome.months} subscriber-months, {outcome.events} events, digest {outcome.digest}")
    if outcome.findings:
        tell(outcome)
    return 1 if outcome.findings else 0


if __name__ == "__main__":
    sys.exit(main())
