"""What the emulator is given differs from what ships in three things only."""

from typing import Any

from infra.local.template import adapted

TEMPLATE: dict[str, Any] = {
    "Parameters": {"Environment": {"Type": "String"}},
    "Resources": {
        "Table": {"Type": "AWS::DynamoDB::Table", "Properties": {"BillingMode": "PAY_PER_REQUEST"}},
        "PapersLayer": {"Type": "AWS::Serverless::LayerVersion", "Properties": {}},
        "Sweep": {
            "Type": "AWS::Serverless::Function",
            "Properties": {
                "CodeUri": "./deployment.zip",
                "Timeout": 60,
                "Layers": [{"Ref": "PapersLayer"}],
                "Events": {
                    "SweepEvent": {
                        "Type": "Schedule",
                        "Properties": {"Schedule": "rate(1 day)"},
                    },
                    "Queue": {"Type": "SQS", "Properties": {"BatchSize": 10}},
                },
            },
        },
    },
}


def test_code_comes_from_the_bucket_and_schedules_sleep() -> None:
    given = adapted(TEMPLATE, code_uri="s3://bucket/key")
    assert given["Resources"]["Sweep"]["Properties"] == {
        "CodeUri": "s3://bucket/key",
        "Timeout": 60,
        "Events": {
            "SweepEvent": {
                "Type": "Schedule",
                "Properties": {"Schedule": "rate(1 day)", "Enabled": False},
            },
            "Queue": {"Type": "SQS", "Properties": {"BatchSize": 10}},
        },
    }


def test_the_layer_is_left_out_and_everything_else_stays() -> None:
    given = adapted(TEMPLATE, code_uri="s3://bucket/key")
    assert set(given["Resources"]) == {"Table", "Sweep"}
    assert given["Resources"]["Table"] is TEMPLATE["Resources"]["Table"]
    assert given["Parameters"] == TEMPLATE["Parameters"]
