"""The life of a running sandbox: the pump at its work, and journeys through time.

One thread carries messages and webhooks as they come and rings the five-minute schedule, so a
checkout goes on by itself while somebody looks at the pages. A journey takes over from it until it
arrives.
"""

import threading
import time
import traceback
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from infra.local.time_machine import Progress, World, settle, travel

IDLE_SECONDS: Final = 2.0
SWEEP_SECONDS: Final = 300.0


class OnTheWay(RuntimeError):
    """A journey is already under way."""


@dataclass(frozen=True)
class Journey:
    """Where the last journey stands; `trouble` says why it ended early, empty when it did not."""

    progress: Progress | None = None
    is_moving: bool = False
    trouble: str = ""


class Life:
    """Keeps `world` going; one thing happens at a time."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._turn = threading.Lock()
        self._woken = threading.Event()
        self._ended = threading.Event()
        self._latest = Journey()

    @property
    def journey(self) -> Journey:
        """The journey under way, or the last one."""
        return self._latest

    def wake(self) -> None:
        """Something was written: look at once."""
        self._woken.set()

    @contextmanager
    def going_on(self) -> Any:
        """Live in a thread for the length of a `with`."""
        thread = threading.Thread(target=self._live, name="life", daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._ended.set()
            self._woken.set()
            thread.join(timeout=30)

    def start_journey(self, target_at: datetime) -> None:
        """Set out for `target_at` in a thread of its own.

        Raises:
            OnTheWay: one journey at a time.
            ValueError: `target_at` is not ahead.
        """
        if self._latest.is_moving:
            raise OnTheWay("a journey is under way")
        now = self._world.now()
        if target_at <= now:
            raise ValueError("the time machine goes forward only")
        self._latest = Journey(Progress(now, now, target_at, 0), is_moving=True)
        threading.Thread(target=self._travel, args=(target_at,), daemon=True).start()

    def _travel(self, target_at: datetime) -> None:
        trouble = ""
        try:
            with self._turn:
                travel(self._world, target_at, self._note)
        except Exception as error:  # noqa: BLE001 - the panel shows it to whoever pressed the button
            traceback.print_exc()
            trouble = f"{type(error).__name__}: {error}"
        self._latest = Journey(self._latest.progress, is_moving=False, trouble=trouble)

    def _note(self, progress: Progress) -> None:
        self._latest = Journey(progress, is_moving=True)

    def _live(self) -> None:
        swept_at = time.monotonic()
        while not self._ended.is_set():
            self._woken.wait(IDLE_SECONDS)
            self._woken.clear()
            if self._ended.is_set():
                return
            with self._turn:
                is_due = time.monotonic() - swept_at > SWEEP_SECONDS
                swept_at = time.monotonic() if is_due else swept_at
                self._beat(is_due=is_due)

    def _beat(self, *, is_due: bool) -> None:
        try:
            if is_due:
                self._world.sweep(self._world.now())
            settle(self._world)
        except Exception:  # noqa: BLE001 - the sandbox outlives one failed beat, and says so
            traceback.print_exc()
