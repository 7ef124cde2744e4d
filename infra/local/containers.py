"""Runs the deployed functions: containers as child processes, started when first needed.

A container takes one call at a time, as in Lambda; several calls at once take several containers,
so a webhook can be answered while the page that caused it still waits for the provider.
"""

import json
import select
import subprocess
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Final

PROGRAM: Final = Path(__file__).with_name("container.py")
CONTAINERS_MAX: Final = 6
START_SECONDS: Final = 60.0
STOP_SECONDS: Final = 5.0


class FunctionFailed(RuntimeError):
    """The handler raised; the text is the type and message it reported."""


class FunctionTimedOut(FunctionFailed):
    """No answer within the function's timeout; its container was ended."""


class ContainerDied(FunctionFailed):
    """The process ended without an answer; its log tells why."""


@dataclass(frozen=True)
class Function:
    """A function as deployed: its name, `handler` attribute of app.py, timeout and environment."""

    name: str
    handler: str
    timeout_seconds: int
    environment: Mapping[str, str]


class Container:
    """One child process that has imported the application under `source`."""

    def __init__(self, environment: Mapping[str, str], source: Path, log: IO[bytes]) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(PROGRAM)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=source,
            env={**environment, "PYTHONPATH": str(source), "PYTHONUNBUFFERED": "1"},
        )

    def call(self, call: dict[str, Any]) -> Any:
        """Send `call`, wait for its answer.

        Raises:
            FunctionTimedOut: no answer in time; the process is ended.
            ContainerDied: the process ended.
            FunctionFailed: the handler raised.
        """
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(call).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError as error:
            raise ContainerDied(f"{call['function']}: the container is gone") from error
        ready, _, _ = select.select(
            [self._process.stdout], [], [], call["timeout_seconds"] + START_SECONDS
        )
        if not ready:
            self.kill()
            raise FunctionTimedOut(f"{call['function']}: no answer in {call['timeout_seconds']} s")
        line = self._process.stdout.readline()
        if not line:
            raise ContainerDied(f"{call['function']}: the container ended; see its log")
        reply = json.loads(line)
        if "error" in reply:
            told = reply["error"]
            raise FunctionFailed(f"{call['function']}: {told['errorType']}: {told['errorMessage']}")
        return reply["answer"]

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        """End the process at once, as a crash would."""
        self._process.kill()
        self._process.wait()

    def stop(self) -> None:
        """Let the process end by itself; insist after five seconds."""
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.kill()


class Containers:
    """The containers of one deployment; functions with the same environment share them."""

    def __init__(self, functions: Mapping[str, Function], source: Path, log: IO[bytes]) -> None:
        self._functions = dict(functions)
        self._source = source
        self._log = log
        self._idle: dict[frozenset[tuple[str, str]], list[Container]] = {}
        self._turn = threading.Lock()
        self._room = threading.BoundedSemaphore(CONTAINERS_MAX)

    def invoke(self, handler: str, event: dict[str, Any]) -> Any:
        """Call the function whose handler has that name with `event`; what it returned.

        Raises:
            FunctionFailed: it raised, timed out or died.
        """
        return self._call(self._functions[handler], {"handler": handler, "event": event})

    def request(self, http: dict[str, Any]) -> dict[str, Any]:
        """Answer an HTTP request through the API's function (`app.app`).

        Raises:
            FunctionFailed: it timed out or died.
        """
        answer: dict[str, Any] = self._call(self._functions["app"], {"http": http})
        return answer

    def replace(self, functions: Mapping[str, Function]) -> None:
        """Take the functions as now deployed; the old containers end when they are idle."""
        with self._turn:
            self._functions = dict(functions)
            retired = [each for idle in self._idle.values() for each in idle]
            self._idle.clear()
        for container in retired:
            container.stop()

    def stop(self) -> None:
        """End every container."""
        self.replace({})

    def _call(self, function: Function, call: dict[str, Any]) -> Any:
        key = frozenset(function.environment.items())
        with self._room:
            container = self._take(key, function)
            try:
                return container.call(
                    {**call, "function": function.name, "timeout_seconds": function.timeout_seconds}
                )
            finally:
                self._give_back(key, container)

    def _take(self, key: frozenset[tuple[str, str]], function: Function) -> Container:
        with self._turn:
            idle = self._idle.get(key, [])
            if idle:
                return idle.pop()
        return Container(function.environment, self._source, self._log)

    def _give_back(self, key: frozenset[tuple[str, str]], container: Container) -> None:
        with self._turn:
            current = {frozenset(each.environment.items()) for each in self._functions.values()}
            if container.is_alive and key in current:
                self._idle.setdefault(key, []).append(container)
                return
        if container.is_alive:
            container.stop()
