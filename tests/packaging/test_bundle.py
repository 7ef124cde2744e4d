"""The bundle that ships, unpacked and run with nothing but itself and the runtime's boto3.

The emulator runs a thin bundle in an environment that has everything; only this shows that no
requirement is missing from the real one.
"""

import json
from pathlib import Path

import pytest

from infra.packaging import faults
from tests.packaging.conftest import Built, Run

pytestmark = pytest.mark.packaging

PROJECT = Path(__file__).parents[2]
HANDLERS = sorted(json.loads((PROJECT / ".chalice/config.json").read_text())["lambda_functions"])
OWN = {"app.py", "chalicelib", "chalice", "__pycache__"}
NEVER = ("boto3", "botocore", "typst", "infra", "tests", "moto", "pytest", "playwright", "inquirer")

IMPORT_HANDLERS = """
import app
handlers = [name if name != "api_handler" else "app" for name in {handlers}]
print([name for name in handlers if not callable(getattr(app, name))])
print(sorted(sys.modules))
"""
IMPORT_EVERYTHING = """
import importlib, pkgutil, chalicelib
names = [found.name for found in pkgutil.walk_packages(chalicelib.__path__, "chalicelib.")]
[importlib.import_module(name) for name in names]
print(len(names))
"""
SPEAK = """
from babel.numbers import format_currency
from babel.dates import format_date
from datetime import date
for lang in ("fr", "en"):
    print(format_currency(20, "EUR", locale=lang), format_date(date(2027, 2, 28), "long", lang))
"""


class TestImports:
    def test_every_entry_point_is_there_without_the_layer(
        self, built: Built, run_alone: Run
    ) -> None:
        """Every handler of the configuration imports from the bundle and can be called."""
        missing, modules = run_alone(
            IMPORT_HANDLERS.format(handlers=HANDLERS), built.function
        ).splitlines()
        assert missing == "[]"
        assert "'app'" in modules

    def test_the_start_of_the_api_imports_nothing_heavy(self, built: Built, run_alone: Run) -> None:
        """What a cold start of the pages does not need is imported where it is used."""
        _, modules = run_alone(
            IMPORT_HANDLERS.format(handlers=HANDLERS), built.function
        ).splitlines()
        heavy = {"Adyen", "requests", "typst", "chalicelib.entrypoints.operations"}
        assert not heavy & set(json.loads(modules.replace("'", '"')))

    def test_every_module_imports(self, built: Built, run_alone: Run) -> None:
        """A module imported late needs its requirement in the bundle, or in the layer, too."""
        imported = run_alone(IMPORT_EVERYTHING, built.function, built.layer)
        sources = PROJECT.glob("chalicelib/**/*.py")
        assert int(imported) >= len([path for path in sources if path.name != "__init__.py"])

    def test_the_pruned_locales_still_speak_both_languages(
        self, built: Built, run_alone: Run
    ) -> None:
        french, english = run_alone(SPEAK, built.function).splitlines()
        assert french == "20,00\u00a0€ 28 février 2027"
        assert english == "€20.00 February 28, 2027"


class TestContent:
    def test_only_the_application_and_its_requirements_are_in(self, built: Built) -> None:
        """No test, simulator, sandbox or tool of development is in the bundle."""
        found = {path.name for path in built.function.iterdir()}
        assert found.isdisjoint(NEVER)
        folders = {path for path in built.function.iterdir() if path.name not in OWN}
        unowned = {path.name for path in folders} - _owned_by_distributions(built.function)
        assert not unowned

    def test_chalice_brings_its_two_runtime_files_alone(self, built: Built) -> None:
        shipped = {path.name for path in (built.function / "chalice").glob("*.py")}
        assert shipped == {"__init__.py", "app.py"}

    def test_every_pinned_requirement_is_in_at_its_version(self, built: Built) -> None:
        assert not faults.of_requirements(built.function, PROJECT / "requirements.txt")

    def test_only_french_and_english_locales_are_in(self, built: Built) -> None:
        locales = {path.stem for path in built.function.glob("babel/locale-data/*.dat")}
        assert {"root", "fr", "en"} <= locales
        assert {name.partition("_")[0] for name in locales} == {"root", "fr", "en"}

    def test_every_module_carries_unchecked_byte_code(self, built: Built) -> None:
        """PEP 552: flags 0b01 are a hash that nobody checks; the disk is read-only."""
        sources = [path for path in built.function.rglob("*.py") if path.stat().st_size]
        compiled = [path for path in built.function.rglob("*.pyc") if path.stat().st_size]
        assert len(compiled) >= len(sources)
        flags = {int.from_bytes(path.read_bytes()[4:8], "little") for path in compiled}
        assert flags == {0b01}

    def test_sizes_stay_far_below_the_limits(self, built: Built) -> None:
        """A small bundle is a fast cold start; the layer is read by one function only."""
        assert (built.out / "deployment.zip").stat().st_size < 10_000_000
        assert faults.bytes_under(built.function) < 40_000_000
        assert not faults.of_size(built.function, built.layer)


def _owned_by_distributions(function: Path) -> set[str]:
    records = [record.read_text() for record in function.glob("*.dist-info/RECORD")]
    return {line.split(",")[0].split("/")[0] for text in records for line in text.splitlines()}
