"""The merged CloudFormation template: read, judged, written without aliases."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

# the account that the placeholder ARNs of app.py name
PLACEHOLDER: Final = ":000000000000:"

Template = dict[str, Any]


class _Plain(yaml.SafeDumper):
    """Writes every value out, because CloudFormation takes no YAML aliases."""

    def ignore_aliases(self, data: object) -> bool:
        del data
        return True


def read(path: Path) -> Template:
    template: Template = yaml.safe_load(path.read_text())
    return template


def write(template: Template, path: Path) -> None:
    path.write_text(yaml.dump(template, Dumper=_Plain, sort_keys=False, width=1000))


def faults(template: Template) -> list[str]:
    """What the merge got wrong, and no linter would call an error.

    A name mistyped in infra/resources.yaml becomes a resource of its own, without a Type; an event
    source that it does not override keeps the placeholder of app.py.
    """
    typeless = [
        f"resource {name} has no Type: no such name in what Chalice makes"
        for name, resource in template["Resources"].items()
        if "Type" not in resource
    ]
    placeholders = [
        f"{where} still carries the placeholder {text}"
        for where, text in _texts(template["Resources"], "Resources")
        if PLACEHOLDER in text
    ]
    return typeless + placeholders


def _texts(value: object, where: str) -> Iterator[tuple[str, str]]:
    match value:
        case str():
            yield where, value
        case dict():
            for name, part in value.items():
                yield from _texts(part, f"{where}.{name}")
        case list():
            for index, part in enumerate(value):
                yield from _texts(part, f"{where}[{index}]")
        case _:
            return
