"""What changes in the packaged template for one machine.

The sandbox deploys the template that `infra.packaging.build --thin` makes from the same source as
for the cloud. In this copy the code comes from the emulator's own bucket, the layer is left out
(the typesetter comes from the environment here), and the schedules sleep, because the time machine
rings them on the business clock.
"""

from collections.abc import Mapping
from typing import Any, Final

Template = dict[str, Any]
FUNCTION: Final = "AWS::Serverless::Function"
LAYER: Final = "AWS::Serverless::LayerVersion"
SCHEDULE: Final = "Schedule"


def adapted(template: Template, *, code_uri: str) -> Template:
    """The template for the emulator, with the code of every function at `code_uri`."""
    resources = {
        name: _asleep(resource, code_uri) if resource["Type"] == FUNCTION else resource
        for name, resource in template["Resources"].items()
        if resource["Type"] != LAYER
    }
    return {**template, "Resources": resources}


def _asleep(function: Mapping[str, Any], code_uri: str) -> dict[str, Any]:
    properties = {**function["Properties"], "CodeUri": code_uri}
    properties.pop("Layers", None)
    if events := properties.get("Events"):
        properties["Events"] = {name: _disabled(event) for name, event in events.items()}
    return {**function, "Properties": properties}


def _disabled(event: Mapping[str, Any]) -> dict[str, Any]:
    if event["Type"] != SCHEDULE:
        return dict(event)
    return {**event, "Properties": {**event["Properties"], "Enabled": False}}
