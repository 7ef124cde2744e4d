"""The addresses of the sandbox, and a clear word when one is taken."""

import os
import random
import socket
from dataclasses import dataclass
from typing import Final

QUIET: Final = range(20_000, 30_000)
PARTS: Final = 50
_given: set[int] = set()


class PortTaken(RuntimeError):
    """Another program listens where the sandbox wants to; the text says on which port."""


@dataclass(frozen=True)
class Ports:
    """Where each part listens on the loopback.

    The provider's browser library accepts plain HTTP from `http://localhost:8080` alone, so pages
    that pay need the simulator there. A front of 0 means that no front door is started.
    """

    front: int = 8000
    simulator: int = 8080
    emulator: int = 4566

    def require_free(self) -> None:
        """Refuse to start beside another program.

        Raises:
            PortTaken: something listens on one of the ports.
        """
        for name, port in vars(self).items():
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind(("127.0.0.1", port))
                except OSError as error:
                    raise PortTaken(
                        f"port {port} ({name}) is in use: end the program that listens there "
                        f"(perhaps another `make run`), then start again"
                    ) from error


def free_port() -> int:
    """A port of the loopback that nobody listens on, another one at every call of a process.

    It is taken from below the range that outgoing calls draw theirs from: a port only found free
    there can be somebody's own before it is listened on. Processes that are started one after
    another draw from different parts of it: two at once would find the same one free.
    """
    size = len(QUIET) // PARTS
    first = os.getpid() % PARTS * size
    own = QUIET[first : first + size]
    candidates: list[int] = [*random.sample(own, size), *QUIET]
    for port in candidates:
        if port not in _given and _is_free(port):
            _given.add(port)
            return port
    raise PortTaken(f"no port is free between {QUIET.start} and {QUIET.stop}")


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True
