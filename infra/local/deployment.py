"""Deploys the packaged template on the emulator and reads back what stands there."""

import hashlib
import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from infra.local.aws import client
from infra.local.containers import Function
from infra.local.template import Template, adapted

STACK: Final = "tacite-sandbox"
BUCKET: Final = "tacite-sandbox-packages"
WAIT_SECONDS_MAX: Final = 120.0


class DeploymentFailed(RuntimeError):
    """CloudFormation refused a resource; the text names each and its reason."""


@dataclass(frozen=True)
class Deployment:
    """A stack on the emulator at `endpoint`: its physical names by logical name."""

    endpoint: str
    names: Mapping[str, str]

    def functions(self) -> dict[str, Function]:
        """Every function as now deployed, by the name of its handler in app.py."""
        found = {}
        for described in client("lambda", self.endpoint).list_functions()["Functions"]:
            handler = described["Handler"].removeprefix("app.")
            found[handler] = Function(
                name=described["FunctionName"],
                handler=handler,
                timeout_seconds=described["Timeout"],
                environment=described.get("Environment", {}).get("Variables", {}),
            )
        return found

    def mappings(self) -> list[dict[str, Any]]:
        """Every event source mapping as Lambda describes it."""
        service = client("lambda", self.endpoint)
        mappings: list[dict[str, Any]] = service.list_event_source_mappings()["EventSourceMappings"]
        return mappings

    def set_parameters(self, parameters: Mapping[str, str]) -> None:
        """Update the stack with other parameters, as an operator would; the template stays.

        Raises:
            DeploymentFailed: a resource could not be updated.
        """
        service = client("cloudformation", self.endpoint)
        known = service.describe_stacks(StackName=STACK)["Stacks"][0].get("Parameters", [])
        kept = {each["ParameterKey"]: each["ParameterValue"] for each in known}
        service.update_stack(
            StackName=STACK,
            UsePreviousTemplate=True,
            Parameters=_listed({**kept, **parameters}),
            Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
        )
        _wait(service)
        self.stop_polling()

    def stop_polling(self) -> None:
        """Switch the event source mappings off: the emulator ignores that wish in a template."""
        service = client("lambda", self.endpoint)
        for mapping in self.mappings():
            service.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)


def deploy(
    endpoint: str, *, template: Template, bundle: bytes, parameters: Mapping[str, str]
) -> Deployment:
    """Create the stack from the packaged `template` and its thin `bundle`.

    Raises:
        DeploymentFailed: a resource could not be created.
    """
    files = client("s3", endpoint)
    files.create_bucket(
        Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-3"}
    )
    key = f"{hashlib.sha256(bundle).hexdigest()[:16]}.zip"
    files.put_object(Bucket=BUCKET, Key=key, Body=bundle)
    body = adapted(template, code_uri=f"s3://{BUCKET}/{key}")
    files.put_object(Bucket=BUCKET, Key="template.json", Body=json.dumps(body).encode())
    service = client("cloudformation", endpoint)
    service.create_stack(
        StackName=STACK,
        TemplateURL=f"{endpoint}/{BUCKET}/template.json",
        Parameters=_listed(parameters),
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"],
    )
    _wait(service)
    resources = service.describe_stack_resources(StackName=STACK)["StackResources"]
    names = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in resources}
    deployment = Deployment(endpoint=endpoint, names=names)
    deployment.stop_polling()
    return deployment


def _listed(parameters: Mapping[str, str]) -> list[dict[str, str]]:
    return [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]


def _wait(service: Any) -> None:
    give_up = time.monotonic() + WAIT_SECONDS_MAX
    while time.monotonic() < give_up:
        stack = service.describe_stacks(StackName=STACK)["Stacks"][0]
        status: str = stack["StackStatus"]
        if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
            return
        if not status.endswith("IN_PROGRESS"):
            raise DeploymentFailed(f"{status}: {_reasons(service)}")
        time.sleep(0.1)
    raise DeploymentFailed(f"no end after {WAIT_SECONDS_MAX:.0f} s: {_reasons(service)}")


def _reasons(service: Any) -> str:
    events = service.describe_stack_events(StackName=STACK)["StackEvents"]
    return "; ".join(
        f"{each['LogicalResourceId']} {each.get('ResourceStatusReason', '')}"
        for each in events
        if "FAILED" in each["ResourceStatus"]
    )
