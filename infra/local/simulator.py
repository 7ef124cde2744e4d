"""The payment provider's simulator: its process, and the orders that the sandbox gives it."""

import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, Final, Literal

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
        """Send the webhooks that are due; how many left the provider's queue.

        A refused one is not counted: it waits for its own retry, later on the business clock.
        """
        report = self._ask("POST", "deliver", {})
        return int(report["delivered"]) + int(report["forged"])

    def next_due_at(self) -> datetime | None:
        """When the provider will do something by itself: a webhook, its retry, a capture."""
        text = self.state()["next_due_at"]
        return datetime.fromisoformat(text) if text else None

    def state(self) -> dict[str, Any]:
        """The provider at a glance: counts, webhooks waiting, faults armed, violations seen."""
        return self._ask("GET", "state")

    def payments(self) -> list[dict[str, Any]]:
        """Every payment with its captures and refunds, in minor units."""
        found: list[dict[str, Any]] = self._ask("GET", "payments")["payments"]
        return found

    def tokens(self) -> list[dict[str, Any]]:
        """Every stored payment method, without numbers or names."""
        found: list[dict[str, Any]] = self._ask("GET", "tokens")["tokens"]
        return found

    def script_token(self, token_id: str, outcomes: Sequence[str]) -> None:
        """Decide the outcomes of the next charges of a stored method: "OK" or a refusal code."""
        self._ask("PUT", f"scripts/token/{token_id}", {"outcomes": list(outcomes)})

    def arm_api(self, kind: str, **rest: str | float) -> None:
        """Arm one fault of the next call of the provider's API, such as `timeout_after`."""
        self._ask("POST", "faults/api", {"kind": kind, **rest})

    def arm_webhook(self, kind: str, **rest: str | float) -> None:
        """Arm one fault of the next webhook: `duplicate`, `lose`, `reorder`, `delay`."""
        self._ask("POST", "faults/webhooks", {"kind": kind, **rest})

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


def start(
    port: int,
    *,
    shop: str,
    environment: Mapping[str, str],
    log: IO[bytes],
    delivery: Literal["manual", "automatic"] = "manual",
) -> SimulatorProcess:
    """Start the simulator on `port` with the keys in `environment` (`SIM_...`).

    Only pages of the origin `shop` may pay; webhooks wait until they are asked for, unless their
    `delivery` is automatic.

    Raises:
        SimulatorStopped: it did not answer in time.
    """
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "infra.local.adyen", "--port", str(port)),
            *("--allowed-origin", shop),
            *(("--manual-delivery",) if delivery == "manual" else ()),
        ],
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
