"""The day of the renewals: everything falls due at once, is drained, and is brought to rest."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final

import boto3
from botocore.config import Config

from chalicelib.adapters.dynamodb import keys
from chalicelib.domain.billing.agenda import SHARDS
from infra.bench.drain.cloud import Cloud, Queues, served
from infra.bench.drain.front import open_front
from infra.bench.drain.functions import SWEEP, Failed, Functions, Shift, StreamFeed, Used
from infra.bench.drain.odds import Odds
from infra.bench.drain.provider import Provider
from infra.bench.drain.worker import Clock, Site, table_client
from infra.local.deliveries import schedule_event
from infra.local.engine import REGION

LOOSE_ENDS: Final = timedelta(days=15)
"""How long a hard day's loose ends may take: retries, suspension, the settlement report."""
SWEEP_EVERY: Final = timedelta(minutes=5)
LOOK_SECONDS: Final = 0.2
TELL_SECONDS: Final = 5.0
STEPS_MAX: Final = 400
PATIENCE_SECONDS: Final = 3600.0


Tell = Callable[[str], None]


class Restless(RuntimeError):
    """The day does not come to an end."""


@dataclass
class Day:
    """What a day came to.

    Attributes:
        at: when everything fell due.
        seconds: wall time of the drain, from the schedule until nothing moved any more.
        drained: by function, what the drain's invocations came to.
        drain_paid: months known as paid when the drain was at rest.
        used: the same over the whole day, with its loose ends.
        deaths: by function and effect.
        dead_letters: messages given up after too many tries.
        queue_sends: requests that put messages into queues.
        steps: instants at which the schedule rang again, until everything was settled.
    """

    at: datetime
    seconds: float = 0.0
    drained: dict[str, Used] = field(default_factory=dict)
    drain_paid: int = 0
    used: dict[str, Used] = field(default_factory=dict)
    deaths: dict[str, int] = field(default_factory=dict)
    steps: list[datetime] = field(default_factory=list)
    dead_letters: int = 0
    queue_sends: int = 0
    files: int = 0
    mails: int = 0
    log_bytes: int = 0


@dataclass
class Running:
    """Everything that works during a day."""

    site: Site
    provider: Provider
    clock: Clock
    cloud: Cloud
    functions: Functions
    shift: Shift
    table: Any
    tell: Tell

    def live(self, span: timedelta = LOOSE_ENDS) -> Day:
        """Drain what is due now, then move on from loose end to loose end, for some time."""
        day = Day(at=self.clock())
        started = time.perf_counter()
        self._sweep()
        self._rest("drain")
        day.seconds = time.perf_counter() - started
        day.drained = deepcopy(dict(self.functions.used))
        day.drain_paid = self.cloud.queues.sent("numbering")
        while (at := self._next_wake(day.at + span)) is not None:
            if len(day.steps) >= STEPS_MAX:
                raise Restless(f"not settled after {STEPS_MAX} steps")
            day.steps.append(at)
            self._move_to(at)
            self._sweep()
            self._rest(f"{_rounded(at - day.at)} later")
        day.used = dict(self.functions.used)
        day.deaths = dict(self.functions.died_at)
        day.dead_letters = len(self.cloud.queues.dead)
        day.queue_sends = self.cloud.queues.requests
        day.files = len(self.cloud.files.contents)
        day.mails = len(self.cloud.post.letters)
        day.log_bytes = self.site.log.stat().st_size
        return day

    def _sweep(self) -> None:
        now = self.clock()
        try:
            self.functions.invoke(SWEEP, {"event": schedule_event(now, name="sweep")})
        except Failed:
            self.tell("the schedule failed")

    def _move_to(self, at: datetime) -> None:
        self.clock.move_to(at)
        self.provider.simulator.set_clock(at)
        self.cloud.queues.show(self.clock())

    def _next_wake(self, until: datetime) -> datetime | None:
        """When something is to be done next, a sweep later at the soonest; None after `until`."""
        now = self.clock()
        waits = [
            self._next_due_at(until),
            self.cloud.queues.next_visible_at(),
            self.provider.simulator.next_due_at(),
        ]
        found = [at for at in waits if at is not None and at <= until]
        return max(min(found), now + SWEEP_EVERY) if found else None

    def _next_due_at(self, until: datetime) -> datetime | None:
        found = [self._first_of(shard, until) for shard in range(SHARDS)]
        return min((at for at in found if at is not None), default=None)

    def _first_of(self, shard: int, until: datetime) -> datetime | None:
        page = self.table.query(
            TableName=self.site.settings.table_name,
            IndexName=keys.AGENDA_INDEX,
            KeyConditionExpression="gpk = :shard AND gsk <= :until",
            ExpressionAttributeValues={
                ":shard": {"S": keys.agenda_partition(shard)},
                ":until": {"S": keys.up_to(until)},
            },
            Limit=1,
        )
        for item in page["Items"]:
            return datetime.fromisoformat(item["gsk"]["S"][: keys.INSTANT_LENGTH])
        return None

    def _rest(self, what: str) -> None:
        began = told = time.monotonic()
        while not self.shift.is_at_rest(self._nothing_comes):
            time.sleep(LOOK_SECONDS)
            now = time.monotonic()
            if now - told > TELL_SECONDS:
                told = now
                self.tell(f"{what}: {self._counts()}")
            if now - began > PATIENCE_SECONDS:
                raise Restless(f"{what}: {self._counts()}")
        self.tell(f"{what}: {self._counts()}, at rest")

    def _nothing_comes(self) -> bool:
        return int(self.provider.simulator.state()["webhooks"]["due"]) == 0

    def _counts(self) -> str:
        sent = self.cloud.queues.sent
        return f"{sent('numbering')} paid, {sent('documents')} numbered, {sent('mail')} to mail"


@contextmanager
def begun(
    site: Site, at: datetime, *, provider: Provider, front: int, odds: Odds, seed: int, tell: Tell
) -> Iterator[Running]:
    """Everything at its place, at the instant `at` when months fall due."""
    clock = Clock()
    clock.move_to(at)
    cloud = Cloud(Queues(clock))
    with ExitStack() as cleanup:
        site = replace(site, desk=cleanup.enter_context(served(cloud)))
        functions = Functions(site, clock, odds, seed)
        cleanup.callback(functions.stop)
        cleanup.enter_context(open_front(front, functions))
        provider.begin(clock(), odds, seed)
        table = table_client(site.database)
        shift = Shift(functions, cloud.queues, StreamFeed(*_stream(site, table)))
        shift.start()
        cleanup.callback(shift.stop)
        yield Running(site, provider, clock, cloud, functions, shift, table, tell)


def _stream(site: Site, table: Any) -> tuple[Any, str]:
    # the database names its stream's shards shorter than the client thinks possible
    streams = boto3.client(
        "dynamodbstreams",
        endpoint_url=site.database,
        region_name=REGION,
        aws_access_key_id="bench",
        aws_secret_access_key="bench",  # noqa: S106 - the embedded database takes any
        config=Config(parameter_validation=False),
    )
    described = table.describe_table(TableName=site.settings.table_name)
    return streams, described["Table"]["LatestStreamArn"]


def _rounded(span: timedelta) -> timedelta:
    return timedelta(seconds=round(span.total_seconds()))
