"""The functions as deployed: their workers, what feeds them, and the counts of what they did."""

import itertools
import multiprocessing
import random
import threading
import time
from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.context import ForkServerContext
from typing import TYPE_CHECKING, Any, Final, Protocol

from chalicelib.application.ports import QueueName
from infra.bench.drain.cloud import Message, Queues
from infra.bench.drain.odds import Odds
from infra.bench.drain.worker import Call, Clock, Reply, Site, serve
from infra.local.deliveries import Event, failed_ids, queue_event, stream_event
from tests.world_units import Cost

if TYPE_CHECKING:
    from tests.crash import How

ACCOUNT: Final = "eu-west-3:000000000000"
PRELOADED: Final = ["app", "boto3", "botocore.client", "infra.bench.drain.worker"]
IDLE_SECONDS: Final = 0.005
RELAYED: Final = ("INSERT", "MODIFY")
PAGE: Final = 1000
POLL_SECONDS: Final = 0.25


@dataclass(frozen=True)
class Function:
    """A deployed function: how many workers serve it here, and how its mapping makes batches.

    Attributes:
        batch: the most that one invocation is given.
        window_seconds: how long its mapping gathers for a batch that is not full.
    """

    handler: str
    workers: int
    timeout_seconds: int
    batch: int = 1
    window_seconds: int = 0


AGENDA: Final = Function("work_agenda", 4, 120)
NUMBERING: Final = Function("number_invoices", 1, 60, 10)
DOCUMENTS: Final = Function("write_documents", 2, 60, 10, 1)
MAIL: Final = Function("send_mail", 1, 60, 10, 1)
RELAY: Final = Function("relay", 1, 120, 100, 1)
SWEEP: Final = Function("sweep", 1, 60)
HTTP: Final = Function("app", 2, 29)
FED: Final[dict[QueueName, Function]] = {
    "agenda": AGENDA,
    "numbering": NUMBERING,
    "documents": DOCUMENTS,
    "mail": MAIL,
}


@dataclass
class Used:
    """What the invocations of one function came to."""

    invocations: int = 0
    records: int = 0
    deaths: int = 0
    seconds: float = 0.0
    processor_seconds: float = 0.0
    consumed: dict[str, Cost] = field(default_factory=lambda: defaultdict(Cost))

    def add(self, reply: Reply, records: int) -> None:
        """Count one invocation."""
        self.invocations += 1
        self.records += records
        self.deaths += reply.died_at is not None
        self.seconds += reply.seconds
        self.processor_seconds += reply.processor_seconds
        for operation, cost in reply.consumed.items():
            self.consumed[operation] += cost

    @property
    def cost(self) -> Cost:
        """Units of the table, read and written."""
        return sum(self.consumed.values(), Cost())


class Failed(RuntimeError):
    """The worker ended in the middle of its call, or its handler raised."""


class Worker:
    """A process that serves a function; another takes its place when it dies."""

    def __init__(self, context: ForkServerContext, site: Site) -> None:
        self._context = context
        self._site = site
        self._hire()

    def call(self, call: Call) -> Reply:
        """Have a call answered; a dead worker's last words are an answer too."""
        self._pipe.send(call)
        reply: Reply = self._pipe.recv()
        if reply.died_at is not None:
            self._process.join()
            self._hire()
        return reply

    def stop(self) -> None:
        """Let the process end."""
        self._pipe.send(None)
        self._process.join()

    def _hire(self) -> None:
        self._pipe, theirs = self._context.Pipe()
        self._process = self._context.Process(target=serve, args=(theirs, self._site), daemon=True)
        self._process.start()
        theirs.close()


class Functions:
    """Every function with its workers, each in a thread that waits for it."""

    def __init__(self, site: Site, clock: Clock, odds: Odds, seed: int) -> None:
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload(PRELOADED)
        self._clock, self._odds, self._source = clock, odds, random.Random(seed)
        self.started = self.busy = 0
        self.used: dict[str, Used] = defaultdict(Used)
        self.died_at: Tally[str] = Tally()
        self._idle: dict[str, list[Worker]] = {
            function.handler: [Worker(context, site) for _ in range(function.workers)]
            for function in (*FED.values(), RELAY, SWEEP, HTTP)
        }
        self._free = threading.Condition()

    def invoke(self, function: Function, work: Event, records: int = 1) -> Any:
        """Call a function; waits until one of its workers is free.

        Raises:
            Failed: the worker did not outlive it, or the handler raised.
        """
        with self._free:
            self.started += 1
            self.busy += 1
            idle = self._idle[function.handler]
            self._free.wait_for(lambda: bool(idle))
            worker = idle.pop()
            call = self._call(function, work)
        reply = worker.call(call)
        with self._free:
            idle.append(worker)
            self.busy -= 1
            self.used[function.handler].add(reply, records)
            if reply.died_at:
                self.died_at[f"{function.handler} {reply.died_at}"] += 1
            self._free.notify_all()
        if reply.died_at is not None:
            raise Failed(f"{function.handler} died at {reply.died_at}")
        if "error" in reply.said:
            raise Failed(f"{function.handler}: {reply.said['error']}")
        return reply.said["answer"]

    def stop(self) -> None:
        """End every worker."""
        for worker in itertools.chain.from_iterable(self._idle.values()):
            worker.stop()

    def _call(self, function: Function, work: Event) -> Call:
        whole = {
            "function": function.handler,
            "handler": function.handler,
            "timeout_seconds": function.timeout_seconds,
            **work,
        }
        # the schedule has one effect, and its death is that of one call among sixteen shards
        dies_at = None if function is SWEEP else self._odds.death(self._source)
        how: How = "kill" if self._source.random() < 0.5 else "lose_reply"  # noqa: PLR2004 - one in two
        return Call(whole, self._clock.offset, dies_at, how)


