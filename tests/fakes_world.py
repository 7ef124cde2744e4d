"""The rest of the world in memory: clock, ids, files, queues, bus, post, accounts."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from threading import Lock
from typing import get_args

from chalicelib.application.ports import Letter, QueueName
from chalicelib.domain.kernel.errors import Invalid, NotFound
from chalicelib.domain.kernel.ids import sortable_id

FIFO_MEMORY = timedelta(minutes=5)
PASSWORD_LENGTH_MIN = 12


@dataclass
class FakeClock:
    """A clock that moves when it is told to."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def advance(self, step: timedelta) -> datetime:
        """Move on by `step`, never back."""
        assert step >= timedelta(0)
        self.now += step
        return self.now

    def move_to(self, instant: datetime) -> datetime:
        """Move on to `instant`, never back."""
        return self.advance(instant - self.now)


@dataclass
class FakeIds:
    """Ids that sort by time and are the same in every run."""

    clock: Callable[[], datetime]
    _numbers: "count[int]" = field(default_factory=lambda: count(1))

    def __call__(self) -> str:
        return sortable_id(self.clock(), next(self._numbers))


@dataclass
class FakeFiles:
    """Papers by name."""

    contents: dict[str, bytes] = field(default_factory=dict)
    content_types: dict[str, str] = field(default_factory=dict)

    def put_once(self, name: str, content: bytes, content_type: str) -> bool:
        if name in self.contents:
            return False
        self.contents[name] = content
        self.content_types[name] = content_type
        return True

    def get(self, name: str) -> bytes:
        if name not in self.contents:
            raise NotFound(detail=name)
        return self.contents[name]

    def names(self, folder: str, *, after: str = "") -> Iterator[str]:
        return iter(sorted(n for n in self.contents if n.startswith(folder) and n > after))

    def link(self, name: str, *, file_name: str, seconds: int = 300) -> str:
        return f"https://files.example/{name}?as={file_name}&for={seconds}"


@dataclass
class FakeQueues:
    """Messages wait until a test takes them; `numbering` drops repeats within five minutes."""

    clock: Callable[[], datetime]
    waiting: dict[QueueName, list[Mapping[str, object]]] = field(
        default_factory=lambda: {name: [] for name in get_args(QueueName)}
    )
    _seen: dict[object, datetime] = field(default_factory=dict)

    def send(self, queue: QueueName, messages: tuple[Mapping[str, object], ...]) -> None:
        for message in messages:
            if queue == "numbering" and self._is_repeat(message["id"]):
                continue
            self.waiting[queue].append(message)

    def take(self, queue: QueueName, limit: int = 10) -> tuple[Mapping[str, object], ...]:
        """The oldest messages, taken off the queue."""
        taken, self.waiting[queue] = self.waiting[queue][:limit], self.waiting[queue][limit:]
        return tuple(taken)

    def _is_repeat(self, message_id: object) -> bool:
        now = self.clock()
        seen_at = self._seen.get(message_id)
        if seen_at is not None and now - seen_at < FIFO_MEMORY:
            return True
        self._seen[message_id] = now
        return False


@dataclass
class FakeBus:
    """News for the learning platform, in the order they were told."""

    published: list[Mapping[str, object]] = field(default_factory=list)

    def publish(self, events: tuple[Mapping[str, object], ...]) -> None:
        self.published.extend(events)


@dataclass
class FakePost:
    """Letters handed to the relay."""

    letters: list[Letter] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    def send(self, letter: Letter) -> str:
        with self._lock:
            self.letters.append(letter)
            return f"relay-{len(self.letters)}"

    def to(self, mailbox: str) -> tuple[Letter, ...]:
        """The letters to one mailbox, oldest first."""
        return tuple(letter for letter in self.letters if letter.to == mailbox)


@dataclass
class FakeAccounts:
    """Passwords of the accounts; shorter than twelve characters is weak."""

    mailboxes: dict[str, str] = field(default_factory=dict)
    passwords: dict[str, str] = field(default_factory=dict)
    created: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def ensure(self, customer_id: str, email: str) -> None:
        if customer_id not in self.mailboxes:
            self.mailboxes[customer_id] = email
            self.created[customer_id] += 1

    def set_password(self, customer_id: str, password: str) -> None:
        assert customer_id in self.mailboxes, "no account to give a password to"
        if len(password) < PASSWORD_LENGTH_MIN:
            raise Invalid({"password": "WEAK_PASSWORD"})
        self.passwords[customer_id] = password

    def check_password(self, customer_id: str, password: str) -> bool:
        return self.passwords.get(customer_id) == password
