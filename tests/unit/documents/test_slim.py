"""The layer carries no symbols."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from infra.layers.slim import CannotStrip, slim


@pytest.mark.packaging
def test_a_stripped_typst_is_smaller_and_still_loads(tmp_path: Path) -> None:
    spec = importlib.util.find_spec("typst")
    assert spec is not None
    assert spec.origin is not None
    shutil.copytree(Path(spec.origin).parent, tmp_path / "typst")
    assert slim(tmp_path) > 10_000_000
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import typst; print(typst.__file__)"
    run = subprocess.run(  # noqa: S603  our own interpreter
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )
    assert run.stdout.startswith(str(tmp_path))


def test_what_is_no_module_is_refused(tmp_path: Path) -> None:
    (tmp_path / "broken.so").write_bytes(b"not a module")
    with pytest.raises(CannotStrip, match=r"broken\.so"):
        slim(tmp_path)
