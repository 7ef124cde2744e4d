"""What makes a bundle unfit to ship, each fault one sentence a person can act on."""

from pathlib import Path
from typing import Final

MACHINE_OF_ELF: Final = {0x3E: "x86_64", 0xB7: "arm64"}
# 250 MiB for a function with its layers, unpacked: a limit of Lambda
UNPACKED_BYTES_MAX: Final = 250 * 1024 * 1024


class Unfit(RuntimeError):
    """The package must not ship; the text lists every fault found."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("unfit to ship:\n" + "\n".join(f"  - {fault}" for fault in faults))
        self.faults = faults


def refuse(faults: list[str]) -> None:
    """Raise when there is any fault.

    Raises:
        Unfit: the list is not empty.
    """
    if faults:
        raise Unfit(faults)


def of_requirements(unpacked: Path, requirements: Path) -> list[str]:
    """Pinned requirements whose distribution is not in the bundle at that version.

    Chalice only warns about a wheel that it could not find, and ships without it.
    """
    installed = {path.name.lower().replace("-", "_") for path in unpacked.glob("*.dist-info")}
    return [
        f"{name} {version} is required and not in the bundle"
        for name, version in pins(requirements)
        if f"{name}_{version}.dist_info" not in installed
    ]


def pins(requirements: Path) -> list[tuple[str, str]]:
    """Name (as directories spell it) and version of every pinned line; comments are left out."""
    lines = (line.partition("#")[0].strip() for line in requirements.read_text().splitlines())
    wanted = [line.partition("==") for line in lines if "==" in line]
    return [
        (name.partition("[")[0].strip().lower().replace("-", "_"), version.strip())
        for name, _, version in wanted
    ]


def of_compiled_parts(unpacked: Path, architecture: str) -> list[str]:
    """Compiled modules that are missing, or made for another machine than `architecture`."""
    missing = [
        f"{path.name} is listed by its distribution and not in the bundle"
        for path in _listed_libraries(unpacked)
        if not path.exists()
    ]
    foreign = [
        f"{path.name} is made for {machine}, not for {architecture}"
        for path in sorted(unpacked.rglob("*.so*"))
        if (machine := _machine(path)) != architecture
    ]
    compiled = {path.relative_to(unpacked).parts[0] for path in unpacked.rglob("*.so")}
    impure = [
        f"{name} should have a compiled part and has none"
        for name in _impure_distributions(unpacked)
        if not any(name in part.lower() for part in compiled)
    ]
    return missing + foreign + impure


def of_size(*unpacked: Path) -> list[str]:
    """A function with its layers that Lambda would refuse."""
    size = sum(bytes_under(folder) for folder in unpacked)
    if size <= UNPACKED_BYTES_MAX:
        return []
    return [f"{size} bytes unpacked, and Lambda takes {UNPACKED_BYTES_MAX}"]


def bytes_under(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _listed_libraries(unpacked: Path) -> list[Path]:
    records = [record.read_text() for record in unpacked.glob("*.dist-info/RECORD")]
    names = [line.partition(",")[0] for text in records for line in text.splitlines()]
    return [unpacked / name for name in names if name.endswith(".so")]


def _impure_distributions(unpacked: Path) -> list[str]:
    """Distributions whose wheel was built for one platform, by their import name."""
    wheels = unpacked.glob("*.dist-info/WHEEL")
    impure = [wheel.parent for wheel in wheels if "Root-Is-Purelib: false" in wheel.read_text()]
    return [folder.name.rpartition(".")[0].partition("-")[0].lower() for folder in impure]


def _machine(library: Path) -> str:
    header = library.read_bytes()[:20]
    if header[:4] != b"\x7fELF":
        return "no Linux machine"
    code = int.from_bytes(header[18:20], "little")
    return MACHINE_OF_ELF.get(code, f"machine {code:#x}")
