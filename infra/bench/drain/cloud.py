"""The cloud's stand-ins that every worker process shares: queues, bucket, bus, mail relay.

They are the tests' fakes behind the ports, served from one process to the others; queues also keep
what a message waits for after its worker failed or died.
"""

import json
import threading
from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count
from multiprocessing.managers import BaseManager
from threading import Lock
from typing import Any, Final, Protocol, get_args

from chalicelib.adapters.queues import BATCH_MAX
from chalicelib.application.ports import QueueName
from tests.fakes_world import FIFO_MEMORY, FakeBus, FakeFiles, FakePost

FIFO: Final[QueueName] = "numbering"
RECEIVES_MAX: Final = 5
VISIBILITY: Final[Mapping[QueueName, timedelta]] = {
    "agenda": timedelta(seconds=720),
    "numbering": timedelta(seconds=360),
    "documents": timedelta(seconds=360),
    "mail": timedelta(seconds=360),
}


@dataclass
class Message:
    """One message of a queue, shaped by `as_received` as the queue's client returns it."""

    id: str
    body: str
    receives: int = 0
    hidden_until: datetime | None = None

    def as_received(self) -> dict[str, Any]:
        """The message as an event source mapping receives it."""
        return {"MessageId": self.id, "ReceiptHandle": self.id, "Body": self.body}


@dataclass
class Queue:
    """What waits, and what is hidden until its visibility ends."""

    waiting: deque[Message] = field(default_factory=deque)
    in_hand: dict[str, Message] = field(default_factory=dict)
    hidden: list[Message] = field(default_factory=list)
    seen: dict[str, datetime] = field(default_factory=dict)
    sent: int = 0


class Queues:
    """Every queue, at least once; the line for numbers keeps its order and drops repeats."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._lock = Lock()
        self._numbers = count(1)
        self._queues: dict[QueueName, Queue] = {name: Queue() for name in get_args(QueueName)}
        self.dead: list[tuple[QueueName, Message]] = []
        self.requests = 0

    def send(self, name: QueueName, bodies: Sequence[str]) -> None:
        """Take messages, JSON texts, ten in a request."""
        now = self._clock()
        with self._lock:
            self.requests += -(-len(bodies) // BATCH_MAX)
            queue = self._queues[name]
            for body in bodies:
                if name == FIFO and _is_repeat(queue, str(json.loads(body)["id"]), now):
                    continue
                queue.waiting.append(Message(f"m-{next(self._numbers)}", body))
                queue.sent += 1

    def take(self, name: QueueName, limit: int) -> list[Message]:
        """The oldest messages, at most `limit`; what follows a failed number waits for it."""
        with self._lock:
            queue = self._queues[name]
            if name == FIFO and (queue.hidden or queue.in_hand):
                return []
            taken = [queue.waiting.popleft() for _ in range(min(limit, len(queue.waiting)))]
            for message in taken:
                message.receives += 1
                queue.in_hand[message.id] = message
            return taken

    def end(self, name: QueueName, messages: Iterable[Message], failed: Container[str]) -> None:
        """Delete messages that are done; hide the others until their visibility ends.

        What failed too often is dead.
        """
        until = self._clock() + VISIBILITY[name]
        with self._lock:
            queue = self._queues[name]
            for message in messages:
                del queue.in_hand[message.id]
                if message.id not in failed:
                    continue
                message.hidden_until = until
                if message.receives < RECEIVES_MAX:
                    queue.hidden.append(message)
                else:
                    self.dead.append((name, message))

    def show(self, now: datetime) -> None:
        """Let every message come back whose visibility is over, before those that wait."""
        with self._lock:
            for queue in self._queues.values():
                back = [each for each in queue.hidden if _over(each, now)]
                queue.hidden = [each for each in queue.hidden if not _over(each, now)]
                queue.waiting.extendleft(reversed(back))

    def next_visible_at(self) -> datetime | None:
        """When the next hidden message comes back."""
        with self._lock:
            hidden = [each for queue in self._queues.values() for each in queue.hidden]
        return min((each.hidden_until for each in hidden if each.hidden_until), default=None)

    def is_empty(self) -> bool:
        """Whether nobody has anything in hand, or could take anything now."""
        with self._lock:
            return not any(
                queue.in_hand or (queue.waiting and not (name == FIFO and queue.hidden))
                for name, queue in self._queues.items()
            )

    def sent(self, name: QueueName) -> int:
        """How many messages a queue ever took."""
        return self._queues[name].sent


def _is_repeat(queue: Queue, message_id: str, now: datetime) -> bool:
    seen_at = queue.seen.get(message_id)
    if seen_at is not None and now - seen_at < FIFO_MEMORY:
        return True
    queue.seen[message_id] = now
    return False


def _over(message: Message, now: datetime) -> bool:
    return message.hidden_until is not None and message.hidden_until <= now


class Bucket(FakeFiles):
    """Papers, written by several processes at once."""

    def __init__(self) -> None:
        super().__init__()
        self._lock = Lock()

    def put_once(self, name: str, content: bytes, content_type: str) -> bool:
        with self._lock:
            return super().put_once(name, content, content_type)


@dataclass
class Cloud:
    """The stand-ins, in the process that serves them."""

    queues: Queues
    files: Bucket = field(default_factory=Bucket)
    post: FakePost = field(default_factory=FakePost)
    bus: FakeBus = field(default_factory=FakeBus)


AUTHKEY: Final = b"one run on one machine"
SERVED: Final[Mapping[str, tuple[str, ...]]] = {
    "queues": ("send",),
    "files": ("put_once", "get", "link"),
    "post": ("send",),
    "bus": ("publish",),
}


class Desk(BaseManager):
    """Where another process reaches the stand-ins."""


for _name in SERVED:
    Desk.register(_name)


@contextmanager
def served(cloud: Cloud) -> Iterator[Any]:
    """Serve `cloud` to other processes for the length of a `with`; the address of its desk."""

    class Own(BaseManager):
        pass

    for name, exposed in SERVED.items():
        Own.register(name, partial(getattr, cloud, name), exposed=exposed)
    server: Any = Own(authkey=AUTHKEY).get_server()
    threading.Thread(target=_serve, args=(server,), daemon=True).start()
    try:
        yield server.address
    finally:
        server.stop_event.set()


def _serve(server: Any) -> None:
    # the server ends its own process when it is stopped, which is ours
    with suppress(SystemExit):
        server.serve_forever()


class _Sends(Protocol):
    def send(self, name: QueueName, bodies: Sequence[str]) -> None: ...


@dataclass(frozen=True)
class RemoteQueues:
    """The `Queues` port on the served ones."""

    queues: _Sends

    def send(self, queue: QueueName, messages: tuple[Mapping[str, object], ...]) -> None:
        """Send each message as the text that a real queue would carry."""
        self.queues.send(queue, [json.dumps(each, separators=(",", ":")) for each in messages])
