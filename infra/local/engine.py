"""The embedded database of the tests and of the sandbox.

A DynamoDB-compatible engine as one child process on the loopback: in memory for a test, on a file
when what is written must outlive it. It answers exact consumed capacity, so a test can hold a
budget of write units against it. Table and index names need three characters or more.
"""

import os
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

BINARY: Final = Path(__file__).parent / "node_modules/@dynoxide/linux-x64/dynoxide"
REGION: Final = "eu-west-3"
READY: Final = "listening on"
STARTS_MAX: Final = 5
WAIT_SECONDS_MAX: Final = 10.0
WORDS_BYTES_MAX: Final = 4096


class EngineMissing(RuntimeError):
    """The engine is not installed here; the text says what to do."""


class EngineStopped(RuntimeError):
    """The engine did not come up, or went away; the text carries its own last words."""


@dataclass(frozen=True)
class Engine:
    """One running engine; `endpoint` is what a client of DynamoDB takes as `endpoint_url`."""

    endpoint: str
    process: "subprocess.Popen[bytes]"
    words: IO[bytes]

    @property
    def pid(self) -> int:
        return self.process.pid

    @property
    def last_words(self) -> str:
        """What the engine has printed so far."""
        # pread, because the child shares this file's offset and writes at it
        return os.pread(self.words.fileno(), WORDS_BYTES_MAX, 0).decode(errors="replace").strip()

    def stop(self) -> None:
        """End the process and wait for it; a second call does nothing."""
        if self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=WAIT_SECONDS_MAX)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(path: Path | None = None, *, port: int | None = None) -> Engine:
    """Start an engine on `port` of the loopback, on a free one when none is given.

    Args:
        path: the file that keeps the tables; without it everything lives in memory.
        port: the port to listen on, when an address must be known beforehand.

    Raises:
        EngineMissing: the binary is not installed.
        EngineStopped: it did not listen within ten seconds.
    """
    if not BINARY.exists():
        raise EngineMissing(
            f"the embedded database is not at {BINARY}: run `make engine` "
            "(it exists for Linux on x86-64 only; elsewhere use such a machine or container)"
        )
    for _ in range(1 if port else STARTS_MAX):
        engine = _launch(path, port or _free_port())
        if _listens(engine):
            return engine
        engine.stop()
    raise EngineStopped(f"the embedded database did not listen: {engine.last_words}")


@contextmanager
def running(path: Path | None = None) -> Iterator[Engine]:
    """An engine for the length of a `with`, on a port of its own."""
    engine = start(path)
    try:
        yield engine
    finally:
        engine.stop()


def _launch(path: Path | None, port: int) -> Engine:
    command = [str(BINARY), "serve", "--host", "127.0.0.1", "--port", str(port)]
    if path:
        path.parent.mkdir(parents=True, exist_ok=True)
        command += ["--db-path", str(path)]
    words = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
    process = subprocess.Popen(command, stdout=words, stderr=words)
    return Engine(endpoint=f"http://127.0.0.1:{port}", process=process, words=words)


def _listens(engine: Engine) -> bool:
    """Wait for the engine's own word, as a stranger may hold the port; false when it ended."""
    give_up = time.monotonic() + WAIT_SECONDS_MAX
    while engine.process.poll() is None and time.monotonic() < give_up:
        if READY in engine.last_words:
            return True
        time.sleep(0.02)
    return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
