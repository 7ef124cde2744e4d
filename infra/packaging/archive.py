"""A folder made fit for a function's disk, and packed the same way every time."""

import compileall
import py_compile
import shutil
import zipfile
from pathlib import Path
from typing import Final

LANGUAGES: Final = ("root", "fr", "en")
# a zip has no earlier date, and a fixed one makes equal content an equal file
EPOCH: Final = (1980, 1, 1, 0, 0, 0)


def unpack(archive: Path, into: Path) -> Path:
    with zipfile.ZipFile(archive) as packed:
        packed.extractall(into)
    return into


def prune(unpacked: Path) -> None:
    """Take out what no function reads: scripts, stale caches, the locales we do not speak."""
    for folder in [unpacked / "bin", *unpacked.rglob("__pycache__")]:
        shutil.rmtree(folder, ignore_errors=True)
    for locale in (unpacked / "babel" / "locale-data").glob("*.dat"):
        if locale.stem.partition("_")[0] not in LANGUAGES:
            locale.unlink()


def compile_modules(unpacked: Path) -> None:
    """Write byte code beside every module, for the minor version of Python that runs this.

    A function's disk is read-only: without it every cold start compiles everything again. The byte
    code is unchecked, as nothing changes a bundle once it is packed.

    Raises:
        SyntaxError: a module does not compile.
    """
    done = compileall.compile_dir(
        unpacked,
        quiet=1,
        stripdir=str(unpacked),
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    if not done:
        raise SyntaxError("a module of the bundle does not compile; see above")


def pack(folder: Path, archive: Path) -> None:
    """Zip the folder: same content, same bytes."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), EPOCH)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = (0o755 if path.stat().st_mode & 0o100 else 0o644) << 16
            packed.writestr(entry, path.read_bytes())
