"""One bundle for the Python and the machine that run the tests, built once."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from infra.packaging import archive, build, layer
from infra.packaging.runtime import alone, stand_in

Run = Callable[..., str]


@dataclass(frozen=True)
class Built:
    """What `make package` makes, and the same unpacked as on a function's disk."""

    out: Path
    function: Path
    layer: Path


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    out = tmp_path_factory.mktemp("package")
    architecture = build.own_architecture()
    build.build_application(out, architecture=architecture)
    layer.build(out, architecture=architecture)
    return Built(
        out=out,
        function=archive.unpack(out / "deployment.zip", tmp_path_factory.mktemp("function")),
        layer=archive.unpack(out / "papers-layer.zip", tmp_path_factory.mktemp("layer")) / "python",
    )


@pytest.fixture(scope="session")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with boto3 as the runtime gives it, and nothing else of this environment."""
    return stand_in(tmp_path_factory.mktemp("runtime"))


@pytest.fixture(scope="session")
def run_alone(runtime: Path) -> Run:
    """Run a script in a fresh process that sees the folders given, the runtime, nothing else."""

    def run(script: str, *folders: Path) -> str:
        done = subprocess.run(  # noqa: S603 - the script is the test's own
            [sys.executable, *alone(script, *folders, runtime)],
            capture_output=True,
            text=True,
            check=False,
            env={"PATH": "/usr/bin:/bin"},
        )
        assert not done.returncode, done.stderr
        return done.stdout

    return run
