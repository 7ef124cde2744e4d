"""A process that dies, loses a reply or loses a race at any step: `Saboteur`.

    rehearsal = Saboteur(world)
    use_case(ports=rehearsal)
    for at in range(len(rehearsal.effects)):
        world = a_new_world()
        with suppress(Killed):
            use_case(ports=Saboteur(world, at=at, how="kill"))
        use_case(ports=world)      # what comes after: redelivery, the next sweep
        assert world.gateway.captured(key) has one

It stands around any ports, in memory or real.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, Final, Literal, cast

from chalicelib.application.ports import (
    Accounts,
    Clock,
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

How = Literal["kill", "lose_reply", "conflict"]
COMMIT: Final = "store.commit"
EFFECTS: Final = frozenset(
    {
        COMMIT,
        "store.count",
        "store.keep_notification",
        "gateway.open_session",
        "gateway.session_news",
        "gateway.charge",
        "gateway.give_back",
        "gateway.refund",
        "gateway.stored_methods",
        "gateway.forget_method",
        "files.put_once",
        "queues.send",
        "bus.publish",
        "post.send",
        "accounts.ensure",
        "accounts.set_password",
        "accounts.check_password",
    }
)


class Killed(BaseException):
    """The process ended here; no `except Exception` holds it up."""


@dataclass
class Saboteur:
    """Ports that count every effect and spoil one of them.

    `kill` ends the process just before the effect, `lose_reply` just after it; whatever it still
    tries afterwards, in any thread, is dead too. `conflict` refuses a commit once, as if another
    writer had been first, and lets the process live.

    Attributes:
        ports: the world around which it stands.
        at: which effect is spoilt, counted from 0 as in `effects`; None spoils nothing.
        effects: the names of the effects so far, such as `store.commit`.
        has_struck: whether the effect to spoil was reached.
    """

    ports: Ports
    at: int | None = None
    how: How = "kill"
    effects: list[str] = field(default_factory=list)
    has_struck: bool = False
    _is_dead: bool = False
    _lock: Lock = field(default_factory=Lock)

    @property
    def commits(self) -> tuple[int, ...]:
        """Which of the effects were commits: the places for `conflict`."""
        return tuple(at for at, name in enumerate(self.effects) if name == COMMIT)

    @property
    def clock(self) -> Clock:
        return self.ports.clock

    @property
    def wall_clock(self) -> Clock:
        return self.ports.wall_clock

    @property
    def ids(self) -> Ids:
        return self.ports.ids

    @property
    def store(self) -> Store:
        return cast("Store", _Watched("store", self.ports.store, self))

    @property
    def gateway(self) -> Gateway:
        return cast("Gateway", _Watched("gateway", self.ports.gateway, self))

    @property
    def files(self) -> Files:
        return cast("Files", _Watched("files", self.ports.files, self))

    @property
    def queues(self) -> Queues:
        return cast("Queues", _Watched("queues", self.ports.queues, self))

    @property
    def bus(self) -> EventBus:
        return cast("EventBus", _Watched("bus", self.ports.bus, self))

    @property
    def post(self) -> Post:
        return cast("Post", _Watched("post", self.ports.post, self))

    @property
    def accounts(self) -> Accounts:
        return cast("Accounts", _Watched("accounts", self.ports.accounts, self))

    @property
    def keys(self) -> Keys:
        return self.ports.keys

    @property
    def facts(self) -> Facts:
        return self.ports.facts

    def call(self, name: str, act: Callable[[], Any]) -> Any:
        """Let a call through, or spoil it."""
        if name in EFFECTS and self._is_the_one(name):
            return self._spoil(name, act)
        if self._is_dead:
            raise Killed(f"{name} after death")
        return act()

    def _is_the_one(self, name: str) -> bool:
        with self._lock:
            if self._is_dead:
                return False
            self.effects.append(name)
            self.has_struck = self.has_struck or len(self.effects) - 1 == self.at
            return len(self.effects) - 1 == self.at

    def _spoil(self, name: str, act: Callable[[], Any]) -> Any:
        if self.how == "conflict":
            assert name == COMMIT, f"only a commit can conflict, effect {self.at} is {name}"
            raise Conflict(detail="another writer was first")
        if self.how == "lose_reply":
            act()
        self._is_dead = True
        raise Killed(f"{self.how} at effect {self.at}: {name}")


class _Watched:
    """A port whose every call goes through the saboteur; an empty change is no call."""

    def __init__(self, port: str, real: object, saboteur: Saboteur) -> None:
        self._port = port
        self._real = real
        self._saboteur = saboteur

    def __getattr__(self, method: str) -> Callable[..., Any]:
        name = f"{self._port}.{method}"
        real = getattr(self._real, method)

        def call(*args: Any, **kwargs: Any) -> Any:
            if name == COMMIT and not args[0]:
                return real(*args, **kwargs)
            return self._saboteur.call(name, lambda: real(*args, **kwargs))

        return call
