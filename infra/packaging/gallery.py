"""`make gallery`: every component of the pages on one page a language, to look at without a server.

python -m infra.packaging.gallery --out build/gallery
"""

import argparse
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from chalicelib.pages.chrome import LANGS, Chrome, Lang, Seller, assets_from_manifest
from chalicelib.pages.gallery import render_gallery

DIST: Final = Path(__file__).parents[1] / "web" / "dist"
SELLER: Final = Seller(
    platform="Clairière",
    name="Clairière SAS",
    address="12 rue des Tilleuls, 75011 Paris",
    email="aide@clairiere.example",
    phone="+33 1 00 00 00 00",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Write `fr.html` and `en.html` beside a copy of the built assets, and print where."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    out: Path = parser.parse_args(arguments).out
    shutil.copytree(DIST, out / "assets", dirs_exist_ok=True)
    for lang in LANGS:
        page = out / f"{lang}.html"
        page.write_text(render_gallery(_chrome(lang)))
        print(page.resolve().as_uri())
    return 0


def _chrome(lang: Lang) -> Chrome:
    return Chrome(
        lang=lang,
        path="",
        csrf="gallery",
        assets=assets_from_manifest((DIST / "manifest.json").read_text(), base="assets/"),
        seller=SELLER,
        environment="sandbox",
    )


if __name__ == "__main__":
    sys.exit(main())
