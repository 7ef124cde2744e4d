"""A stand-in for Lambda's own Python modules, so that a bundle runs with them and nothing else."""

from importlib.metadata import distribution
from pathlib import Path
from typing import Final

# what Lambda's Python runtime brings, beside the standard library
DISTRIBUTIONS: Final = (
    "boto3",
    "botocore",
    "jmespath",
    "python-dateutil",
    "s3transfer",
    "six",
    "urllib3",
)


def stand_in(folder: Path) -> Path:
    """Fill `folder` with links to boto3 and what it needs, from the running environment."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in DISTRIBUTIONS:
        installed = distribution(name)
        sources = [path for path in installed.files or [] if path.suffix == ".py"]
        for root in {path.parts[0] for path in sources if path.parts[0] != ".."}:
            (folder / root).symlink_to(str(installed.locate_file(root)))
    return folder


def alone(script: str, *folders: Path) -> list[str]:
    """Arguments for Python: run `script` and see no module but those of `folders`, in order."""
    paths = [str(folder) for folder in folders]
    return ["-I", "-S", "-B", "-c", f"import sys; sys.path += {paths}\n{script}"]
