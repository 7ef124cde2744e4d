"""The page of figures that a run leaves in docs/benchmarks."""

import os
import platform
import subprocess
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from chalicelib.domain.billing.agenda import SHARDS
from chalicelib.domain.billing.guards import LIMITS, Limits
from infra.bench.drain import report as found
from infra.bench.drain.audit import Count
from infra.bench.drain.functions import FED, HTTP, NUMBERING, RELAY, SWEEP, Used
from infra.bench.drain.odds import SHUFFLE_SECONDS, Odds
from infra.bench.drain.overhead import Pair
from infra.bench.drain.prices import Bill
from infra.bench.drain.report import Report, Scale
from tests.world_units import Cost

PROJECT: Final = Path(__file__).parents[3]
LONG: Final = timedelta(hours=2)
UNITS: Final = {
    "write_units": "write units",
    "read_units": "read units",
    "invocations": "invocations, the webhook's included",
    "gigabyte_seconds": "GB-seconds of functions",
    "queue_requests": "queue requests",
    "api_requests": "webhook requests",
    "log_gigabytes": "GB of logs",
    "file_puts": "files put",
    "mails": "mails",
}


def page(report: Report, bill: Bill, odds: Odds, made_at: datetime) -> str:
    """The whole page, in Markdown."""
    broken = report.broken()
    verdict = "Every budget holds." if not broken else f"BROKEN: {'; '.join(broken)}."
    due, largest = report.scales[0].count.due, report.scales[-1]
    speed, overhead_max = report.slow.renewals_per_second, found.OVERHEAD_MAX
    notice, writes, reads = found.WEBHOOK_READ_UNITS, found.WRITE_UNITS_MAX, found.READ_UNITS_MAX
    calls, calls_max = largest.calm_invocations(), found.INVOCATIONS_MAX
    others_calls = _listed(scale.calm_invocations() for scale in report.scales[:-1])
    hard_calls = _listed(scale.hard_invocations() for scale in report.scales)
    ring = SHARDS + 1
    return f"""# A day of {due:,} renewals, everything going wrong at once

{_machine(made_at)}
Made by `python -m infra.bench.drain`, a part of `make bench`. {verdict}

{due:,} subscriptions fall due at one instant and go through the real handlers: schedule, agenda,
claim, charge, stream, number, typeset invoice, mail; the provider's notices come in over HTTP
while they are charged. Queues, bucket, bus and mail relay are the tests' fakes behind their ports,
shared by all workers; table, library, handlers and papers are the real ones.
{_workers()}
{_weather(odds)}
{_guards(report.limits)}
Then time moves on until nothing is left to do.

![Paid by time since due, and units of a renewal by size of the table](drain.svg)

## Counted from outside

At the provider, in the raw table, among files and mails.

{_table(_COUNTED, report.scales)}

A mail goes out again when its worker dies between the relay and the record of it; money does not.
What the queues gave up after five tries, the agenda drove again.

## Speed

{_table(_SPEED, report.scales)}

One worker alone, at the same latency and without faults, renews **{speed:.1f} a second**; in a
drain all workers, the provider and the database share the machine.
The lag runs from the due instant to the moment at which the payment is known; whoever is refused
waits for a later rung of the ladder, and the last are paid days later. A worker that dies leaves
the rest of its shard, up to {due // SHARDS} renewals, to the next sweep: most shards lose one.
When the one that numbers dies, the line of numbers stands still until its batch comes back, six
minutes later: a number is never given out of turn.

## What the engine adds

A worker against the very calls it makes (table and provider), made bare by as many threads and
taking turns with it. The budget is {overhead_max} in both lines: with the provider's latency, which
is the time a worker is paid for, and without, which is what the code itself costs.

| | Engine, s | Bare calls, s | Ratio | Turns |
| --- | ---: | ---: | ---: | ---: |
| with the provider's latency | {_pair(report.slow)} |
| without latency | {_pair(report.bare)} |

## Units and growth

A renewal of a calm day of {largest.calm_due:,} (nothing refused, lost or killed), as the table
bills it: from the sweep's entry to the mail, with the notice kept and applied; and one of the hard
day, repetitions, refusals and their mails included. A sweep's own questions, at least 8 read units,
are apart on a calm day.
A write that its condition refused is billed as well, and is not counted here: its answer does not
say what it consumed.
Budgets of a calm day: {writes} write units; {reads} read units, and {notice} for the notice.

| Others in the table | Calm: write units | read units | Hard: write units | read units |
| ---: | ---: | ---: | ---: | ---: |
{_growth(report)}

## Invocations

Of a calm day's drain on the largest table: **{calls:.2f} a renewal**, the provider's webhook
request apart (budget {calls_max}); {others_calls} on the smaller ones. Of the whole hard day, every
ring of the schedule, repetition and refusal included: {hard_calls} for each that is paid, by size
of the table. The schedule rings every five minutes whatever is due, {ring} invocations each time.
Batches are gathered as the deployed mappings gather them, for a second at most; the cloud polls a
queue from several places at once and may fill them less.

| Function | Calm drain: invocations | records in one | processor, ms a renewal \
| Hard day: invocations | records in one | died |
| --- | ---: | ---: | ---: | ---: | ---: | ---: |
{_functions(largest)}

## A million renewals

USD, list prices of {bill.region} noted on {bill.taken_on}; † is not verified. {bill.note}
The time of a worker is as measured; of the other functions it is their processor time, at the
share of a processor that memory buys.

| | Quantity | USD |
| --- | ---: | ---: |
{_bill(bill)}
| **all but mails** | | **{bill.usd:.2f}** |

Mails cost {bill.mails_usd:.0f} more.
"""


