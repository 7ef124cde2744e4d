"""A world that works by itself until it comes to rest: `World`.

    world = in_memory()
    subscription_id = world.subscribe()
    world.move_to_next_due(subscription_id)
    world.sweep()
    assert world.fakes.gateway.captured(key)

Everything a deployment does in the background is done here in one thread, in an order that never
changes: notifications are kept, the stream is relayed, queues are worked, the agenda is swept. The
promises are those of the platform, at least once: a record, message or notification whose work did
not end well comes again. What works is a process, that is some ports; another may take over.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal

from chalicelib.adapters.dynamodb.store import DynamoStore, Meter
from chalicelib.application.billing import work_shard as shards
from chalicelib.application.billing.apply_notification import apply_notification
from chalicelib.application.billing.relay import relay
from chalicelib.application.ports import Ids, Notification, Ports, QueueName
from chalicelib.domain.billing.agenda import shard
from chalicelib.domain.kernel.calendar import paris_date
from chalicelib.entrypoints.letters import send_letter
from chalicelib.entrypoints.queues import Message, number
from tests.fakes import FakePorts
from tests.fakes_store import Committed
from tests.fakes_stream import TableStream
from tests.world_news import (
    happening_notification,
    notifications,
    report_notification,
    token_notifications,
)
from tests.world_papers import quick_papers
from tests.world_shop import Shop

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodbstreams import DynamoDBStreamsClient

Papers = Callable[[Message, Ports], None]
News = Literal["delivered", "held", "lost"]
WRITES = ("put_item", "update_item", "transact_write_items")
AGENDA_MAX = 1_000
ROUNDS_MAX = 100
RECEIVES_MAX = 5
SWEEP_EVERY = timedelta(minutes=5)
QUEUES: tuple[QueueName, ...] = ("agenda", "numbering", "documents", "mail")
BATCH: dict[QueueName, int] = {"agenda": 1, "numbering": 10, "documents": 1, "mail": 1}


@dataclass
class World:
    """Ports, and everything that is on its way between them.

    Attributes:
        fakes: what the world is made of; its store is not in use where a table is.
        ports: the healthy process, which works unless a method is given another.
        read_stream: what was committed since the last call, in order within an item.
        papers: puts a paper on file, as `queues.write_document` does.
        stream: committed, not yet passed on.
        post_office: notifications the provider has not yet been thanked for.
        late: messages that failed, until they become visible again at the next sweep.
        failures: what went wrong in a process that lived on.
        dead: messages that failed too often.
        inhabited: the shards in which somebody lives; the others have nothing to do.
        paused: queues that nobody works for now.
        news: what becomes of the provider's notifications.
        settles_daily: whether the provider closes a batch each day that money moved.
    """

    fakes: FakePorts
    ports: Ports
    read_stream: Callable[[], Sequence[Committed]]
    papers: Papers = quick_papers
    stream: list[Committed] = field(default_factory=list)
    post_office: list[Notification] = field(default_factory=list)
    late: list[tuple[QueueName, Message]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    dead: list[Message] = field(default_factory=list)
    inhabited: set[int] = field(default_factory=set)
    paused: set[QueueName] = field(default_factory=set)
    news: News = "delivered"
    settles_daily: bool = True
    _receives: Counter[str] = field(default_factory=Counter)
    _told: int = 0
    _happenings_told: int = 0
    _tokens_told: set[str] = field(default_factory=set)
    _settled_on: date | None = None

    @property
    def now(self) -> datetime:
        """The business clock."""
        return self.fakes.clock.now

    # ---- the provider's notifications ---------------------------------------------------------

    def collect_news(self) -> None:
        """The provider writes a notification about everything new."""
        news = self.fakes.gateway.news[self._told :]
        self._told += len(news)
        for one in news:
            self.post_office += notifications(one, self.now)
        happenings = self.fakes.gateway.happenings[self._happenings_told :]
        self._happenings_told += len(happenings)
        self.post_office += [happening_notification(each, self.now) for each in happenings]
        self.post_office += token_notifications(
            self.fakes.gateway.methods, self._tokens_told, self.now
        )
        if self.news == "lost":
            self.post_office.clear()
        self._settle_the_day()

    def _settle_the_day(self) -> None:
        """Once a day the provider settles what moved, and says that its report is there."""
        today, gateway = paris_date(self.now), self.fakes.gateway
        if self._settled_on is None:
            self._settled_on = today
        if self.settles_daily and today > self._settled_on and gateway.unsettled_count:
            name = gateway.close_batch()
            assert name is not None
            self._settled_on = today
            self.inhabited.add(shard(str(len(gateway.reports))))
            self.post_office.append(report_notification(name, self.now))

    def deliver_news(self, ports: Ports | None = None) -> int:
        """Hand every notification over; it is over only once it was kept."""
        self.collect_news()
        if self.news == "held":
            return 0
        delivered = len(self.post_office)
        while self.post_office:
            (ports or self.ports).store.keep_notification(self.post_office[0])
            del self.post_office[0]
        return delivered

    # ---- background work ----------------------------------------------------------------------

    def rest(self, ports: Ports | None = None) -> None:
        """Work until nothing waits but what failed; an exception that kills leaves the rest."""
        process = ports or self.ports
        is_blocked = False
        for _ in range(ROUNDS_MAX):
            done = self.deliver_news(process)
            relayed, is_blocked = (0, True) if is_blocked else self._relay(process)
            done += relayed + sum(self._work(queue, process) for queue in self._open())
            if not done:
                return
        raise AssertionError(f"no rest after {ROUNDS_MAX} rounds: {self.failures}")

    def sweep(self, ports: Ports | None = None) -> None:
        """The schedule: failed messages are visible again, and whatever is due is worked."""
        late, self.late = self.late, []
        for queue, message in late:
            self.fakes.queues.waiting[queue].append(message)
        shards.sweep(ports=ports or self.ports)
        self.rest(ports)

    def live(self, span: timedelta, ports: Ports | None = None) -> None:
        """Let time pass, with a sweep whenever there is something to do."""
        until = self.now + span
        self.rest(ports)
        while (at := self.next_wake(until)) is not None:
            self.fakes.clock.move_to(max(at, self.now))
            self.sweep(ports)
        self.fakes.clock.move_to(until)

    def next_wake(self, until: datetime) -> datetime | None:
        """When the next sweep would find something, at the soonest in five minutes."""
        soonest = self.now + SWEEP_EVERY
        waits = [entry.at for entry in self.agenda(until)]
        waits += [soonest] if self.late or self.stream else []
        at = max(min(waits), soonest) if waits else None
        return at if at is not None and at <= until else None

    def agenda(self, until: datetime) -> list[Any]:
        """Everything due until an instant."""
        store = self.ports.store
        return [e for n in sorted(self.inhabited) for e in store.due_entries(n, until, AGENDA_MAX)]

    def _relay(self, process: Ports) -> tuple[int, bool]:
        """Pass the stream on; how many records, and whether one of them holds it up."""
        self.stream += self.read_stream()
        relayed = 0
        while self.stream:
            try:
                self._pass_on(self.stream[0], process)
            except Exception as error:  # noqa: BLE001 - the record comes again
                self.failures.append(f"stream: {error!r}")
                return relayed, True
            del self.stream[0]
            relayed += 1
        return relayed, False

    def _pass_on(self, record: Committed, process: Ports) -> None:
        if isinstance(record.entity, Notification):
            apply_notification(record.entity.raw, now=process.clock(), ports=process)
        elif record.entity is not None:
            relay(record.entity, record.events, ports=process)

    def _work(self, queue: QueueName, process: Ports) -> int:
        """Work a queue until it is empty; a batch in hand when the process dies comes again."""
        worked = 0
        while batch := self.fakes.queues.take(queue, BATCH[queue]):
            try:
                self._take_up(queue, batch, process)
            except Exception as error:  # noqa: BLE001 - these messages come again
                self.failures.append(f"{queue}: {error!r}")
                self._hide(queue, batch)
            except BaseException:
                self.fakes.queues.waiting[queue][:0] = batch
                raise
            worked += len(batch)
        return worked

    def _take_up(self, queue: QueueName, batch: Sequence[Message], process: Ports) -> None:
        match queue:
            case "numbering":
                number(batch, process)
            case "documents":
                self.papers(batch[0], process)
            case "mail":
                send_letter(batch[0], process)
            case "agenda":
                self._work_shard(int(batch[0]["shard"]), process)

    def _work_shard(self, number_of: int, process: Ports) -> None:
        if number_of not in self.inhabited:
            return
        worked = shards.work_shard(number_of, has_time=lambda: True, ports=process, at_once=1)
        self.failures += worked.failed
        assert not worked.left, "there was all the time in the world"

    def _open(self) -> list[QueueName]:
        return [queue for queue in QUEUES if queue not in self.paused]

    def _hide(self, queue: QueueName, batch: Sequence[Message]) -> None:
        for message in batch:
            name = f"{queue} {message.get('id')}"
            self._receives[name] += 1
            if self._receives[name] < RECEIVES_MAX:
                self.late.append((queue, message))
            else:
                self.dead.append(message)

    # ---- what people do -----------------------------------------------------------------------

    def shop(self, name: str = "zoe") -> Shop:
        """A buyer about to order, with an order id from the page."""
        checkout_id = self.fakes.ids()
        self.inhabited.add(shard(checkout_id))
        return Shop(checkout_id, name, self.fakes)

    def subscribe(self, name: str = "zoe") -> str:
        """A buyer orders and pays, and every paper goes out; answers the subscription's id."""
        shop = self.shop(name)
        shop.buy(self.ports)
        self.rest()
        return shop.checkout_id

    def move_to_next_due(self, subscription_id: str) -> datetime:
        """Move to the instant at which the next period of a subscription is charged."""
        due = self.ports.store.due_items(subscription_id)[-1]
        assert due.agenda_at is not None, "nothing more is due"
        return self.fakes.clock.move_to(due.agenda_at)


def in_memory() -> World:
    """A world without any machine under it."""
    fakes = FakePorts()
    read = 0

    def read_stream() -> Sequence[Committed]:
        nonlocal read
        fresh = fakes.store.committed[read:]
        read += len(fresh)
        return fresh

    return World(fakes, fakes, read_stream)


def on_table(
    dynamodb: "DynamoDBClient",
    streams: "DynamoDBStreamsClient",
    table: str,
    ids: Ids,
    *,
    meter: Meter | None = None,
) -> World:
    """A world whose store is a table, with the table's own stream."""
    fakes = FakePorts()
    stream = TableStream(dynamodb, streams, table)
    written: list[str] = []

    def note(operation: str, units: float) -> None:
        if operation in WRITES:
            written.append(operation)
        if meter is not None:
            meter(operation, units)

    def read_stream() -> Sequence[Committed]:
        """Nothing is asked of the stream as long as nothing was written."""
        if not written:
            return ()
        written.clear()
        return stream.drain()

    store = DynamoStore(dynamodb, table, ids, meter=note)
    return World(fakes, fakes.bundle(store=store), read_stream)
