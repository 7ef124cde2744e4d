"""One shard of the agenda: everything due in it, ten at a time, while there is time left."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from chalicelib.application.billing.advance import advance
from chalicelib.application.ports import AgendaEntry, Ports
from chalicelib.domain.billing.agenda import SHARDS
from chalicelib.domain.kernel.errors import BillingError

AT_ONCE = 10
PAGE = 5_000


@dataclass(frozen=True, slots=True)
class Worked:
    """What a run over a shard did; `left` entries wait for the next run."""

    done: int
    failed: tuple[str, ...]
    left: int


def sweep(*, ports: Ports) -> int:
    """Ask for every shard to be worked, whatever the hour: one message a shard."""
    messages = tuple({"schema": 1, "event": "ShardDue", "shard": n} for n in range(SHARDS))
    ports.queues.send("agenda", messages)
    return len(messages)


def work_shard(
    shard: int, *, has_time: Callable[[], bool], ports: Ports, at_once: int = AT_ONCE
) -> Worked:
    """Advance whatever is due in a shard, however old, `at_once` together, while there is time.

    One entry's failure never stops the others: it stays on the agenda for the next sweep.
    """
    entries = ports.store.due_entries(shard, ports.clock(), PAGE)
    failed: list[str] = []
    done = 0
    with ThreadPoolExecutor(at_once) as pool:
        for start in range(0, len(entries), at_once):
            if not has_time():
                break
            batch = entries[start : start + at_once]
            for entry, problem in zip(batch, pool.map(_try(ports), batch), strict=True):
                done += 1
                if problem:
                    failed.append(f"{entry.kind} {entry.subscription_id} {problem}")
    return Worked(done=done, failed=tuple(failed), left=len(entries) - done)


def _try(ports: Ports) -> Callable[[AgendaEntry], str | None]:
    def attempt(entry: AgendaEntry) -> str | None:
        try:
            advance(entry, ports=ports)
        except BillingError as error:
            return error.code
        except Exception as defect:  # noqa: BLE001 - a defect in one entry must not stop the rest
            return type(defect).__name__
        return None

    return attempt
