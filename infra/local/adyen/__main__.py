"""`python -m infra.local.adyen`: the simulator as a process."""

from __future__ import annotations

import argparse
import logging
import os
import signal
import threading

from infra.local.adyen.options import PORT, SHOP_FRONTS, Options
from infra.local.adyen.simulator import Simulator


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.local.adyen", description=__doc__)
    parser.add_argument("--port", type=int, default=PORT, help="3-D Secure needs 8080")
    parser.add_argument("--seed", type=int, default=1, help="the same seed, the same references")
    parser.add_argument(
        "--allowed-origin", action="append", help="an origin that may show the Drop-in"
    )
    parser.add_argument(
        "--manual-delivery", action="store_true", help="webhooks wait for POST /_sim/deliver"
    )
    return parser.parse_args()


def main() -> None:
    """Serve until interrupted."""
    arguments = _arguments()
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    options = Options.from_environment(
        os.environ,  # noqa: TID251 - a process of the sandbox, outside the application
        port=arguments.port,
        automatic_delivery=not arguments.manual_delivery,
        seed=arguments.seed,
        origins=(*SHOP_FRONTS, *(arguments.allowed_origin or ())),
    )
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    with Simulator(options) as simulator:
        print(f"Adyen simulator on {simulator.url}", flush=True)
        stopped.wait()


if __name__ == "__main__":
    main()
