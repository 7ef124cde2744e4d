"""The AWS emulator as one child process on the loopback.

It lives in an environment of its own (`.venv-emulator`), because it pins another botocore; see
requirements-emulator.txt. It keeps nothing: every start is a new, empty account.
"""

import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final
from urllib.error import URLError
from urllib.request import urlopen

from infra.local.aws import CREDENTIALS, REGION

PROGRAM: Final = Path(__file__).parents[2] / ".venv-emulator" / "bin" / "ministack"
WAIT_SECONDS_MAX: Final = 30.0
STOP_SECONDS: Final = 10.0


class EmulatorMissing(RuntimeError):
    """The emulator is not installed here; the text says what to do."""


class EmulatorStopped(RuntimeError):
    """The emulator did not come up; its log tells why."""


@dataclass(frozen=True)
class Emulator:
    """One running emulator; `endpoint` serves every service."""

    endpoint: str
    process: "subprocess.Popen[bytes]"

    def stop(self) -> None:
        """End the process and wait for it; a second call does nothing."""
        if self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def start(port: int, *, files: Path, log: IO[bytes]) -> Emulator:
    """Start an emulator on `port`; its objects are written under `files`.

    Raises:
        EmulatorMissing: it is not installed.
        EmulatorStopped: it did not answer within half a minute.
    """
    if not PROGRAM.exists():
        raise EmulatorMissing(f"the AWS emulator is not at {PROGRAM}: run `make emulator`")
    process = subprocess.Popen(
        [str(PROGRAM)],
        stdout=log,
        stderr=log,
        env={
            "PATH": f"{PROGRAM.parent}:/usr/bin:/bin",
            "GATEWAY_PORT": str(port),
            "BIND_HOST": "127.0.0.1",
            "LOG_LEVEL": "WARNING",
            "MINISTACK_REGION": REGION,
            "S3_DATA_DIR": str(files),
            "AWS_DEFAULT_REGION": REGION,
            "AWS_ACCESS_KEY_ID": CREDENTIALS["aws_access_key_id"],
            "AWS_SECRET_ACCESS_KEY": CREDENTIALS["aws_secret_access_key"],
        },
    )
    emulator = Emulator(endpoint=f"http://127.0.0.1:{port}", process=process)
    if not _answers(emulator):
        emulator.stop()
        raise EmulatorStopped("the AWS emulator did not come up: see its log")
    return emulator


def _answers(emulator: Emulator) -> bool:
    give_up = time.monotonic() + WAIT_SECONDS_MAX
    while emulator.process.poll() is None and time.monotonic() < give_up:
        try:
            with urlopen(f"{emulator.endpoint}/_ministack/health", timeout=1):
                return True
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.05)
    return False
