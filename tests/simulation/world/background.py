"""Background work of a world: stream, queues and agenda, each at least once."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from random import Random

from chalicelib.application.billing import work_shard as shards
from chalicelib.application.billing.apply_notification import apply_notification
from chalicelib.application.billing.relay import relay
from chalicelib.application.ports import Notification, Ports, QueueName
from chalicelib.domain.billing.agenda import SHARDS
from chalicelib.domain.kernel.value import Entity
from chalicelib.entrypoints.letters import send_letter
from chalicelib.entrypoints.queues import Message, number
from tests.crash import Killed
from tests.fakes_store import Committed
from tests.fakes_world import FakeQueues
from tests.simulation.faults.weather import Weather
from tests.simulation.world.process import Process
from tests.simulation.world.table import Table
from tests.world_papers import quick_papers

QUEUES: tuple[QueueName, ...] = ("agenda", "numbering", "documents", "mail")
BATCH_MAX = 10
AT_ONCE = 4
ROUNDS_MAX = 400
TRIES_MAX = 40
HIDDEN_FOR = timedelta(minutes=5)
LATE_MINUTES = 20 * 60


@dataclass
class Background:
    """Everything that works by itself, and what it has in hand.

    Attributes:
        crew: processes by role; each has its own clock.
        given_up: what failed too often, with the reason.
        outstanding: pieces of work that will come again later.
    """

    table: Table
    queues: FakeQueues
    crew: dict[str, Process]
    weather: Weather
    stream: Random
    later: Callable[[timedelta, Callable[[], None]], None]
    note: Callable[[str], None]
    given_up: list[str] = field(default_factory=list)
    outstanding: int = 0
    alarms: Counter[str] = field(default_factory=Counter)
    _tries: Counter[str] = field(default_factory=Counter)
    _depth: int = 0

    # ---- all of it ----------------------------------------------------------------------------

    def rest(self) -> None:
        """Work until nothing waits but what comes again later."""
        for _ in range(ROUNDS_MAX):
            if not (self.relay() + sum(self.work(queue) for queue in QUEUES)):
                return
        raise AssertionError("the background never comes to rest")

    def sweep(self) -> None:
        """The schedule asks for every shard."""
        try:
            shards.sweep(ports=self.crew["sweeper"])
        except Killed:
            return
        except Exception as error:  # noqa: BLE001 - the schedule comes again
            self.note(f"sweep fails: {error!r}")
        # a shard in which nothing is due would be looked at in vain
        now, asked = self.crew["worker"].clock(), self.queues.waiting["agenda"]
        due = [message for message in asked if self.table.has_due(_shard_of(message), now)]
        self.queues.waiting["agenda"] = due

    def meanwhile(self) -> None:
        """What others do in the middle of a process's work."""
        if self._depth:
            return
        self._depth += 1
        try:
            if self.stream.random() < 0.5:
                self.relay()
            for shard in range(SHARDS):
                if self.table.has_due(shard, self.crew["worker 2"].clock()):
                    self._work_shard(shard, self.crew["worker 2"])
        except Killed as death:
            self.note(f"the other dies: {death}")
        finally:
            self._depth -= 1

    # ---- the stream ---------------------------------------------------------------------------

    def relay(self) -> int:
        """Pass on what was committed; a record that fails comes again."""
        records, self.table.committed = self.table.committed, []
        for record in records:
            self._pass_on(record)
        return len(records)

    def _pass_on(self, record: Committed) -> None:
        try:
            self._enter(record, self.crew["stream"])
        except Exception as error:  # noqa: BLE001 - the record comes again
            self._again("record", "|".join(record.key), repr(error), lambda: self._pass_on(record))
        except Killed as death:
            self._again("record", "|".join(record.key), str(death), lambda: self._pass_on(record))

    def _enter(self, record: Committed, process: Ports) -> None:
        entity = record.entity
        if isinstance(entity, Notification):
            done, why = apply_notification(entity.raw, now=process.clock(), ports=process)
            self.note(f"notification {entity.provider_reference} {entity.success} {done} {why}")
        elif isinstance(entity, Entity):
            for alarm in relay(entity, record.events, ports=process):
                self.alarms[alarm] += 1

    # ---- the queues ---------------------------------------------------------------------------

    def work(self, queue: QueueName) -> int:
        """Work a queue until it is empty."""
        worked = 0
        while batch := self._taken(queue):
            self._try(queue, batch)
            worked += len(batch)
        return worked

    def _taken(self, queue: QueueName) -> tuple[Message, ...]:
        waiting = self.queues.waiting[queue]
        if not waiting:
            return ()
        if queue == "numbering":
            return self.queues.take(queue, self.stream.randint(1, BATCH_MAX))
        return (waiting.pop(self.stream.randrange(len(waiting)) if len(waiting) > 1 else 0),)

    def _try(self, queue: QueueName, batch: tuple[Message, ...]) -> None:
        if queue in ("documents", "mail") and self.weather.strikes("message_late"):
            self.note(f"{queue} {batch[0]['id']} is late")
            self._put_back(queue, batch, timedelta(minutes=self.stream.randint(1, LATE_MINUTES)))
            return
        try:
            self._take_up(queue, batch)
        except Exception as error:  # noqa: BLE001 - these messages come again
            self._failed(queue, batch, repr(error))
        except Killed as death:
            self._failed(queue, batch, str(death))
        else:
            if self.weather.strikes("message_again"):
                self.note(f"{queue} {batch[0].get('id')} comes again")
                self._put_back(queue, batch, timedelta(minutes=self.stream.randint(0, 60)))

    def _take_up(self, queue: QueueName, batch: tuple[Message, ...]) -> None:
        match queue:
            case "numbering":
                number(batch, self.crew["numberer"])
            case "documents":
                quick_papers(batch[0], self.crew["writer"])
            case "mail":
                send_letter(batch[0], self.crew["writer"])
            case "agenda":
                self._take_shard(batch[0])

    def _take_shard(self, message: Message) -> None:
        shard = _shard_of(message)
        if not self.table.has_due(shard, self.crew["worker"].clock()):
            return
        if self._work_shard(shard, self.crew["worker"]):
            self.queues.send("agenda", (message,))

    def _work_shard(self, shard: int, process: Process) -> int:
        cut = self.weather.strikes("partial_batch")
        left = iter((True,) * self.stream.randint(0, 2)) if cut else None
        worked = shards.work_shard(
            shard,
            has_time=lambda: left is None or next(left, False),
            ports=process,
            at_once=AT_ONCE,
        )
        for problem in worked.failed:
            self.note(f"{process.role} fails: {problem}")
        return worked.left

    # ---- once more ----------------------------------------------------------------------------

    def _failed(self, queue: QueueName, batch: tuple[Message, ...], why: str) -> None:
        self.note(f"{queue} fails: {why}")
        if queue == "agenda":
            return
        name = f"{queue} {batch[0]['id']}"
        self._again(queue, name, why, lambda: self._return(queue, batch))

    def _return(self, queue: QueueName, batch: tuple[Message, ...]) -> None:
        self.queues.waiting[queue][:0] = batch

    def _put_back(self, queue: QueueName, batch: tuple[Message, ...], wait: timedelta) -> None:
        self.outstanding += 1
        self.later(wait, lambda: self._came(lambda: self._return(queue, batch)))

    def _again(self, what: str, name: str, why: str, act: Callable[[], None]) -> None:
        self._tries[name] += 1
        if self._tries[name] > TRIES_MAX:
            self.given_up.append(f"{what} {name} {why}")
            return
        self.note(f"{what} {name} comes again: {why}")
        self.outstanding += 1
        self.later(HIDDEN_FOR * min(self._tries[name], 12), lambda: self._came(act))

    def _came(self, act: Callable[[], None]) -> None:
        self.outstanding -= 1
        act()


def _shard_of(message: Message) -> int:
    return int(message["shard"])
