"""Which clause every function and every test names, read from their docstrings."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from infra.docs.ledger import LEDGER

PROJECT = Path(__file__).parents[2]
PREFIXES = "|".join(sorted({requirement.id.partition("-")[0] for requirement in LEDGER}))
IDS = {requirement.id for requirement in LEDGER}
TEST_CLASS = re.compile(r"Test([A-Z][a-z]+|L48)(\d+)")
NAMED = re.compile(rf"\b({PREFIXES})-(\d+)(?:\.\.(\d+))?")
Docstringed = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def requirements_named(text: str) -> set[str]:
    """The requirements a text names; `WDR-1..3` names three."""
    found: set[str] = set()
    for prefix, first, last in NAMED.findall(text):
        numbers = range(int(first), int(last or first) + 1)
        found |= {f"{prefix}-{number}" for number in numbers}
    return found


def mentions(source: str) -> Iterator[tuple[str, set[str]]]:
    """Dotted name and requirements of whatever in a module names a clause."""
    yield from _mentions(ast.parse(source), "")


def _named_by_class(node: Docstringed) -> set[str]:
    """`class TestRen1` is about REN-1."""
    match = TEST_CLASS.fullmatch(node.name) if isinstance(node, ast.ClassDef) else None
    return {f"{match[1].upper()}-{match[2]}"} & IDS if match else set()


def _mentions(node: Docstringed, name: str) -> Iterator[tuple[str, set[str]]]:
    named = requirements_named(ast.get_docstring(node) or "") | _named_by_class(node)
    if named:
        yield name, named
    for child in node.body:
        if isinstance(child, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _mentions(child, f"{name}.{child.name}".lstrip("."))


@cache
def places(folder: str) -> Mapping[str, list[str]]:
    """For each requirement, where in a folder it is named: `path` or `path::name`."""
    found: dict[str, list[str]] = defaultdict(list)
    for path in sorted((PROJECT / folder).rglob("*.py")):
        relative = path.relative_to(PROJECT).as_posix()
        for name, named in mentions(path.read_text()):
            for requirement in named:
                found[requirement].append(f"{relative}::{name}" if name else relative)
    return found
