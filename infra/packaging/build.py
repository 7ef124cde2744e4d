"""Build the application bundle, the layer of the papers, and the template that joins them.

    python -m infra.packaging.build --out build
    python -m infra.packaging.build --out build/thin --thin    # the emulator's: no dependencies

The Python that runs this decides the runtime of every function, so production is built by 3.13.
"""

import argparse
import json
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from infra.packaging import archive, faults, layer, template

PROJECT: Final = Path(__file__).parents[2]
SHIPPED: Final = ("app.py", "chalicelib", "requirements.txt", ".chalice")
# Chalice asks for a region even to write a file; the template names none
REGION: Final = "eu-west-3"
COULD_NOT: Final = "Could not install dependencies"
MACHINES: Final = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}


def main(arguments: Sequence[str] | None = None) -> int:
    """Build what the command line asks for; 1 with the faults when it is unfit to ship."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--architecture", choices=("arm64", "x86_64"), default="arm64")
    parser.add_argument("--thin", action="store_true", help="the application alone")
    parser.add_argument("--no-layer", action="store_true", help="the application bundle alone")
    wanted = parser.parse_args(arguments)
    try:
        size = build_application(wanted.out, architecture=wanted.architecture, thin=wanted.thin)
        print(f"application  {size / 1e6:.1f} MB unpacked")
        if not (wanted.thin or wanted.no_layer):
            size = layer.build(wanted.out, architecture=wanted.architecture)
            print(f"layer        {size / 1e6:.1f} MB unpacked")
    except (faults.Unfit, layer.NoLayer) as error:
        print(error, file=sys.stderr)
        return 1
    for path in sorted(path for path in wanted.out.iterdir() if path.is_file()):
        print(f"{path}  {path.stat().st_size / 1e6:.2f} MB")
    return 0


def build_application(out: Path, *, architecture: str, thin: bool = False) -> int:
    """Write `deployment.zip` and `sam.yaml` under `out`.

    Args:
        out: the folder to write to, made when it is not there.
        architecture: arm64 or x86_64; wheels are fetched for it, whatever this machine is.
        thin: leave every dependency out, for the emulator, whose own Python has them.

    Returns:
        The size of the bundle once unpacked, in bytes.

    Raises:
        faults.Unfit: a dependency, a compiled part or a resource of the template is missing.
    """
    with tempfile.TemporaryDirectory() as folder:
        staged = stage(Path(folder) / "staged", architecture=architecture, thin=thin)
        packaged = _chalice_package(staged, Path(folder) / "packaged")
        merged = template.read(packaged / "sam.yaml")
        unpacked = archive.unpack(packaged / "deployment.zip", Path(folder) / "unpacked")
        archive.prune(unpacked)
        faults.refuse(
            template.faults(merged)
            + faults.of_requirements(unpacked, staged / "requirements.txt")
            + faults.of_compiled_parts(unpacked, architecture)
            + faults.of_size(unpacked)
        )
        archive.compile_modules(unpacked)
        archive.pack(unpacked, out / "deployment.zip")
        template.write(merged, out / "sam.yaml")
        return faults.bytes_under(unpacked)


def stage(into: Path, *, architecture: str, thin: bool) -> Path:
    """Copy what ships and nothing else: Chalice packs all it finds under `chalicelib`."""
    into.mkdir(parents=True)
    for name in SHIPPED:
        source = PROJECT / name
        if source.is_dir():
            ignore = shutil.ignore_patterns("__pycache__", "deployments", "deployed", ".*")
            shutil.copytree(source, into / name, ignore=ignore)
        else:
            shutil.copy(source, into / name)
    config = into / ".chalice" / "config.json"
    settings = json.loads(config.read_text()) | {"lambda_architecture": architecture}
    config.write_text(json.dumps(settings))
    if thin:
        (into / "requirements.txt").write_text("")
    return into


def own_architecture() -> str:
    """The architecture of this machine, as Lambda names it."""
    return MACHINES[platform.machine().lower()]


def _chalice_package(staged: Path, packaged: Path) -> Path:
    chalice = Path(sys.executable).parent / "chalice"
    resources = PROJECT / "infra" / "resources.yaml"
    variables = f"AWS_DEFAULT_REGION={REGION}", "PYTHONDONTWRITEBYTECODE=1"
    merge = "--merge-template", str(resources)
    run = subprocess.run(
        ["env", *variables, str(chalice), "package", *merge, str(packaged)],
        cwd=staged,
        capture_output=True,
        text=True,
        check=False,
    )
    words = run.stdout + run.stderr
    if run.returncode or COULD_NOT in words:
        raise faults.Unfit([f"chalice package said:\n{words}"])
    return packaged


if __name__ == "__main__":
    sys.exit(main())
