"""`make doctor`: what this machine has, what it lacks, and the remedy.

It runs on an old Python 3 too, and before anything is installed: the standard library is enough.
"""

from __future__ import annotations

import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

PROJECT = Path(__file__).resolve().parents[2]
FIND_PYTHON = str(PROJECT / "infra" / "packaging" / "find-python")


class Need(NamedTuple):
    """One tool: how to ask its version, the least that will do, who needs it, the remedy."""

    name: str
    ask: Sequence[str]
    least: tuple[int, ...]
    purpose: str
    remedy: str
    required: bool = True


NEEDS = (
    Need("git", ["git", "--version"], (2,), "everything", "install the package git"),
    Need("make", ["make", "--version"], (4,), "everything", "install GNU make 4"),
    Need(
        "Python 3.11+",
        ["sh", "-c", f"$({FIND_PYTHON} from 3.11) --version"],
        (3, 11),
        "run, test",
        "install Python 3.11 or later with its venv module",
    ),
    Need("Node.js 20+", ["node", "--version"], (20,), "run, test", "install Node.js 20 or later"),
    Need("npm", ["npm", "--version"], (9,), "run, test", "it comes with Node.js"),
    Need(
        "Chromium",
        [str(PROJECT / ".venv/bin/python"), "-m", "infra.packaging.browser"],
        (),
        "test",
        "run `make browser`, which `make test` does by itself",
    ),
    Need(
        "Python 3.13",
        ["sh", "-c", f"$({FIND_PYTHON} exactly 3.13) --version"],
        (3, 13),
        "package",
        "install Python 3.13: the functions run on it, so it must build their bundle",
        required=False,
    ),
    Need("AWS CLI 2", ["aws", "--version"], (2,), "deploy", "install AWS CLI 2", required=False),
)
MADE = (
    (".venv", "make venv"),
    (".venv-emulator", "make emulator"),
    ("infra/local/node_modules/@dynoxide", "make engine"),
    ("infra/web/dist/manifest.json", "make web"),
)


def main() -> int:
    """Print the table; 1 when something that run or test needs is missing."""
    right_machine = (platform.system(), platform.machine()) == ("Linux", "x86_64")
    print(f"machine   {platform.system()} {platform.machine()}")
    if not right_machine:
        print(
            "          run and test need Linux on x86-64: the embedded database exists for it only"
        )
    lacking = [need for need in NEEDS if not _reported(need)]
    for path, command in MADE:
        state = "made" if (PROJECT / path).exists() else f"not made yet: {command}"
        print(f"{'':9} {path:36} {state}")
    return int(not right_machine or any(need.required for need in lacking))


def _reported(need: Need) -> bool:
    words = _answer(need.ask)
    version = _version(words)
    fits = words is not None and version >= need.least
    state = "ok" if fits else ("missing" if words is None else "too old")
    shown = (words or "").splitlines()[0][:60] if words else ""
    print(f"{state:9} {need.name:14} for {need.purpose:12} {shown}")
    if not fits:
        print(f"{'':9} -> {need.remedy}")
    return fits


def _answer(ask: Sequence[str]) -> str | None:
    if shutil.which(ask[0]) is None:
        return None
    run = subprocess.run(ask, cwd=PROJECT, capture_output=True, text=True, check=False)
    return run.stdout.strip() or None if run.returncode == 0 else None


def _version(words: str | None) -> tuple[int, ...]:
    found = re.search(r"(\d+)\.(\d+)", words or "")
    return tuple(int(part) for part in found.groups()) if found else ()


if __name__ == "__main__":
    sys.exit(main())
