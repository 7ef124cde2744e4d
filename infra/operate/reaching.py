"""How a request reaches the functions: through the cloud, or through a running sandbox's door.

In the cloud each request that changes something carries a proof of who sends it: a question to the
identity service, signed here and put by the function (chalicelib/adapters/identities.py).
"""

import json
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any, Final

from chalicelib.adapters.identities import SUBJECT_HEADER, host_of, subject_of
from infra.operate.commands import Wanted

LOGICAL: Final = {"inspect": "Inspect", "propose": "Propose", "approve": "Approve"}
PROOF_SECONDS: Final = 60
ANSWER_SECONDS: Final = 900
"""How long a function may take: a dry run of a whole table is slow."""

Answer = dict[str, Any]
Reach = Callable[[str, dict[str, Any]], Answer]
Prove = Callable[[Any, dict[str, Any]], str]


class Unreachable(RuntimeError):
    """No function answered; the text says what to do."""


def reach(wanted: Wanted) -> Reach:
    """What takes a request to the functions that the command line names.

    Raises:
        Unreachable: the cloud cannot be talked to from here.
    """
    if wanted.sandbox is not None:
        return in_sandbox(wanted.sandbox, wanted.name)
    return in_cloud(wanted.stack)


def in_sandbox(address: str, name: str) -> Reach:
    """Through the front door of `make run`, as whoever one says one is."""

    def call(function: str, request: dict[str, Any]) -> Answer:
        body = json.dumps({**request, "who": {"claimed": name}}).encode()
        asked = urllib.request.Request(
            f"{address}/sandbox/operate/{function}", body, {"Content-Type": "application/json"}
        )
        try:
            with urllib.request.urlopen(asked, timeout=ANSWER_SECONDS) as answer:
                told: Answer = json.load(answer)
        except urllib.error.HTTPError as error:
            raise Unreachable(
                f"the sandbox answered {error.code}: {error.read().decode()}"
            ) from None
        except OSError:
            raise Unreachable(
                f"no sandbox answers at {address}: start it with `make run`"
            ) from None
        return told

    return call


def in_cloud(stack: str, session: Any = None, prove: Prove | None = None) -> Reach:
    """Through the functions of a deployment, with the caller's own rights."""
    import boto3  # noqa: PLC0415 - the sandbox needs no cloud
    from botocore.config import Config  # noqa: PLC0415 - same
    from botocore.exceptions import BotoCoreError, ClientError  # noqa: PLC0415 - same

    cloud: Any = session or boto3.Session()
    proof = prove or proof_of
    config = Config(read_timeout=ANSWER_SECONDS, retries={"max_attempts": 0})

    def call(function: str, request: dict[str, Any]) -> Answer:
        try:
            described = cloud.client("cloudformation").describe_stack_resource(
                StackName=stack, LogicalResourceId=LOGICAL[function]
            )
            name = described["StackResourceDetail"]["PhysicalResourceId"]
            sent = {**request, "who": {"proof": proof(cloud, request)}}
            answer = cloud.client("lambda", config=config).invoke(
                FunctionName=name, Payload=json.dumps(sent).encode()
            )
            told: Answer = json.load(answer["Payload"])
        except ClientError as error:
            raise Unreachable(_denied(error.response["Error"]["Code"], function, stack)) from None
        except BotoCoreError as error:
            raise Unreachable(f"the cloud was not reached: {error}") from None
        if "FunctionError" in answer:
            raise Unreachable(f"{function} failed: {told.get('errorType')}; read its log")
        return told

    return call


def proof_of(session: Any, request: dict[str, Any]) -> str:
    """A signed question to the identity service about this request's sender, good for a minute."""
    from botocore.signers import RequestSigner  # noqa: PLC0415 - as above

    region = session.region_name
    service = session.client("sts").meta.service_model.service_id
    signer = RequestSigner(service, region, "sts", "v4", session.get_credentials(), session.events)
    asked = {
        "method": "GET",
        "url": f"https://{host_of(region)}/?Action=GetCallerIdentity&Version=2011-06-15",
        "body": {},
        "headers": {SUBJECT_HEADER: subject_of(request)},
        "context": {},
    }
    signed: str = signer.generate_presigned_url(
        asked, region_name=region, expires_in=PROOF_SECONDS, operation_name=""
    )
    return signed


def _denied(code: str, function: str, stack: str) -> str:
    if code in ("AccessDenied", "AccessDeniedException"):
        policy = "MayApprove" if function == "approve" else "MayPropose"
        return f"you may not call {function}: your role needs the policy {policy} of {stack}"
    return (
        f"the cloud refused: {code}. Is {stack} the name of the deployment, and its region yours?"
    )
