"""One worker: a process with the deployed application in it, that answers one call at a time.

It is what a function's container is in the cloud. When its hour has come it dies between two
effects, whatever its other threads are doing, and says nothing but what it had consumed.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from chalicelib.adapters.clock import utc_now
from chalicelib.adapters.dynamodb.store import DynamoStore
from chalicelib.adapters.ids import new_id
from chalicelib.adapters.keys import SecretKeys
from chalicelib.adapters.log import start_logging
from chalicelib.bootstrap import CONNECT_SECONDS, READ_SECONDS, Container, use
from chalicelib.settings import Settings
from infra.bench.drain.cloud import AUTHKEY, Desk, RemoteQueues
from infra.local.engine import REGION
from tests.crash import How, Saboteur
from tests.world_units import Cost, Counter

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

    from chalicelib.application.ports import Ports

PORTS: Final = (
    "clock", "wall_clock", "ids", "store", "gateway", "files", "queues", "bus", "post",
    "accounts", "facts",
)  # fmt: skip
POOL: Final = 20
DIED: Final = 9


@dataclass(frozen=True)
class Site:
    """Where a worker finds everything.

    Attributes:
        secret: the application's own, as JSON.
        database: the endpoint of the table.
        log: the file that takes what workers print.
        desk: the address of the cloud's stand-ins; without it the deployment's own are used.
    """

    settings: Settings
    secret: str
    database: str
    log: Path
    desk: Any = None


@dataclass(frozen=True)
class Call:
    """One invocation: `work` is what a container is called with, `dies_at` an effect's number."""

    work: dict[str, Any]
    offset: timedelta
    dies_at: int | None = None
    how: How = "kill"


@dataclass(frozen=True)
class Reply:
    """What an invocation came to.

    Attributes:
        died_at: the effect it did not outlive; None when it ended by itself.
        seconds: wall time; `processor_seconds` that of all its threads.
        consumed: units of the table by operation.
    """

    said: dict[str, Any] = field(default_factory=dict)
    died_at: str | None = None
    seconds: float = 0.0
    processor_seconds: float = 0.0
    consumed: dict[str, Cost] = field(default_factory=dict)


class Clock:
    """The business clock of a run: the wall's, moved."""

    def __init__(self) -> None:
        self.offset = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self.offset

    def move_to(self, instant: datetime) -> None:
        """Move there, from where the clock runs on."""
        self.offset += instant - self()


@dataclass(frozen=True)
class Vault:
    """Secrets Manager, with one secret."""

    content: str

    def get_secret_value(self, **_: str) -> dict[str, str]:
        return {"SecretString": self.content}


def table_client(endpoint: str) -> Any:
    """A client of the table, set as the deployed one."""
    import boto3  # noqa: PLC0415 - a fork already has it
    from botocore.config import Config  # noqa: PLC0415 - same

    return boto3.client(
        "dynamodb",
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="bench",
        aws_secret_access_key="bench",  # noqa: S106 - the embedded database takes any
        config=Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            max_pool_connections=POOL,
            retries={"max_attempts": 2, "mode": "standard"},
        ),
    )


def container_of(site: Site, clock: Clock, client: Any, meter: Counter | None) -> Container:
    """The deployed container on the table and the provider of this run."""
    container = Container(site.settings)
    vars(container).update(
        clock=clock,
        store=DynamoStore(client, site.settings.table_name, new_id, meter=meter),
        _secret=SecretKeys(lambda: Vault(site.secret), "bench"),  # type: ignore[arg-type,return-value]  # all it is asked for
    )
    if site.desk is not None:
        desk = Desk(address=site.desk, authkey=AUTHKEY)
        desk.connect()
        served: Any = desk
        vars(container).update(
            queues=RemoteQueues(served.queues()),
            files=served.files(),
            post=served.post(),
            bus=served.bus(),
        )
    return container


class Mortal(Saboteur):
    """Ports of a process that really ends: between two effects, every thread at once."""

    last_words: Callable[[str], None]

    def _spoil(self, name: str, act: Callable[[], Any]) -> Any:
        if self.how == "lose_reply":
            act()
        self.last_words(name)
        os._exit(DIED)


def serve(pipe: "Connection[Reply, Call | None]", site: Site) -> None:
    """Answer calls until None comes."""
    import app  # noqa: PLC0415 - as a container imports it
    from infra.local.container import answer  # noqa: PLC0415 - same

    _print_to(site.log)
    start_logging()
    clock, meter = Clock(), Counter()
    real = container_of(site, clock, table_client(site.database), meter)
    number = 0
    while (call := pipe.recv()) is not None:
        number += 1
        clock.offset = call.offset
        started, used = time.perf_counter(), time.process_time()

        def reply(*, said: dict[str, Any] | None = None, died_at: str | None = None) -> None:
            pipe.send(
                Reply(
                    said=said or {},
                    died_at=died_at,
                    seconds=time.perf_counter() - started,  # noqa: B023 - used in this turn only
                    processor_seconds=time.process_time() - used,  # noqa: B023 - same
                    consumed=meter.by_operation(),
                )
            )

        use(_under_threat(real, call, lambda name: reply(died_at=name)))
        reply(said=answer(app, call.work, number))


def _print_to(log: Path) -> None:
    """Send what this process prints to a file, as the cloud does."""
    with log.open("ab") as lines:
        for stream in (1, 2):
            os.dup2(lines.fileno(), stream)


def _under_threat(real: Container, call: Call, last_words: Callable[[str], None]) -> Container:
    """The container, or one whose process will die at the effect that the call names."""
    if call.dies_at is None:
        return real
    ports: Ports = real
    mortal = Mortal(ports, at=call.dies_at, how=call.how)
    mortal.last_words = last_words
    doomed = Container(real.settings)
    vars(doomed).update({name: getattr(mortal, name) for name in PORTS if name != "accounts"})
    vars(doomed)["_secret"] = vars(real)["_secret"]
    return doomed