def _guards(limits: Limits) -> str:
    least, run, hour = limits.canary_min, f"{limits.per_run:,}", f"{limits.per_hour:,}"
    shares = (limits.canary_bps, limits.approval_min_bps, limits.unknown_max_bps)
    first, approved, unknown = (f"{share / 100:g} %" for share in shares)
    whose = "those of a deployment that sets none" if limits == LIMITS else "its own"
    return f"""The brake on charges is on, its limits are {whose}: the first {first}
({least} at least) are judged before the rest, {run} charges a run, {hour} an hour, {approved}
approved at least, {unknown} unknown at most."""


def _weather(odds: Odds) -> str:
    p50, p99 = f"{odds.p50_seconds * 1000:.0f} ms", f"{odds.p99_seconds:g} s"
    soft, stop, silent = (f"{share:.0%}" for share in (odds.soft, odds.stop, odds.silent))
    shuffled, lost, deaths = (f"{share:.0%}" for share in (odds.shuffled, odds.lost, odds.deaths))
    late = f"{SHUFFLE_SECONDS} s late and out of order"
    return f"""The provider is the simulator's process: latency of a lognormal law (p50 {p50},
p99 {p99}), {soft} of charges refused to be tried again, {stop} refused for good, {silent} captured
without an answer; {shuffled} of notices come twice, as many up to {late}, {lost} never.
{deaths} of the renewals lose their worker between two effects: a real process ends at once with
everything it had in hand, and every other effect is as deadly."""


Rows = Mapping[str, Callable[[Scale], str]]
_COUNTED: Final[Rows] = {
    "paid": lambda scale: f"{scale.count.paid:,}",
    "parked for a person": lambda scale: _parked(scale.count),
    "captures": lambda scale: f"{scale.count.captures:,}",
    "captures per paid renewal": lambda scale: f"{scale.count.captures / scale.count.paid:.4f}",
    "paid twice": lambda scale: f"{scale.count.twice}",
    "missing": lambda scale: f"{scale.count.missing}",
    "gaps in the numbers": lambda scale: f"{scale.count.gaps}",
    "paid without number, file or mail": lambda scale: f"{scale.count.unfiled}",
    "invoices mailed again": lambda scale: f"{scale.count.repeated_mails}",
    "workers that died": lambda scale: f"{scale.deaths}",
    "messages given up": lambda scale: f"{scale.hard.dead_letters}",
}
_SPEED: Final[Rows] = {
    "paid in the drain": lambda scale: f"{scale.hard.drain_paid:,}",
    "numbered in the drain": lambda scale: f"{scale.hard.drained[NUMBERING.handler].records:,}",
    "drained and at rest, s": lambda scale: f"{scale.hard.seconds:.0f}",
    "paid a second": lambda scale: f"{scale.paid_per_second:.1f}",
    "lag, median": lambda scale: _span(scale.count.lag(0.5)),
    "lag, 95 %": lambda scale: _span(scale.count.lag(0.95)),
    "lag, longest": lambda scale: _span(scale.count.lag(1)),
    "times the schedule rang until all was settled": lambda scale: f"{len(scale.hard.steps) + 1}",
}


