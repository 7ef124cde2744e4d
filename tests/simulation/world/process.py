"""One process of the deployment: the ports as it sees them, and what befalls it at its effects."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, cast

from chalicelib.application.ports import (
    Accounts,
    EventBus,
    Facts,
    Files,
    Gateway,
    Ids,
    Keys,
    Ports,
    Post,
    Queues,
    Store,
)
from chalicelib.domain.kernel.errors import Conflict
from tests.crash import COMMIT, EFFECTS, Killed
from tests.simulation.faults.kinds import Fault

Befalls = Callable[[str], Fault | None]


@dataclass(eq=False)
class Process:
    """Ports whose effects may be spoilt, and whose clock may be off.

    Attributes:
        role: what it is there for; the log names it.
        real: the world behind it.
        offset: how far its business clock is off.
        befalls: what happens at an effect, if anything.
        meanwhile: lets somebody else act, in the middle of what this process does.
        note: writes the log.
    """

    role: str
    real: Ports
    offset: timedelta
    befalls: Befalls
    meanwhile: Callable[[], None]
    note: Callable[[str], None]
    policy: Facts | None = None
    store: Store = field(init=False)
    gateway: Gateway = field(init=False)
    files: Files = field(init=False)
    queues: Queues = field(init=False)
    bus: EventBus = field(init=False)
    post: Post = field(init=False)
    accounts: Accounts = field(init=False)

    def __post_init__(self) -> None:
        self.store = cast("Store", Port("store", self.real.store, self))
        line = Port("gateway", self.real.gateway, self)
        line.clock_offset = lambda: -self.offset  # type: ignore[attr-defined] # seen from here
        self.gateway = cast("Gateway", line)
        self.files = cast("Files", Port("files", self.real.files, self))
        self.queues = cast("Queues", Port("queues", self.real.queues, self))
        self.bus = cast("EventBus", Port("bus", self.real.bus, self))
        self.post = cast("Post", Port("post", self.real.post, self))
        self.accounts = cast("Accounts", Port("accounts", self.real.accounts, self))

    def clock(self) -> datetime:
        return self.real.clock() + self.offset

    def wall_clock(self) -> datetime:
        return self.real.wall_clock() + self.offset

    @property
    def ids(self) -> Ids:
        return self.real.ids

    @property
    def keys(self) -> Keys:
        return self.real.keys

    @property
    def facts(self) -> Facts:
        return self.policy or self.real.facts

    def effect(self, name: str, act: Callable[[], Any]) -> Any:
        """Let an effect happen, or spoil it.

        Raises:
            Killed: the process ended here.
            Conflict: another writer was first, or traffic kept the write out.
        """
        fault = self.befalls(name)
        if fault is None:
            return act()
        self.note(f"{self.role} {fault} at {name}")
        match fault:
            case "conflict" | "throttled":
                raise Conflict(detail=fault)
            case "overtaken":
                self.meanwhile()
                return act()
            case "lost_reply":
                act()
            case _:
                pass
        raise Killed(f"{fault} at {name}")


class Port:
    """One port of a process; reads pass, effects go through it."""

    def __init__(self, name: str, real: object, process: Process) -> None:
        self._name = name
        self._real = real
        self._process = process

    def __getattr__(self, method: str) -> Any:
        name = f"{self._name}.{method}"
        real = getattr(self._real, method)
        found = real if name not in EFFECTS else self._watched(name, real)
        setattr(self, method, found)
        return found

    def _watched(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        process = self._process

        def call(*args: Any, **kwargs: Any) -> Any:
            if name == COMMIT and not args[0]:
                return None
            return process.effect(name, lambda: real(*args, **kwargs))

        return call
