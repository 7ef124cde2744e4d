"""Cut the fonts of the documents out of their variable originals.

The papers need five static faces in European scripts, not 1.7 MB of axes and symbols. The result
is committed beside the templates, because fonts decide the bytes of a document as templates do:

    pip install -r infra/layers/fonts-requirements.txt
    python infra/layers/cut_fonts.py

It also writes `chalicelib/documents/coverage.py`: the characters every text face can draw. A
character outside it would stop the renderer, so names are reduced to it first.
"""

# mypy: disable-error-code="import-not-found"

import shutil
from importlib.resources import files
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

DOCUMENTS = Path(__file__).parents[2] / "chalicelib" / "documents"
EUROPE = (
    (0x20, 0x7E),  # Latin, with its supplements and Vietnamese
    (0xA0, 0x24F),
    (0x259, 0x259),
    (0x2B9, 0x2DD),  # spacing modifiers
    (0x300, 0x36F),  # combining marks
    (0x370, 0x3FF),  # Greek
    (0x400, 0x52F),  # Cyrillic
    (0x1E00, 0x1EFF),
    (0x2000, 0x206F),  # punctuation and typographic spaces
    (0x2070, 0x209F),
    (0x20A0, 0x20BF),  # currencies
    (0x2113, 0x2122),
    (0x2190, 0x2193),
    (0x2212, 0x2212),
    (0x2713, 0x2713),
)
LATIN = (
    (0x20, 0x7E),
    (0xA0, 0x17F),
    (0x2010, 0x2027),
    (0x202F, 0x203A),
    (0x20AC, 0x20AC),
    (0x2212, 0x2212),
)
# Joiners, direction marks and the soft hyphen draw nothing and can reorder what is read.
UNSEEN = {0xAD, *range(0x200B, 0x2010), *range(0x2028, 0x202F), *range(0x2060, 0x2070)}
INTER, SERIF = "fontpkg_inter", "fontpkg_source_serif_4"
FACES = (
    (INTER, "Inter[opsz,wght].ttf", "Inter-Regular.ttf", {"opsz": 14, "wght": 400}, EUROPE),
    (INTER, "Inter[opsz,wght].ttf", "Inter-SemiBold.ttf", {"opsz": 14, "wght": 600}, EUROPE),
    (INTER, "Inter-Italic[opsz,wght].ttf", "Inter-Italic.ttf", {"opsz": 14, "wght": 400}, LATIN),
    (
        SERIF,
        "SourceSerif4[opsz,wght].ttf",
        "SourceSerif4-Regular.ttf",
        {"opsz": 28, "wght": 400},
        LATIN,
    ),
    (
        SERIF,
        "SourceSerif4[opsz,wght].ttf",
        "SourceSerif4-SemiBold.ttf",
        {"opsz": 28, "wght": 600},
        LATIN,
    ),
)
Ranges = tuple[tuple[int, int], ...]


def name_as(font: TTFont, face: str) -> None:
    """Give a static face its family and weight, which the original left to its axes."""
    family = "Inter" if face.startswith("Inter") else "Source Serif 4"
    style = face.removesuffix(".ttf").split("-")[1]
    names = {1: f"{family} {style}", 2: "Regular", 4: f"{family} {style}"}
    names |= {6: face.removesuffix(".ttf"), 16: family, 17: style}
    for name_id, text in names.items():
        font["name"].setName(text, name_id, 3, 1, 0x409)


def cut(package: str, original: str, face: str, axes: dict[str, int], wanted: Ranges) -> set[int]:
    """Write one static, reduced face; return the characters it can draw."""
    font = TTFont(str(files(package) / "files" / original))
    font = instancer.instantiateVariableFont(font, axes)
    name_as(font, face)
    options = subset.Options(
        layout_features=["kern", "liga", "mark", "mkmk", "ccmp", "locl", "tnum", "lnum", "case"],
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17],
        hinting=False,
        notdef_outline=True,
        recalc_timestamp=False,
    )
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes={c for a, b in wanted for c in range(a, b + 1)} - UNSEEN)
    cutter.subset(font)
    font.save(DOCUMENTS / "fonts" / face)
    return set(font.getBestCmap())


def runs(characters: set[int]) -> list[tuple[int, int]]:
    """Return the characters as closed ranges, in order."""
    ranges: list[tuple[int, int]] = []
    for character in sorted(characters):
        if ranges and ranges[-1][1] == character - 1:
            ranges[-1] = (ranges[-1][0], character)
        else:
            ranges.append((character, character))
    return ranges


def write_coverage(characters: set[int]) -> None:
    """Write what every face of running text can draw as a Python table."""
    rows = "".join(f"    (0x{a:04X}, 0x{b:04X}),\n" for a, b in runs(characters))
    (DOCUMENTS / "coverage.py").write_text(
        '"""The characters the text faces can draw; written by infra/layers/cut_fonts.py."""\n\n'
        f"RANGES: tuple[tuple[int, int], ...] = (\n{rows})\n",
        encoding="utf-8",
    )


def main() -> None:
    """Cut every face, copy the licences, write the coverage."""
    drawn = [cut(*face) for face in FACES]
    write_coverage(drawn[0] & drawn[1])
    for package, name in ((INTER, "Inter"), (SERIF, "SourceSerif4")):
        shutil.copy(str(files(package) / "LICENSE"), DOCUMENTS / "fonts" / f"{name}-OFL.txt")


if __name__ == "__main__":
    main()
