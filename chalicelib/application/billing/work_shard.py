"""One shard of the agenda: everything due in it, ten at a time, while there is time left."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

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

    One entry's failure never stops the others: it stays on the agenda for the next sweep. Charges
    need permits, asked for by the batch; everything else goes on without. With `wait`, charges
    wait here for the outcome of the day's first slice; without it, for the next sweep.
    """
    entries = ports.store.due_entries(shard, ports.clock(), PAGE)
    gate = Gate(ports, expected=SHARDS * len(entries))
    if wait is not None:
        gate.has_time, gate.wait = has_time, wait
    failed: list[str] = []
    done = 0
    with ThreadPoolExecutor(at_once) as pool:
        for start in range(0, len(entries), at_once):
            if not has_time():
                break
            batch = entries[start : start + at_once]
            gate.begin(sum(entry.kind == "due" for entry in batch))
            for entry, problem in zip(batch, pool.map(_try(ports, gate), batch), strict=True):
                done += 1
                if problem:
                    failed.append(f"{entry.kind} {entry.subscription_id} {problem}")
    gate.close()
    return Worked(
        done=done,
        failed=tuple(failed),
        left=len(entries) - done,
        held=gate.held,
        shut=gate.shut if gate.held else None,
    )


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
