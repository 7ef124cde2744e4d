"""Cut the fonts of the documents out of their variable originals.

The papers need five static faces in European scripts, not 3 MB of axes and symbols. The result
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
SANS, SERIF = "fontpkg_source_sans_3", "fontpkg_newsreader"
# What is cut may not bear the reserved name of its original: the sans gets one of our own.
FAMILIES = {SANS: "Tacite Sans", SERIF: "Newsreader"}
UPRIGHT, ITALIC = "SourceSans3[wght].ttf", "SourceSans3-Italic[wght].ttf"
DISPLAY = "Newsreader[opsz,wght].ttf"
FACES = (
    (SANS, UPRIGHT, "Regular", {"wght": 400}, EUROPE),
    (SANS, UPRIGHT, "SemiBold", {"wght": 600}, EUROPE),
    (SANS, ITALIC, "Italic", {"wght": 400}, LATIN),
    (SERIF, DISPLAY, "Regular", {"opsz": 30, "wght": 400}, LATIN),
    (SERIF, DISPLAY, "SemiBold", {"opsz": 20, "wght": 600}, LATIN),
)
Ranges = tuple[tuple[int, int], ...]


def name_as(font: TTFont, family: str, style: str) -> None:
    """Give a static face its family and weight, which the original left to its axes."""
    full, postscript = f"{family} {style}", f"{family.replace(' ', '')}-{style}"
    names = {1: full, 2: "Regular", 3: postscript, 4: full, 6: postscript, 16: family, 17: style}
    for name_id, text in names.items():
        font["name"].setName(text, name_id, 3, 1, 0x409)


def cut(package: str, original: str, style: str, axes: dict[str, int], wanted: Ranges) -> set[int]:
    """Write one static, reduced face; return the characters it can draw."""
    font = TTFont(str(files(package) / "files" / original), recalcTimestamp=False)
    font = instancer.instantiateVariableFont(font, axes)
    name_as(font, FAMILIES[package], style)
    options = subset.Options(
        layout_features=["kern", "liga", "mark", "mkmk", "ccmp", "locl", "tnum", "lnum", "case"],
        name_IDs=[0, 1, 2, 3, 4, 5, 6, 13, 14, 16, 17],
        hinting=False,
        notdef_outline=True,
    )
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes={c for a, b in wanted for c in range(a, b + 1)} - UNSEEN)
    cutter.subset(font)
    font.save(DOCUMENTS / "fonts" / f"{font['name'].getDebugName(6)}.ttf")
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
    for package, name in ((SANS, "SourceSans3"), (SERIF, "Newsreader")):
        shutil.copy(str(files(package) / "LICENSE"), DOCUMENTS / "fonts" / f"{name}-OFL.txt")


if __name__ == "__main__":
    main()
