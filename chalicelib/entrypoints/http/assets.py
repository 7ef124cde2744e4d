"""Where the built style sheets and scripts are, as their build wrote it down."""

from functools import cache
from pathlib import Path

from chalicelib.pages.chrome import Assets, assets_from_manifest

MANIFEST = Path(__file__).parents[2] / "pages" / "manifest.json"


@cache
def assets() -> Assets:
    """The addresses of the assets that ship with this code."""
    return assets_from_manifest(MANIFEST.read_text(encoding="utf-8"))
