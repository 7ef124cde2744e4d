"""`make run`: the whole sandbox on this machine, until Ctrl-C."""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from infra.local import stack
from infra.local.deployment import DeploymentFailed
from infra.local.emulator import EmulatorMissing, EmulatorStopped
from infra.local.engine import EngineMissing, EngineStopped
from infra.local.front import FrontDoor, serving
from infra.local.life import Life
from infra.local.ports import Ports, PortTaken
from infra.local.sandbox.learning import Learning
from infra.local.sandbox.mail_pages import MailPages
from infra.local.sandbox.mailbox import Mailbox
from infra.local.sandbox.operating import Operating
from infra.local.sandbox.pages import Pages
from infra.local.sandbox.panel import Panel
from infra.local.sandbox.rooms import Room, static
from infra.local.simulator import SimulatorStopped
from infra.local.stack import PROJECT, System

WORK: Final = PROJECT / "out" / "sandbox"
ASSETS: Final = PROJECT / "infra" / "web" / "dist"
NOT_READY: Final = (
    PortTaken,
    EngineMissing,
    EngineStopped,
    EmulatorMissing,
    EmulatorStopped,
    SimulatorStopped,
    DeploymentFailed,
)


@contextmanager
def open_doors(system: System, work: Path, life: Life) -> Iterator[Mailbox]:
    """Serve the front door of `system` for the length of a `with`; its mailbox."""
    pages = Pages(ASSETS)
    mailbox = Mailbox(work / "mails", system.now)
    address = f"http://localhost:{system.ports.simulator}"
    panel = Panel(
        shop=system,
        provider=system.simulator,
        provider_address=address,
        life=life,
        pages=pages,
    )
    learning = Learning(system.containers, system.keys, pages)
    own = [("GET", "/static/(?P<name>[a-z.]+)", static), *Operating(system.containers).routes()]
    sandbox = Room("/sandbox", [*own, *panel.routes(), *MailPages(mailbox, pages).routes()])
    door = FrontDoor(
        system.containers,
        assets=ASSETS,
        rooms={"/sandbox": sandbox, "/learn": Room("/learn", learning.routes())},
        after_write=life.wake,
    )
    with serving(door, system.ports.front):
        yield mailbox


def main() -> int:
    """Start everything, print the addresses, wait for Ctrl-C; 1 when the machine is not ready."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    try:
        with stack.running(WORK, ports=Ports()) as system:
            life = Life(system)
            with open_doors(system, WORK, life), life.going_on():
                print(_addresses(system.ports), flush=True)
                ended.wait()
                print("stopping…", flush=True)
    except NOT_READY as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _addresses(ports: Ports) -> str:
    shop = f"http://localhost:{ports.front}"
    rows: dict[str, Any] = {
        "shop": f"{shop}/fr",
        "control panel": f"{shop}/sandbox/fr",
        "mailbox": f"{shop}/sandbox/fr/mailbox",
        "learning site": f"{shop}/learn/fr",
        "payment simulator": f"http://localhost:{ports.simulator}/_sim/",
        "logs": WORK.relative_to(PROJECT),
    }
    lines = [f"  {name:<18} {where}" for name, where in rows.items()]
    return "\n".join(["", "Tacite is running.", *lines, "", "Ctrl-C ends it."])


if __name__ == "__main__":
    sys.exit(main())
