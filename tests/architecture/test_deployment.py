"""The template as it will be deployed: every trigger has its rights, its limits and its alarm."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from chalicelib.adapters.dynamodb.keys import REPAIRS, charging
from infra.bench.drain.functions import FED, RELAY
from infra.packaging import build, template

PROJECT = Path(__file__).parents[2]
CHALICE = PROJECT / ".chalice"
FUNCTION = "AWS::Serverless::Function"
QUEUE = "AWS::SQS::Queue"
ALARM = "AWS::CloudWatch::Alarm"
ROUTES = "api_handler"
ANYWHERE = {"dynamodb:ListStreams"}  # AWS takes no narrower resource for it

Resources = dict[str, Any]


@pytest.fixture(scope="module")
def resources(tmp_path_factory: pytest.TempPathFactory) -> Resources:
    """The resources of the merged template; the build itself refuses a resource without a Type."""
    out = tmp_path_factory.mktemp("thin")
    build.build_application(out, architecture=build.own_architecture(), thin=True)
    found: Resources = template.read(out / "sam.yaml")["Resources"]
    return found


def of_type(resources: Resources, kind: str) -> Resources:
    return {
        name: each.get("Properties", {}) for name, each in resources.items() if each["Type"] == kind
    }


def reads(function: Any) -> list[tuple[str, Any]]:
    """The event sources of a function: their type and properties."""
    events = function.get("Events", {}).values()
    return [(event["Type"], event["Properties"]) for event in events]


def configured() -> dict[str, Any]:
    config: dict[str, Any] = json.loads((CHALICE / "config.json").read_text())["lambda_functions"]
    return config


class TestFunctions:
    def test_every_handler_of_the_application_is_configured(self, resources: Resources) -> None:
        """No function runs on default memory, time or rights."""
        handlers = {
            each["Handler"].removeprefix("app.") for each in of_type(resources, FUNCTION).values()
        }
        assert handlers - {"app"} | {ROUTES} == set(configured())

    def test_the_drain_benchmark_batches_as_the_mappings_do(self, resources: Resources) -> None:
        """Its figures would otherwise be of another deployment."""
        deployed = {}
        for each in of_type(resources, FUNCTION).values():
            for kind, source in reads(each):
                if kind in ("SQS", "DynamoDB"):
                    window = source.get("MaximumBatchingWindowInSeconds", 0)
                    deployed[each["Handler"].removeprefix("app.")] = source["BatchSize"], window
        benched = {
            function.handler: (function.batch, function.window_seconds)
            for function in (*FED.values(), RELAY)
        }
        assert benched == deployed

    def test_every_function_has_a_policy_file_of_its_own(self) -> None:
        files = [entry["iam_policy_file"] for entry in configured().values()]
        assert sorted(files) == sorted(path.name for path in CHALICE.glob("policy-*.json"))

    @pytest.mark.parametrize("path", sorted(CHALICE.glob("policy-*.json")), ids=lambda p: p.stem)
    def test_a_policy_grants_named_actions_on_named_resources(self, path: Path) -> None:
        for statement in json.loads(path.read_text())["Statement"]:
            assert statement["Effect"] == "Allow"
            assert not [action for action in statement["Action"] if "*" in action]
            if statement["Resource"] == "*":
                assert set(statement["Action"]) <= ANYWHERE

    def test_only_the_writer_of_papers_carries_the_layer(self, resources: Resources) -> None:
        layered = [name for name, each in of_type(resources, FUNCTION).items() if "Layers" in each]
        assert layered == ["WriteDocuments"]

    def test_the_http_function_keeps_its_share_and_workers_have_a_ceiling(
        self, resources: Resources
    ) -> None:
        """A drain never starves checkout or webhooks."""
        functions = of_type(resources, FUNCTION)
        assert "ReservedConcurrentExecutions" in functions["APIHandler"]
        for function in functions.values():
            for kind, source in reads(function):
                assert kind != "SQS" or source["ScalingConfig"]["MaximumConcurrency"] <= 16

    def test_every_function_has_a_log_that_ends(self, resources: Resources) -> None:
        groups = of_type(resources, "AWS::Logs::LogGroup").values()
        logged = {
            re.findall(r"\$\{(\w+)\}", group["LogGroupName"]["Fn::Sub"])[0] for group in groups
        }
        assert logged == set(of_type(resources, FUNCTION))
        assert {group["RetentionInDays"] for group in groups} == {30}


def writes(function: str) -> list[tuple[str, Any]]:
    """What a function may change of the table: the action, and the condition if there is one."""
    policy = json.loads((CHALICE / f"policy-{function}.json").read_text())
    return [
        (action, statement.get("Condition"))
        for statement in policy["Statement"]
        for action in statement["Action"]
        if action.startswith("dynamodb:")
        and not action.startswith(
            ("dynamodb:BatchGet", "dynamodb:Desc", "dynamodb:Get", "dynamodb:Q", "dynamodb:S")
        )
    ]


class TestOperators:
    def test_looking_changes_nothing(self) -> None:
        assert writes("inspect") == []

    def test_whoever_proposes_can_write_proposals_and_stop_alone(self) -> None:
        """The table itself refuses that function every other item."""
        assert writes("propose") == [
            (
                "dynamodb:PutItem",
                {"ForAllValues:StringEquals": {"dynamodb:LeadingKeys": [REPAIRS, charging().pk]}},
            )
        ]

    def test_an_approval_deletes_nothing(self) -> None:
        assert writes("approve") == [("dynamodb:PutItem", None), ("dynamodb:UpdateItem", None)]

    def test_no_policy_lets_a_proposer_approve_or_an_approver_propose(
        self, resources: Resources
    ) -> None:
        policies = of_type(resources, "AWS::IAM::ManagedPolicy")
        allowed = {
            name: {
                resource["Fn::GetAtt"][0]
                for statement in policy["PolicyDocument"]["Statement"]
                if statement["Action"] == "lambda:InvokeFunction"
                for resource in statement["Resource"]
            }
            for name, policy in policies.items()
        }
        assert allowed == {
            "MayPropose": {"Inspect", "Propose"},
            "MayApprove": {"Inspect", "Approve"},
        }


class TestEventSources:
    def test_every_source_reports_the_items_that_failed(self, resources: Resources) -> None:
        """One bad message is retried alone."""
        sources = [
            source
            for function in of_type(resources, FUNCTION).values()
            for kind, source in reads(function)
            if kind in ("SQS", "DynamoDB")
        ]
        assert len(sources) == 5
        for source in sources:
            assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]

    def test_the_stream_splits_retries_and_keeps_what_fails(self, resources: Resources) -> None:
        ((kind, source),) = reads(resources["Relay"]["Properties"])
        assert kind == "DynamoDB"
        assert source["BisectBatchOnFunctionError"] is True
        assert 0 < source["MaximumRetryAttempts"] <= 10
        assert source["DestinationConfig"]["OnFailure"]["Type"] == "S3"

    def test_a_queue_hides_a_message_six_times_its_readers_timeout(
        self, resources: Resources
    ) -> None:
        """Shorter, and a slow worker's message is charged twice at once."""
        readers = {
            source["Queue"]["Fn::GetAtt"][0]: function["Timeout"]
            for function in of_type(resources, FUNCTION).values()
            for kind, source in reads(function)
            if kind == "SQS"
        }
        assert len(readers) == 4
        for queue, timeout in readers.items():
            assert resources[queue]["Properties"]["VisibilityTimeout"] >= 6 * timeout


