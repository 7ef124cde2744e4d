"""`python -m infra.bench.drain`: measure, print, and write the page and its picture."""

import argparse
import itertools
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Final

from chalicelib.adapters.clock import utc_now
from chalicelib.domain.billing.guards import LIMITS, Limits
from infra.bench.drain import overhead, stage
from infra.bench.drain.audit import count
from infra.bench.drain.day import Tell, begun
from infra.bench.drain.odds import BARE, CALM, Odds
from infra.bench.drain.page import page
from infra.bench.drain.plot import plot
from infra.bench.drain.population import (
    CALM_ON,
    HARD_ON,
    due_at,
    due_items,
    other_items,
    renewals,
)
from infra.bench.drain.prices import bill
from infra.bench.drain.report import Report, Scale
from infra.bench.drain.stage import TABLE, Stage

SIZES: Final = (1_000, 10_000, 100_000)
DUE: Final = 2_000
CALM_DUE: Final = 1_000
SEED: Final = 20_270_310
SHARDS: Final = tuple(range(5))
TURNS_DUE: Final = 500
OUT: Final = Path("docs/benchmarks")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and write; 1 when a budget is broken."""
    parser = argparse.ArgumentParser(prog="python -m infra.bench.drain", description=__doc__)
    parser.add_argument("--others", type=int, nargs="+", default=SIZES, help="sizes of the table")
    parser.add_argument("--due", type=int, default=DUE, help="renewals of the hard day")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--out", type=Path, default=OUT, help="where the page and picture go")
    given = parser.parse_args(arguments)
    report = measure(given.others, due=given.due, seed=given.seed, odds=Odds(), tell=_tell)
    words = page(report, bill(report), Odds(), utc_now())
    given.out.mkdir(parents=True, exist_ok=True)
    (given.out / "drain.md").write_text(words, encoding="utf-8")
    (given.out / "drain.svg").write_text(plot(report), encoding="utf-8")
    print(words)
    return int(bool(report.broken()))


def measure(
    sizes: Sequence[int],
    *,
    due: int,
    seed: int,
    odds: Odds,
    tell: Tell,
    limits: Limits = LIMITS,
    calm_due: int = CALM_DUE,
    turns_due: int = TURNS_DUE,
) -> Report:
    """Everything: the days on each size of table, and the engine against its bare calls."""
    calm = renewals(calm_due, CALM_ON, seed)
    hard = renewals(due, HARD_ON, seed)
    with _folder() as folder, stage.set_up(folder, [*calm, *hard], limits) as on:
        scales = tuple(_scale(on, others, odds, seed, tell) for others in sizes)
    turns = renewals(turns_due, CALM_ON, seed, SHARDS)
    with _folder() as folder, stage.set_up(folder, turns, limits) as on:
        tell("the engine against its bare calls, without latency")
        bare = overhead.compare(on, BARE, seed, SHARDS)
        tell("the engine against its bare calls, with latency")
        slow = overhead.compare(on, CALM, seed, SHARDS)
    return Report(scales, bare, slow, limits)


def _scale(on: Stage, others: int, odds: Odds, seed: int, tell: Tell) -> Scale:
    def told(words: str) -> None:
        tell(f"{others:>9,} others, {words}")

    told("the table is filled")
    calm, hard = on.due_on(CALM_ON), on.due_on(HARD_ON)
    items = itertools.chain(due_items(calm), due_items(hard), other_items(others))
    with on.site({TABLE: items}) as site:
        with begun(
            site, due_at(CALM_ON), provider=on.provider, front=on.ports.front, odds=BARE,
            seed=seed, tell=lambda words: told(f"calm {words}"),
        ) as running:  # fmt: skip
            easy = running.live(timedelta(hours=1))
        with begun(
            site, due_at(HARD_ON), provider=on.provider, front=on.ports.front, odds=odds,
            seed=seed, tell=told,
        ) as running:  # fmt: skip
            day = running.live()
            counted = count(
                hard,
                calm,
                site=site,
                table=running.table,
                provider=on.provider,
                cloud=running.cloud,
            )
    return Scale(others, len(calm), easy, day, counted)


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="drain-") as name:
        yield Path(name)


def _tell(words: str) -> None:
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
