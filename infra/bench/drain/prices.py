"""What a million renewals cost, from a dated table of prices."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from infra.bench.drain.functions import AGENDA, HTTP
from infra.bench.drain.report import Report

FILE: Final = Path(__file__).parents[1] / "prices.json"
CONFIG: Final = Path(__file__).parents[3] / ".chalice/config.json"
MILLION: Final = 1_000_000
WHOLE_PROCESSOR_MB: Final = 1769
"""The memory that buys a whole processor."""
GIGABYTE_MB: Final = 1024


@dataclass(frozen=True)
class Line:
    """One part of the bill of a million renewals."""

    what: str
    quantity: float
    usd: float
    source: str
    is_verified: bool


@dataclass(frozen=True)
class Bill:
    """A million renewals at the prices of one day and region."""

    taken_on: str
    region: str
    note: str
    lines: tuple[Line, ...]

    @property
    def usd(self) -> float:
        """The whole, mails apart: they cost more than everything else together."""
        return sum(line.usd for line in self.lines if line.what != "mails")

    @property
    def mails_usd(self) -> float:
        """The mails."""
        return sum(line.usd for line in self.lines if line.what == "mails")


def bill(report: Report) -> Bill:
    """The bill of a million calm renewals, on the largest table that was measured."""
    table = json.loads(FILE.read_text(encoding="utf-8"))
    quantities = _quantities(report)
    lines = [_line(price, quantities[price["what"]]) for price in table["prices"]]
    return Bill(table["taken_on"], table["region"], table["note"], tuple(lines))


def _line(price: dict[str, Any], each: float) -> Line:
    quantity = each * MILLION
    usd = quantity / price["per"] * price["usd"]
    return Line(price["what"], quantity, usd, price["source"], price["is_verified"])


def _quantities(report: Report) -> dict[str, float]:
    """What one renewal takes of everything that has a price."""
    scale = report.scales[-1]
    cost, used = scale.calm_cost(), scale.calm.used
    others = [one for name, one in used.items() if name not in (AGENDA.handler, HTTP.handler)]
    batches = sum(used[name].invocations for name in used if name in FED_BY_QUEUES)
    processor = sum(one.processor_seconds for one in (*others, used[HTTP.handler]))
    return {
        "write_units": cost.write_units,
        "read_units": cost.read_units,
        "invocations": scale.calm_invocations() + 1,
        # a worker waits for the provider; the others are taken to compute all the time
        "gigabyte_seconds": _memory_mb("work_agenda")
        / GIGABYTE_MB
        / report.slow.renewals_per_second
        + processor / scale.calm_due * WHOLE_PROCESSOR_MB / GIGABYTE_MB,
        # a batch is received once and deleted once
        "queue_requests": (scale.calm.queue_sends + 2 * batches) / scale.calm_due,
        "api_requests": 1,
        "log_gigabytes": scale.calm.log_bytes / scale.calm_due / 10**9,
        "file_puts": scale.calm.files / scale.calm_due,
        "mails": scale.calm.mails / scale.calm_due,
    }


FED_BY_QUEUES: Final = ("work_agenda", "number_invoices", "write_documents", "send_mail")


def _memory_mb(function: str) -> int:
    config = json.loads(CONFIG.read_text(encoding="utf-8"))
    return int(config["lambda_functions"][function]["lambda_memory_size"])
