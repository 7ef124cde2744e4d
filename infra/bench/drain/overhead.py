"""What the engine adds to the calls it makes: one worker against the same calls, made bare.

The worker runs its handler on one table while every call it makes is written down; the same calls
are then made again, by as many threads and without the engine, on a second table that began the
same. The two take turns, shard by shard, so that both see the same noise of the machine.
"""

import re
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import requests
from botocore.exceptions import ClientError

from chalicelib.application.billing.work_shard import AT_ONCE
from chalicelib.bootstrap import Container, use
from infra.bench.drain.odds import Odds
from infra.bench.drain.population import CALM_ON, due_at, due_items
from infra.bench.drain.stage import Stage
from infra.bench.drain.worker import Clock, container_of, table_client
from infra.local.container import answer
from infra.local.deliveries import queue_event
from tests.fakes import FakeQueues

ENGINE: Final = "engine"
BARE: Final = "bare"
OWNER: Final = re.compile(r"SUB#([0-9A-Z]{26})")
TIMEOUT: Final = 120
READ_SECONDS: Final = 20.0


@dataclass
class Pair:
    """Wall seconds of the engine and of its bare calls, turn by turn, for `renewals` in all."""

    engine: list[float] = field(default_factory=list)
    bare: list[float] = field(default_factory=list)
    renewals: int = 0

    @property
    def ratio(self) -> float:
        """How many times longer the engine took, over all turns."""
        return sum(self.engine) / sum(self.bare)

    @property
    def spread(self) -> tuple[float, float]:
        """The smallest and the largest ratio of a turn."""
        ratios = [one / other for one, other in zip(self.engine, self.bare, strict=True)]
        return min(ratios), max(ratios)

    @property
    def renewals_per_second(self) -> float:
        """How many one worker renews in a second."""
        return self.renewals / sum(self.engine)


@dataclass
class Notebook:
    """Every call of a turn, by whom it was about; what is about nobody comes first of all."""

    calls: dict[str, list[Callable[[], object]]] = field(default_factory=lambda: defaultdict(list))
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def write(self, owner: str, again: Callable[[], object]) -> None:
        """Note how to make a call again."""
        with self._lock:
            self.calls[owner].append(again)

    def taken(self) -> dict[str, list[Callable[[], object]]]:
        """The calls since the last reading."""
        with self._lock:
            calls, self.calls = self.calls, defaultdict(list)
        return calls


@dataclass(frozen=True)
class WrittenDown:
    """A client of the table whose calls are noted, to be made again on the other table."""

    client: Any
    notebook: Notebook

    def __getattr__(self, operation: str) -> Callable[..., Any]:
        real = getattr(self.client, operation)

        def call(**request: Any) -> Any:
            words = str(request)
            owner = OWNER.search(words)
            again = _on_the_other_table(request)
            try:
                reply = real(**request)
            except ClientError:
                self.notebook.write(owner[1] if owner else "", lambda: _refused(real, again))
                raise
            self.notebook.write(owner[1] if owner else "", lambda: real(**again))
            return reply

        return call


class Charges:
    """The provider's HTTP client, whose calls are noted, to be made again as other payments."""

    def __init__(self, request: Callable[..., Any], notebook: Notebook) -> None:
        self._request, self._notebook = request, notebook
        self._threads = threading.local()

    def __call__(self, method: str, url: str, **given: Any) -> Any:
        body = dict(given["json"])
        body["reference"] = f"bare.{body['reference']}"
        headers = {
            **given["headers"],
            "x-api-key": given["xapikey"],
            "idempotency-key": f"bare{given['headers']['Idempotency-Key'][4:]}",
        }
        self._notebook.write(
            body["shopperReference"], lambda: self._bare(method, url, body, headers)
        )
        return self._request(method, url, **given)

    def _bare(self, method: str, url: str, body: object, headers: dict[str, str]) -> None:
        session: requests.Session | None = getattr(self._threads, "session", None)
        if session is None:
            session = self._threads.session = requests.Session()
            session.trust_env = False
        answered = session.request(method, url, json=body, headers=headers, timeout=READ_SECONDS)
        assert answered.json()["resultCode"] == "Authorised", answered.text


def compare(stage: Stage, odds: Odds, seed: int, shards: Sequence[int]) -> Pair:
    """Let one worker renew everybody, shard by shard, against its own calls made bare."""
    import app  # noqa: PLC0415 - as a container imports it

    items = list(due_items(stage.due_on(CALM_ON)))
    with stage.site({ENGINE: items, BARE: items}, ENGINE) as site:
        clock, notebook = Clock(), Notebook()
        clock.move_to(due_at(CALM_ON))
        stage.provider.begin(clock(), odds, seed)
        client = table_client(site.database)
        container = container_of(site, clock, WrittenDown(client, notebook), None)
        vars(container)["queues"] = FakeQueues(clock)
        _note_charges(container, notebook)
        use(container)
        pair = Pair()
        for turn, shard in enumerate(shards):
            started = time.perf_counter()
            said = answer(app, _call(shard), shard)
            worked = time.perf_counter()
            assert said == {"answer": {"batchItemFailures": []}}, said
            calls = notebook.taken()
            asked = calls.pop("")
            again = time.perf_counter()
            _in_turn(asked)
            with ThreadPoolExecutor(AT_ONCE) as pool:
                list(pool.map(_in_turn, calls.values()))
            ended = time.perf_counter()
            if turn:  # in the first one the day's first slice is judged, which takes its time
                pair.bare.append(ended - again)
                pair.engine.append(worked - started)
                pair.renewals += len(calls)
        return pair


def _call(shard: int) -> dict[str, Any]:
    body = f'{{"schema":1,"event":"ShardDue","shard":{shard}}}'
    message = {"MessageId": "m", "ReceiptHandle": "m", "Body": body}
    return {
        "function": "work_agenda",
        "handler": "work_agenda",
        "timeout_seconds": TIMEOUT,
        "event": queue_event([message], source_arn="arn:aws:sqs:eu-west-3:000000000000:agenda"),
    }


def _note_charges(container: Container, notebook: Notebook) -> None:
    client = container.gateway._facade.client  # type: ignore[attr-defined]  # noqa: SLF001
    client.http_client.request = Charges(client.http_client.request, notebook)


def _refused(call: Callable[..., Any], request: dict[str, Any]) -> None:
    """What a condition refused once is refused again; another order of threads may let it by."""
    with suppress(ClientError):
        call(**request)


def _in_turn(calls: Sequence[Callable[[], object]]) -> None:
    for call in calls:
        call()


def _on_the_other_table(request: dict[str, Any]) -> dict[str, Any]:
    if "TransactItems" not in request:
        return {**request, "TableName": BARE}
    actions = [
        {kind: {**parameters, "TableName": BARE} for kind, parameters in action.items()}
        for action in request["TransactItems"]
    ]
    token = f"bare{request['ClientRequestToken'][4:]}"
    return {"TransactItems": actions, "ClientRequestToken": token}
