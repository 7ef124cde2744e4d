"""Threads that meet: each reads the same state before any of them writes."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from threading import Barrier, local
from typing import Any, TypeVar, cast

from chalicelib.application.ports import ChargeRequest, Gateway, Store
from chalicelib.domain.billing.outcomes import Outcome
from chalicelib.domain.kernel.change import Change

T = TypeVar("T")
WAIT_SECONDS_MAX = 10


@dataclass
class _MeetingStore:
    """A store where every thread's first commit waits until all are about to commit."""

    real: Store
    barrier: Barrier
    _met: local = field(default_factory=local)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def commit(self, change: Change) -> None:
        if change and not getattr(self._met, "has_met", False):
            self._met.has_met = True
            self.barrier.wait(WAIT_SECONDS_MAX)
        self.real.commit(change)


def meeting(store: Store, count: int = 2) -> Store:
    """The store as `count` threads see it that all decided on the same state."""
    return cast("Store", _MeetingStore(store, Barrier(count)))


@dataclass
class _InterruptedGateway:
    """A gateway that lets something else happen after it acted and before it answers."""

    real: Gateway
    meanwhile: Callable[[], None]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name)

    def charge(self, request: ChargeRequest) -> Outcome:
        outcome = self.real.charge(request)
        self.meanwhile()
        return outcome


def interrupted(gateway: Gateway, meanwhile: Callable[[], None]) -> Gateway:
    """The gateway as a process sees it whose charge takes its time."""
    return cast("Gateway", _InterruptedGateway(gateway, meanwhile))


def at_once(*works: Callable[[], T]) -> list[T | Exception]:
    """Do everything at the same time; what each came to, in their order."""

    def outcome(work: Callable[[], T]) -> T | Exception:
        try:
            return work()
        except Exception as error:  # noqa: BLE001 - the loser's error is a result here
            return error

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(outcome, works))
