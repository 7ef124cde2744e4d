"""The running sandbox, as a test sees it: its clock, its mailbox, its provider."""

from __future__ import annotations

import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from chalicelib.adapters.ids import new_id
from infra.local import stack
from infra.local.life import Life
from infra.local.ports import Ports, PortTaken
from infra.local.run import open_doors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import timedelta
    from pathlib import Path

    from infra.local.sandbox.mailbox import Mail, Mailbox
    from infra.local.stack import System

SHOP = "http://localhost:8000"
PATIENCE_SECONDS = 30.0
PORTS_SECONDS = 180.0
WATCH_SECONDS = 0.05

T = TypeVar("T")


class NeverHappened(AssertionError):
    """What a test waited for did not come."""


def wait_for(look: Callable[[], T | None], what: str, seconds: float = PATIENCE_SECONDS) -> T:
    """What `look` finds, as soon as it finds something.

    Raises:
        NeverHappened: not within `seconds`.
    """
    give_up = time.monotonic() + seconds
    while time.monotonic() < give_up:
        found = look()
        if found:
            return found
        time.sleep(WATCH_SECONDS)
    raise NeverHappened(what)


@dataclass
class Sandbox:
    """One sandbox for the whole run; it lives by itself, as under `make run`."""

    system: System
    life: Life
    mailbox: Mailbox

    def mails_to(self, email: str, words: str = "") -> list[Mail]:
        """The mails of one person with `words` in their subject, the oldest first."""
        oldest_first = reversed(self.mailbox.all())
        return [one for one in oldest_first if email in one.recipients and words in one.subject]

    def wait_mail(self, email: str, words: str) -> Mail:
        """The first mail to `email` whose subject contains `words`.

        Raises:
            NeverHappened: it does not come.
        """
        return wait_for(
            lambda: next(iter(self.mails_to(email, words)), None),
            f"a mail to {email} about {words}",
        )

    def payments_of(self, order: str) -> list[dict[str, Any]]:
        """What the provider was asked for one order and its renewals, the oldest first."""
        asked = self.system.simulator.payments()
        return [one for one in asked if one["reference"].startswith(f"{order}.")]

    def stop_payments(self) -> None:
        """Have an operator stop every charge."""
        self._operate("ada", "propose", id=new_id(), command="stop-charging", why="a wrong price")

    def resume_payments(self) -> None:
        """Have one operator propose to go on, and another approve."""
        id_ = new_id()
        self._operate("ada", "propose", id=id_, command="resume-charging", why="it is mended")
        self._operate("paul", "approve", id=id_)

    def _operate(self, who: str, function: str, **request: str) -> None:
        asked = {"arguments": {}, "who": {"claimed": who}, **request}
        assert "problem" not in self.system.containers.invoke(function, asked)

    def pass_time(self, duration: timedelta) -> None:
        """Let `duration` of business time go by."""
        self.life.start_journey(self.system.now() + duration)
        self.wait_arrival()

    def wait_arrival(self) -> None:
        """Wait for the journey under way to arrive, and check that it went well."""
        wait_for(lambda: not self.life.journey.is_moving, "the end of the journey", 120)
        assert self.life.journey.trouble == ""

    def require_health(self) -> None:
        """Fail when a message was given up, or a request broke the provider's contract."""
        assert {name: n for name, n in self.system.dead_letters().items() if n} == {}
        assert self.system.simulator.state()["violations"] == []


@contextmanager
def running(work: Path) -> Iterator[Sandbox]:
    """A fresh sandbox on the addresses that the provider's library accepts."""
    with ExitStack() as ends:
        system = _system(work, ends)
        life = Life(system)
        mailbox = ends.enter_context(open_doors(system, work, life))
        ends.enter_context(life.going_on())
        yield Sandbox(system, life, mailbox)


def _system(work: Path, ends: ExitStack) -> System:
    """Another sandbox may hold the ports for a while: it is waited for, not disturbed."""
    give_up = time.monotonic() + PORTS_SECONDS
    while True:
        try:
            return ends.enter_context(stack.running(work, ports=Ports()))
        except PortTaken:
            if time.monotonic() > give_up:
                raise
            time.sleep(1)
