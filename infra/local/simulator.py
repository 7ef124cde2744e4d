"""The payment provider's simulator: its process, and the orders that the sandbox gives it."""

import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final

import requests

PROJECT: Final = Path(__file__).parents[2]
WAIT_SECONDS_MAX: Final = 20.0
STOP_SECONDS: Final = 5.0
ANSWER_SECONDS: Final = 60.0


class SimulatorStopped(RuntimeError):
    """The simulator did not come up; its log tells why."""


@dataclass(frozen=True)
class Simulator:
    """A running simulator at `address`, which is an origin without a slash at its end."""

    address: str

    def now(self) -> datetime:
        """The business instant that everything in the sandbox reads."""
        answer = self._ask("GET", "clock")
        return datetime.fromisoformat(answer["now"])

    def set_clock(self, instant: datetime) -> None:
        """Move the business clock to `instant`, a UTC instant later than now."""
        self._ask("PUT", "clock", {"now": f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"})

    def deliver(self) -> int:
        """Send the webhooks that are due; how many were delivered or tried."""
        answer = self._ask("POST", "deliver", {})
        return int(answer["delivered"])

    def state(self) -> dict[str, Any]:
        """What the provider knows: payments, tokens, webhooks waiting, faults."""
        return self._ask("GET", "state")

    def set_fault(self, fault: Mapping[str, Any]) -> None:
        """Arm one fault for what comes next."""
        self._ask("POST", "faults", dict(fault))

    def clear_faults(self) -> None:
        """Disarm every fault."""
        self._ask("DELETE", "faults")

    def _ask(self, verb: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        answer = requests.request(
            verb, f"{self.address}/_sim/{path}", json=body, timeout=ANSWER_SECONDS
        )
        answer.raise_for_status()
        said: dict[str, Any] = answer.json() if answer.content else {}
        return said


@dataclass(frozen=True)
class SimulatorProcess:
    """The simulator as a child process."""

    simulator: Simulator
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


def start(port: int, *, environment: Mapping[str, str], log: IO[bytes]) -> SimulatorProcess:
    """Start the simulator on `port` with the keys in `environment` (`SIM_...`).

    Raises:
        SimulatorStopped: it did not answer in time.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", "infra.local.adyen", "--port", str(port)],
        cwd=PROJECT,
        stdout=log,
        stderr=log,
        env={"PATH": "/usr/bin:/bin", "PYTHONUNBUFFERED": "1", **environment},
    )
    started = SimulatorProcess(Simulator(f"http://localhost:{port}"), process)
    give_up = time.monotonic() + WAIT_SECONDS_MAX
    while process.poll() is None and time.monotonic() < give_up:
        try:
            started.simulator.now()
        except requests.RequestException:
            time.sleep(0.05)
        else:
            return started
    started.stop()
    raise SimulatorStopped("the payment simulator did not come up: see its log")
