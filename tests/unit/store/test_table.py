"""The table of the tests is the table that is deployed."""

from pathlib import Path
from typing import Any

import yaml

from chalicelib.adapters.dynamodb import keys
from tests.table import DEFINITION

TEMPLATE = Path(__file__).parents[3] / "infra/resources.yaml"


class Template(yaml.SafeLoader):
    """Reads a template of CloudFormation; what its functions would answer is left open."""


def unanswered(loader: yaml.Loader, suffix: str, node: yaml.Node) -> None:
    """`!Ref` and the like."""


Template.add_multi_constructor("!", unanswered)


def deployed() -> dict[str, Any]:
    template = yaml.load(TEMPLATE.read_text(encoding="utf-8"), Loader=Template)  # noqa: S506 - safe
    properties: dict[str, Any] = template["Resources"]["Table"]["Properties"]
    return properties


def test_keys_index_and_stream_are_those_of_the_template() -> None:
    table = deployed()
    stream = {"StreamEnabled": True, **table["StreamSpecification"]}
    described = {**{name: table[name] for name in DEFINITION}, "StreamSpecification": stream}
    assert described == DEFINITION


def test_the_store_asks_the_index_by_its_name() -> None:
    names = [index["IndexName"] for index in deployed()["GlobalSecondaryIndexes"]]
    assert names == [keys.AGENDA_INDEX]
