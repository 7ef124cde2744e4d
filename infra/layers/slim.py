"""Strip the symbols from compiled modules: Typst goes from 82 MB to 64 MB, and loads faster.

    python -m infra.layers.slim <folder>

`llvm-strip` knows every processor; the `strip` of binutils only the one it runs on.
"""

import shutil
import subprocess
import sys
from pathlib import Path

TOOLS = ("llvm-strip", "strip")


class CannotStrip(RuntimeError):
    """No tool here can strip a module made for that processor."""


def slim(folder: Path) -> int:
    """Strip every compiled module under `folder`; return how many bytes that saved.

    Raises:
        CannotStrip: no installed tool knows the module's processor.
    """
    modules = sorted(folder.rglob("*.so"))
    before = sum(module.stat().st_size for module in modules)
    for module in modules:
        _strip(module)
    return before - sum(module.stat().st_size for module in modules)


def _strip(module: Path) -> None:
    said = "neither llvm-strip nor strip is installed"
    for tool in filter(shutil.which, TOOLS):
        run = subprocess.run(
            [tool, "--strip-unneeded", str(module)], capture_output=True, text=True, check=False
        )
        if run.returncode == 0:
            return
        said = run.stderr
    raise CannotStrip(f"{module.name}: {said}")


if __name__ == "__main__":
    print(f"{slim(Path(sys.argv[1])) / 1e6:.1f} MB of symbols stripped")