class Feed(Protocol):
    """What calls a function by itself."""

    def draw(self, functions: Functions) -> int:
        """Give the next batch, if any; how many records were given."""


@dataclass(frozen=True)
class QueueFeed:
    """A queue in front of its function."""

    queues: Queues
    name: QueueName

    def draw(self, functions: Functions) -> int:
        """Take one batch; what failed is hidden until its visibility ends."""
        function = FED[self.name]
        batch = self.queues.take(self.name, function.batch)
        until = time.monotonic() + function.window_seconds
        while batch and len(batch) < function.batch and time.monotonic() < until:
            time.sleep(POLL_SECONDS)
            batch += self.queues.take(self.name, function.batch - len(batch))
        if batch:
            self.queues.end(self.name, batch, self._failed(batch, function, functions))
        return len(batch)

    def _failed(
        self, batch: Sequence[Message], function: Function, functions: Functions
    ) -> frozenset[str]:
        received = [message.as_received() for message in batch]
        sent = [message.id for message in batch]
        event = queue_event(received, source_arn=f"arn:aws:sqs:{ACCOUNT}:{self.name}")
        try:
            return failed_ids(functions.invoke(function, {"event": event}, len(batch)), sent)
        except Failed:
            return frozenset(sent)


@dataclass
class StreamFeed:
    """The table's stream in front of the relay: in order, from the earliest failure again."""

    streams: Any
    arn: str
    reads: int = 0
    left: list[dict[str, Any]] = field(default_factory=list)
    _iterator: str = ""

    def __post_init__(self) -> None:
        told = self.streams.describe_stream(StreamArn=self.arn)["StreamDescription"]
        (shard,) = told["Shards"]
        self._iterator = self.streams.get_shard_iterator(
            StreamArn=self.arn, ShardId=shard["ShardId"], ShardIteratorType="LATEST"
        )["ShardIterator"]

    def draw(self, functions: Functions) -> int:
        """Give one batch to the relay, gathered as its mapping gathers it."""
        self._gather()
        batch = self.left[: RELAY.batch]
        if batch:
            done = self._done(batch, functions)
            self.left = self.left[done:]
        return len(batch)

    def _gather(self) -> None:
        until: float | None = None
        while len(self.left) < RELAY.batch and (until is None or time.monotonic() < until):
            time.sleep(POLL_SECONDS)
            self._read()
            if not self.left:
                return
            until = until or time.monotonic() + RELAY.window_seconds

    def _read(self) -> None:
        page = self.streams.get_records(ShardIterator=self._iterator, Limit=PAGE)
        self._iterator = page["NextShardIterator"]
        self.left += [each for each in page["Records"] if each["eventName"] in RELAYED]
        self.reads += 1

    def _done(self, batch: list[dict[str, Any]], functions: Functions) -> int:
        sent = [record["dynamodb"]["SequenceNumber"] for record in batch]
        event = stream_event(batch, source_arn=self.arn)
        try:
            failed = failed_ids(functions.invoke(RELAY, {"event": event}, len(batch)), sent)
        except Failed:
            return 0
        return next((place for place, name in enumerate(sent) if name in failed), len(batch))


class Shift:
    """The threads that carry work to the functions, as many as these have workers."""

    def __init__(self, functions: Functions, queues: Queues, stream: StreamFeed) -> None:
        self._functions, self._queues, self._stream = functions, queues, stream
        self._ended = threading.Event()
        self._trouble: list[BaseException] = []
        feeds = [(QueueFeed(queues, name), function.workers) for name, function in FED.items()]
        self._threads = [
            threading.Thread(target=self._carry, args=(feed,), daemon=True)
            for feed, threads in [*feeds, (stream, RELAY.workers)]
            for _ in range(threads)
        ]

    def start(self) -> None:
        """Begin to carry."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Carry no more."""
        self._ended.set()
        for thread in self._threads:
            thread.join()

    def is_at_rest(self, nothing_comes: Callable[[], bool]) -> bool:
        """Whether nothing waits, nobody works, and nothing comes from elsewhere.

        Raises:
            RuntimeError: a thread met what no worker can cause.
        """
        if self._trouble:
            raise RuntimeError("the bench itself failed") from self._trouble[0]
        started = self._functions.started
        if not (self._is_quiet() and nothing_comes()):
            return False
        # what was written last is seen by a read that begins from now on
        seen = self._stream.reads
        while self._stream.reads < seen + 2 and not self._stream.left and not self._trouble:
            time.sleep(IDLE_SECONDS)
        return self._is_quiet() and self._functions.started == started

    def _is_quiet(self) -> bool:
        is_idle = not self._functions.busy and not self._stream.left
        return is_idle and self._queues.is_empty()

    def _carry(self, feed: Feed) -> None:
        while not self._ended.is_set():
            try:
                drawn = feed.draw(self._functions)
            except BaseException as error:  # noqa: BLE001 - told by whoever waits for rest
                self._trouble.append(error)
                return
            if not drawn:
                time.sleep(IDLE_SECONDS)