def _table(rows: Rows, scales: tuple[Scale, ...]) -> str:
    head = " | ".join(f"{scale.others:,}" for scale in scales)
    lines = [f"| Others in the table | {head} |", f"| --- |{' ---: |' * len(scales)}"]
    for name, tell in rows.items():
        lines.append(f"| {name} | {' | '.join(tell(scale) for scale in scales)} |")
    return "\n".join(lines)


def _parked(count: Count) -> str:
    return ", ".join(f"{many} {why}" for why, many in sorted(count.parked.items())) or "0"


def _span(span: timedelta) -> str:
    if span > LONG:
        return f"{span / timedelta(days=1):.1f} d"
    return f"{span.total_seconds():.0f} s"


def _pair(pair: Pair) -> str:
    low, high = pair.spread
    engine, bare = sum(pair.engine), sum(pair.bare)
    return f"{engine:.1f} | {bare:.1f} | **{pair.ratio:.2f}** | {low:.2f} to {high:.2f}"


def _growth(report: Report) -> str:
    return "\n".join(
        f"| {scale.others:,} | {_units(scale.calm_cost())} | {_units(scale.hard_cost())} |"
        for scale in report.scales
    )


def _units(cost: Cost) -> str:
    return f"{cost.write_units:.2f} | {cost.read_units:.2f}"


def _functions(scale: Scale) -> str:
    names = [SWEEP.handler, *(each.handler for each in FED.values()), RELAY.handler, HTTP.handler]
    rows = []
    for name in names:
        calm, hard = scale.calm.drained[name], scale.hard.used[name]
        processor = calm.processor_seconds / scale.calm_due * 1000
        told = "webhook" if name == HTTP.handler else name
        rows.append(
            f"| {told} | {_batches(calm)} | {processor:.1f} | {_batches(hard)} | {hard.deaths} |"
        )
    return "\n".join(rows)


def _batches(used: Used) -> str:
    return f"{used.invocations:,} | {used.records / max(1, used.invocations):.1f}"


def _listed(figures: Iterable[float]) -> str:
    return ", ".join(f"{figure:.2f}" for figure in figures) or "none"


def _bill(bill: Bill) -> str:
    return "\n".join(
        f"| {UNITS[line.what]}{'' if line.is_verified else ' †'} "
        f"| {_quantity(line.quantity)} | {line.usd:.2f} |"
        for line in bill.lines
    )


def _quantity(quantity: float) -> str:
    million = 10**6
    return f"{quantity / million:.2f} M" if quantity >= million else f"{quantity:,.0f}"


def _workers() -> str:
    shares = ", ".join(
        f"{each.workers} for {each.handler}" for each in (*FED.values(), RELAY, HTTP)
    )
    return f"Workers are processes: {shares.replace('for app', 'for the webhook')}."


def _machine(made_at: datetime) -> str:
    commit = subprocess.run(
        ["git", "rev-parse", "--short=12", "HEAD"],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    ).stdout.strip()
    processors = os.cpu_count()
    return (
        f"{made_at:%Y-%m-%d}, commit {commit or 'unknown'}, Python {platform.python_version()}, "
        f"{platform.machine()}, {processors} processors."
    )