class TestQueues:
    def test_every_queue_gives_up_into_dead_letters_of_its_kind(self, resources: Resources) -> None:
        queues = of_type(resources, QUEUE)
        working = {name: each for name, each in queues.items() if "RedrivePolicy" in each}
        assert len(working) * 2 == len(queues)
        for each in working.values():
            target = each["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0]
            assert queues[target].get("FifoQueue", False) == each.get("FifoQueue", False)
            assert queues[target]["MessageRetentionPeriod"] == 14 * 24 * 3600

    def test_every_queue_has_an_alarm(self, resources: Resources) -> None:
        """Dead letters ring at the first, working queues when their oldest message is late."""
        watched = {
            each["Dimensions"][0]["Value"]["Fn::GetAtt"][0]: each["MetricName"]
            for each in of_type(resources, ALARM).values()
            if each["Namespace"] == "AWS/SQS"
        }
        for name, queue in of_type(resources, QUEUE).items():
            late = "RedrivePolicy" in queue
            metric = (
                "ApproximateAgeOfOldestMessage" if late else ("ApproximateNumberOfMessagesVisible")
            )
            assert watched[name] == metric

    def test_every_alarm_reaches_someone(self, resources: Resources) -> None:
        for alarm in of_type(resources, ALARM).values():
            assert alarm["AlarmActions"] == [{"Ref": "Alarms"}]


class TestState:
    @pytest.mark.parametrize("name", ["Table", "Documents", "UserPool", "Secret", "Assets"])
    def test_what_cannot_be_made_again_outlives_the_stack(
        self, resources: Resources, name: str
    ) -> None:
        assert resources[name]["DeletionPolicy"] == "Retain"
        assert resources[name]["UpdateReplacePolicy"] == "Retain"

    def test_no_bucket_is_public_or_read_without_tls(self, resources: Resources) -> None:
        buckets = of_type(resources, "AWS::S3::Bucket")
        policies = of_type(resources, "AWS::S3::BucketPolicy").values()
        refusing = {
            policy["Bucket"]["Ref"]
            for policy in policies
            for statement in policy["PolicyDocument"]["Statement"]
            if statement["Effect"] == "Deny"
            and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
        }
        assert refusing == set(buckets)
        for bucket in buckets.values():
            assert all(bucket["PublicAccessBlockConfiguration"].values())
