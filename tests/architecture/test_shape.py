"""The shape that a reader relies on: layers, folders, requirements, and a project of its own."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
FOLDERS = {".chalice", ".ci", "chalicelib", "docs", "infra", "tests"}
LAYERS = {
    *("adapters", "application", "documents", "domain", "entrypoints", "mails", "pages", "texts"),
}
NEVER_SHIPPED = {"boto3", "chalice", "moto", "playwright", "pytest", "typst"}

# hosts that serve packages, and folders that belong to one person's or one machine's disk
FOREIGN = re.compile(
    r"registry\.(npmjs|yarnpkg)\.|files\.pythonhosted\.|/pypi\.org|deb\.(debian|nodesource)\."
    r"|(?<![\w.:}~*-])/(root|work|workspace|Users|home/\w+)/|[A-Z]:\\Users\\"
)


def owned_files() -> list[Path]:
    """What the repository holds or would hold: everything that git does not ignore."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],  # noqa: S607
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    paths = (PROJECT / name for name in listed.split("\0") if name)
    return [path for path in paths if path.is_file()]


def shipped_sources() -> list[Path]:
    return [PROJECT / "app.py", *sorted((PROJECT / "chalicelib").rglob("*.py"))]


def imports(source: Path) -> Iterator[str]:
    """The top names that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(source.read_text())):
        match node:
            case ast.Import(names=names):
                yield from (alias.name.partition(".")[0] for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield module.partition(".")[0]
            case _:
                continue


class TestLayers:
    def test_the_contracts_of_the_layers_hold(self) -> None:
        linter = Path(sys.executable).parent / "lint-imports"
        run = subprocess.run(  # noqa: S603 - our own tool
            [linter], cwd=PROJECT, capture_output=True, text=True, check=False
        )
        assert not run.returncode, run.stdout

    def test_every_top_folder_is_one_of_the_shape(self) -> None:
        inner = {path.relative_to(PROJECT).parts for path in owned_files()}
        assert {parts[0] for parts in inner if len(parts) > 1} == FOLDERS
        of_library = {parts[1] for parts in inner if parts[0] == "chalicelib" and len(parts) > 2}
        assert of_library == LAYERS


class TestRequirements:
    def test_every_line_is_pinned_exactly(self) -> None:
        """Chalice never looks again at an unpinned requirement, and a build must be repeatable."""
        lists = [PROJECT / "requirements.txt", PROJECT / "requirements-dev.txt"]
        lists += (PROJECT / "infra").glob("*/*requirements*.txt")
        assert len(lists) >= 5
        for path in lists:
            lines = [line.partition("#")[0].strip() for line in path.read_text().splitlines()]
            assert not [
                line
                for line in lines
                if line and not line.startswith("-r ") and not re.fullmatch(r"\S+==[\w.]+", line)
            ], path

    def test_what_ships_is_imported_and_nothing_else_ships(self) -> None:
        """No passenger in the bundle, and no tool that the runtime or a layer already has."""
        distributions = packages_distributions()
        imported = {
            distribution.lower()
            for source in shipped_sources()
            for name in imports(source)
            for distribution in distributions.get(name, ())
        }
        text = (PROJECT / "requirements.txt").read_text()
        shipped = {name.lower() for name in re.findall(r"^([\w.-]+)", text, re.MULTILINE)}
        assert shipped <= imported
        assert shipped.isdisjoint(NEVER_SHIPPED)


class TestOwnWords:
    @pytest.mark.parametrize(
        "line",
        [
            '"resolved": "https://registry.' + 'npmjs.org/esbuild"',
            "see https:/" + "/py" + "pi.org/simple",
            "cd /" + "root/project",
            "open('/home/" + "someone/file')",
            "C:\\" + "Users\\someone",
        ],
    )
    def test_the_scan_knows_a_foreign_word(self, line: str) -> None:
        assert FOREIGN.search(line)

    def test_no_file_names_a_registry_or_someones_disk(self) -> None:
        """The project builds anywhere, so it names no machine and no package host."""
        found = []
        for path in owned_files():
            try:
                text = path.read_text()
            except UnicodeDecodeError:
                continue
            found += [f"{path}: {match.group()}" for match in FOREIGN.finditer(text)]
        assert not found
