"""The layer of the papers: the typesetter and what it needs, for one function alone."""

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from infra.layers.slim import CannotStrip, slim
from infra.packaging import archive, faults

REQUIREMENTS: Final = Path(__file__).parents[1] / "layers" / "requirements.txt"
# what the C library of Lambda's Python 3.12 and later can load
WHEELS: Final = {
    "arm64": ("manylinux_2_28_aarch64", "manylinux2014_aarch64"),
    "x86_64": ("manylinux_2_28_x86_64", "manylinux2014_x86_64"),
}


class NoLayer(RuntimeError):
    """The layer could not be put together; the text carries what pip said."""


def build(out: Path, *, architecture: str) -> int:
    """Write `papers-layer.zip` under `out`, for the minor version of Python that runs this.

    Returns:
        Its size once unpacked, in bytes.

    Raises:
        NoLayer: its requirements are missing, or a wheel does not exist for this target.
        faults.Unfit: a compiled part is missing or made for another machine.
    """
    if not REQUIREMENTS.exists():
        raise NoLayer(f"{REQUIREMENTS} is missing: it pins what the layer of the papers holds")
    with tempfile.TemporaryDirectory() as folder:
        unpacked = Path(folder) / "layer"
        modules = unpacked / "python"
        _install(modules, architecture)
        archive.prune(modules)
        _strip_symbols(modules)
        faults.refuse(
            faults.of_requirements(modules, REQUIREMENTS)
            + faults.of_compiled_parts(modules, architecture)
            + faults.of_size(unpacked)
        )
        archive.compile_modules(modules)
        archive.pack(unpacked, out / "papers-layer.zip")
        return faults.bytes_under(unpacked)


def _strip_symbols(modules: Path) -> None:
    """Make the layer a quarter smaller where a tool can; without one it is as right, and bigger."""
    try:
        print(f"layer: {slim(modules) / 1e6:.1f} MB of symbols stripped")
    except CannotStrip as why:
        print(f"layer: symbols kept ({why}); llvm-strip would make it smaller")


def _install(into: Path, architecture: str) -> None:
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    target = [f"--platform={name}" for name in WHEELS[architecture]]
    target += [f"--python-version={version}", "--implementation=cp", "--only-binary=:all:"]
    pip = sys.executable, "-m", "pip", "install", "--quiet", "--no-compile"
    run = subprocess.run(
        [*pip, *target, f"--target={into}", "-r", str(REQUIREMENTS)],
        capture_output=True,
        text=True,
        check=False,
    )
    if run.returncode:
        raise NoLayer(f"pip could not put the layer together:\n{run.stdout}{run.stderr}")
