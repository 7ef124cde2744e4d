"""How long the HTTP function takes to start, against what it cannot do without.

    python -m infra.bench.cold_init > docs/benchmarks/cold-init.md

Each run is a fresh process on the byte-compiled bundle, unpacked, with boto3 as the runtime gives
it and no other module. The scripts take turns, so that all see the same noise; the minimum is
the steadiest figure on a shared machine, and the ratio of minima is the one held to the budget.
"""

import argparse
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from infra.packaging import archive, build, runtime

BUDGET: Final = 1.25
RUNS: Final = 21
REGION: Final = "eu-west-3"
CLOCK: Final = "import time; start = time.perf_counter()\n"
STOP: Final = "\nprint((time.perf_counter() - start) * 1000)"
NEEDED: Final = "import chalice, pydantic, boto3; boto3.client('dynamodb')"
API: Final = "import app"
FIRST_ANSWER: Final = "import app, boto3; boto3.client('dynamodb')"
SCRIPTS: Final = (NEEDED, API, FIRST_ANSWER)


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table; 1 when the ratio is over its budget."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS)
    runs: int = parser.parse_args(arguments).runs
    with tempfile.TemporaryDirectory() as folder:
        needed, api, answer = _measured(Path(folder), runs)
    print(_page(needed, api, answer, runs))
    return int(min(api) / min(needed) > BUDGET)


def _measured(folder: Path, runs: int) -> list[list[float]]:
    """The times of each script, in the order of `SCRIPTS`."""
    build.build_application(folder / "out", architecture=build.own_architecture())
    bundle = archive.unpack(folder / "out" / "deployment.zip", folder / "function")
    # compiled as well, so that neither side wins by what the other compiles
    modules = folder / "runtime"
    shutil.copytree(runtime.stand_in(folder / "links"), modules)
    archive.compile_modules(modules)
    turns = [
        [_milliseconds(script, bundle, modules) for script in SCRIPTS] for _ in range(runs + 1)
    ]
    warm = turns[1:]  # the first turn read the disk
    return [list(times) for times in zip(*warm, strict=True)]


def _milliseconds(script: str, *folders: Path) -> float:
    """The time of `script` alone: the interpreter's own start is not ours to shorten."""
    done = subprocess.run(
        [sys.executable, *runtime.alone(CLOCK + script + STOP, *folders)],
        capture_output=True,
        text=True,
        check=True,
        env={"AWS_DEFAULT_REGION": REGION, "PYDANTIC_DISABLE_PLUGINS": "__all__"},
    )
    return float(done.stdout)


def _page(needed: list[float], api: list[float], answer: list[float], runs: int) -> str:
    machine = f"Python {platform.python_version()}, {platform.machine()}"
    ratio = min(api) / min(needed)
    verdict = "within" if ratio <= BUDGET else "OVER"
    return f"""# Start of the HTTP function

{machine}; {runs} fresh processes each, taking turns, on the byte-compiled bundle.
Made by `make bench`.

| What | Minimum, ms | Median, ms |
| --- | ---: | ---: |
| chalice, pydantic, one DynamoDB client | {_figures(needed)} |
| `import app`: every route and handler | {_figures(api)} |
| the same, and the client that the first answer makes | {_figures(answer)} |

`import app` takes {ratio:.2f} times the first line, {verdict} the budget of {BUDGET}.
With its client it takes {min(answer) / min(needed):.2f} times.
A function of 1 GB has about 0.6 of a processor: expect up to twice these times on Lambda."""


def _figures(times: list[float]) -> str:
    return f"{min(times):.0f} | {statistics.median(times):.0f}"


if __name__ == "__main__":
    sys.exit(main())
