"""One shard of the agenda: everything due in it, ten together, while there is time left."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from threading import Lock

from chalicelib.application.billing.advance import advance
from chalicelib.application.billing.charging import Gate
from chalicelib.application.ports import AgendaEntry, Ports
from chalicelib.domain.billing.agenda import SHARDS
from chalicelib.domain.billing.guards import Shut
from chalicelib.domain.kernel.errors import BillingError

AT_ONCE = 10
PAGE = 5_000


@dataclass(frozen=True, slots=True)
class Worked:
    """What a run over a shard did; `left` entries wait for the next run.

    Attributes:
        held: charges that got no permit and wait for the next sweep.
        shut: why, if any.
    """

    done: int
    failed: tuple[str, ...]
    left: int
    held: int = 0
    shut: Shut | None = None


def sweep(*, ports: Ports) -> int:
    """Ask for every shard to be worked, whatever the hour: one message a shard."""
    messages = tuple({"schema": 1, "event": "ShardDue", "shard": n} for n in range(SHARDS))
    ports.queues.send("agenda", messages)
    return len(messages)


def work_shard(
    shard: int,
    *,
    has_time: Callable[[], bool],
    ports: Ports,
    at_once: int = AT_ONCE,
    wait: Callable[[float], None] | None = None,
) -> Worked:
    """Advance whatever is due in a shard, however old, `at_once` together, while there is time.

    Each thread takes the next entry when it is done with one: a charge whose answer is long in
    coming holds back nobody else. One entry's failure never stops the others: it stays on the
    agenda for the next sweep. Charges need permits, asked for by as many as go together; everything
    else goes on without. With `wait`, charges
    wait here for the outcome of the day's first slice; without it, for the next sweep.
    """
    entries = ports.store.due_entries(shard, ports.clock(), PAGE)
    gate = Gate(ports, expected=SHARDS * len(entries))
    if wait is not None:
        gate.has_time, gate.wait = has_time, wait
    gate.begin(sum(entry.kind == "due" for entry in entries), together=at_once)
    line = _Line(entries, has_time)
    attempt = _try(ports, gate)

    def work(_: int) -> None:
        while (entry := line.take()) is not None:
            line.end(entry, attempt(entry))

    with ThreadPoolExecutor(at_once) as pool:
        list(pool.map(work, range(at_once)))
    gate.close()
    return Worked(
        done=line.taken,
        failed=tuple(line.failed),
        left=len(entries) - line.taken,
        held=gate.held,
        shut=gate.shut if gate.held else None,
    )


class _Line:
    """What is due, taken entry by entry while there is time; one for all threads."""

    def __init__(self, entries: tuple[AgendaEntry, ...], has_time: Callable[[], bool]) -> None:
        self.taken = 0
        self.failed: list[str] = []
        self._entries, self._has_time = entries, has_time
        self._turn = Lock()

    def take(self) -> AgendaEntry | None:
        """The next entry; None when there is none, or no time for it."""
        with self._turn:
            if self.taken == len(self._entries) or not self._has_time():
                return None
            self.taken += 1
            return self._entries[self.taken - 1]

    def end(self, entry: AgendaEntry, problem: str | None) -> None:
        """Note what went wrong with an entry, if anything did."""
        if problem:
            self.failed.append(f"{entry.kind} {entry.subscription_id} {problem}")


def _try(ports: Ports, gate: Gate) -> Callable[[AgendaEntry], str | None]:
    def attempt(entry: AgendaEntry) -> str | None:
        try:
            advance(entry, ports=ports, gate=gate)
        except BillingError as error:
            return error.code
        except Exception as defect:  # noqa: BLE001 - a defect in one entry must not stop the rest
            return type(defect).__name__
        return None

    return attempt
