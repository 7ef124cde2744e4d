"""The parts of one simulator, held together."""

from __future__ import annotations

import copy
import threading
from datetime import timedelta
from typing import TYPE_CHECKING

from infra.local.adyen.clock import VirtualClock
from infra.local.adyen.journal import Journal
from infra.local.adyen.state import State
from infra.local.adyen.vault import Vault

if TYPE_CHECKING:
    from datetime import datetime

    from infra.local.adyen.options import Options

SNAPSHOTS_MAX = 50


class World:
    """State, clock, journal and keys; `lock` guards all of them."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.lock = threading.RLock()
        self.gate = threading.Event()
        self.queued = threading.Event()
        self.vault = Vault()
        self.origin = f"http://localhost:{options.port}"
        self.snapshots: dict[str, tuple[datetime, State]] = {}
        self.clock = VirtualClock(options.frozen_at)
        self.state = State(options.seed)
        self.journal = Journal()

    @property
    def shop_url(self) -> str:
        """The address that adyen-web takes for its API."""
        return f"{self.origin}/checkoutshopper/test/"

    def now(self) -> datetime:
        """The business instant."""
        return self.clock.now()

    def later(self, seconds: float) -> datetime:
        """A business instant to come."""
        return self.now() + timedelta(seconds=seconds)

    def reset(self) -> None:
        """Forget everything and go back to the clock of the start."""
        with self.lock:
            self.clock = VirtualClock(self.options.frozen_at)
            self.state = State(self.options.seed)
            self.journal = Journal()
            self.snapshots.clear()

    def save(self, name: str) -> None:
        """Keep a copy of the memory and the instant under `name`.

        Raises:
            OverflowError: too many copies are kept already.
        """
        with self.lock:
            if len(self.snapshots) >= SNAPSHOTS_MAX and name not in self.snapshots:
                raise OverflowError("too many snapshots")
            kept = copy.deepcopy(self.state)
            kept.ledger.running.clear()
            self.snapshots[name] = (self.now(), kept)

    def restore(self, name: str) -> None:
        """Go back to the copy called `name`, instant included.

        Raises:
            KeyError: no such copy.
        """
        with self.lock:
            instant, state = self.snapshots[name]
            self.state = copy.deepcopy(state)
            self.clock.set(instant, backwards=True)
