"""Where the published data lies: schemas, test cards, refusal reasons, translations."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3] / "tests" / "data" / "adyen"


@cache
def read_json(name: str) -> Any:
    """A JSON file of the reference data; do not change what it returns."""
    return json.loads((ROOT / name).read_text(encoding="utf-8"))


def read_bytes(name: str) -> bytes | None:
    """A file of the reference data, or None; `name` may not climb out of it."""
    path = (ROOT / name).resolve()
    return path.read_bytes() if path.is_file() and path.is_relative_to(ROOT) else None
