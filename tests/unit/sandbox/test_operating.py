"""The operator's command line reaches the functions: through the sandbox's door, or the cloud."""

import io
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore.exceptions import ClientError, NoRegionError
from werkzeug.serving import make_server
from werkzeug.test import Client

from chalicelib.adapters.identities import subject_of
from infra.local.containers import FunctionFailed
from infra.local.front import FrontDoor, Page
from infra.local.ports import free_port
from infra.local.sandbox.operating import Operating
from infra.local.sandbox.rooms import Room
from infra.operate.commands import read
from infra.operate.reaching import Unreachable, in_cloud, in_sandbox, reach


@dataclass
class Functions:
    """What the sandbox runs: it answers with what it was asked."""

    error: str = ""
    result: Any = None
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def invoke(self, handler: str, event: dict[str, Any]) -> Any:
        if self.error:
            raise FunctionFailed(self.error)
        self.asked.append((handler, event))
        return {"result": self.result or event}

    def request(self, http: dict[str, Any]) -> dict[str, Any]:
        raise AssertionError(http)


def door(functions: Functions, tmp_path: Any) -> FrontDoor:
    rooms: dict[str, Page] = {"/sandbox": Room("/sandbox", Operating(functions).routes())}
    return FrontDoor(functions, assets=tmp_path, rooms=rooms, after_write=lambda: None)


@contextmanager
def serving(application: FrontDoor) -> Iterator[str]:
    port = free_port()
    server = make_server("127.0.0.1", port, application)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://localhost:{port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class TestSandbox:
    def test_a_request_goes_through_the_front_door_under_a_name(self, tmp_path: Any) -> None:
        functions = Functions()
        with serving(door(functions, tmp_path)) as address:
            answer = in_sandbox(address, "ada")("propose", {"id": "x"})
        sent = {"id": "x", "who": {"claimed": "ada"}}
        assert functions.asked == [("propose", sent)]
        assert answer == {"result": sent}

    def test_a_function_that_fails_is_told(self, tmp_path: Any) -> None:
        with (
            serving(door(Functions(error="approve: KeyError"), tmp_path)) as address,
            pytest.raises(Unreachable, match=r"502.*KeyError"),
        ):
            in_sandbox(address, "ada")("approve", {})

    def test_without_a_sandbox_it_says_how_to_start_one(self) -> None:
        with pytest.raises(Unreachable, match="make run"):
            in_sandbox(f"http://localhost:{free_port()}", "ada")("inspect", {})

    def test_no_other_function_is_reached(self, tmp_path: Any) -> None:
        client = Client(door(Functions(), tmp_path))
        assert client.post("/sandbox/operate/sweep", json={}).status_code == 404
        assert client.post("/sandbox/operate/inspect", json=[]).status_code == 400
        own = {"Origin": "https://elsewhere.example"}
        assert client.post("/sandbox/operate/propose", json={}, headers=own).status_code == 403

    @pytest.mark.parametrize("lang", ["fr", "en"])
    def test_the_panel_opens_the_last_proof_by_a_link_of_its_own(
        self, tmp_path: Any, lang: str
    ) -> None:
        """Asked for at each click: a link opens for an hour, a panel stays open for days."""
        links = {each: f"http://localhost:8000/{each}/proof/sealed" for each in ("fr", "en")}
        functions = Functions(result=links)
        client = Client(door(functions, tmp_path))
        for _ in range(2):
            answer = client.get(f"/sandbox/{lang}/proof")
            assert (answer.status_code, answer.headers["Location"]) == (303, links[lang])
            assert answer.headers["Cache-Control"] == "no-store"
        assert functions.asked == [("inspect", {"question": "proof-link"})] * 2

    def test_a_proof_that_cannot_be_reached_is_told(self, tmp_path: Any) -> None:
        client = Client(door(Functions(error="inspect: KeyError"), tmp_path))
        assert client.get("/sandbox/fr/proof").status_code == 502


@dataclass
class Cloud:
    """A session with the cloud in which one stack stands."""

    payload: Any = field(default_factory=dict)
    error: str = ""
    function_error: bool = False
    sent: list[tuple[str, Any]] = field(default_factory=list)
    region_name: str = "eu-west-3"

    def client(self, service: str, **_: Any) -> "Cloud":
        return self

    def describe_stack_resource(self, *, StackName: str, LogicalResourceId: str) -> Any:  # noqa: N803 - its names
        if self.error == "offline":
            raise NoRegionError
        if self.error:
            raise ClientError({"Error": {"Code": self.error}}, "DescribeStackResource")
        name = f"{StackName}-{LogicalResourceId}-1"
        return {"StackResourceDetail": {"PhysicalResourceId": name}}

    def invoke(self, *, FunctionName: str, Payload: bytes) -> Any:  # noqa: N803 - its names
        self.sent.append((FunctionName, json.loads(Payload)))
        told = {"FunctionError": "Unhandled"} if self.function_error else {}
        return {"Payload": io.BytesIO(json.dumps(self.payload).encode()), **told}


def proof_of(_: Any, request: dict[str, Any]) -> str:
    return f"proof of {subject_of(request)}"


class TestCloud:
    @pytest.mark.parametrize("function", ["inspect", "propose", "approve"])
    def test_the_function_of_the_stack_is_called_with_a_proof(self, function: str) -> None:
        cloud = Cloud(payload={"result": 1})
        request = {"id": "x"}
        assert in_cloud("shop", cloud, proof_of)(function, request) == {"result": 1}
        sent = {"id": "x", "who": {"proof": f"proof of {subject_of(request)}"}}
        assert cloud.sent == [(f"shop-{function.title()}-1", sent)]

    @pytest.mark.parametrize(
        ("cloud", "function", "told"),
        [
            (Cloud(error="AccessDenied"), "approve", "MayApprove of shop"),
            (Cloud(error="AccessDeniedException"), "propose", "MayPropose of shop"),
            (Cloud(error="ValidationError"), "inspect", "the name of the deployment"),
            (Cloud(error="offline"), "inspect", "not reached"),
            (Cloud({"errorType": "KeyError"}, function_error=True), "inspect", "KeyError"),
        ],
        ids=["approve", "propose", "stack", "offline", "failed"],
    )
    def test_what_goes_wrong_says_what_to_do(self, cloud: Cloud, function: str, told: str) -> None:
        with pytest.raises(Unreachable, match=told):
            in_cloud("shop", cloud, proof_of)(function, {})


def test_the_command_line_chooses_the_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-3")
    for typed in (["--sandbox", "parked"], ["parked"]):
        assert callable(reach(read(typed)))
