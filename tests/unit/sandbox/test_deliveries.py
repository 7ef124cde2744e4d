"""What counts as a failed record, and which records a filter lets through."""

from typing import Any

import pytest

from infra.local.deliveries import UnknownOperator, failed_ids, passes

SENT = ["a", "b"]


@pytest.mark.parametrize(
    ("answer", "failed"),
    [
        (None, set()),
        ({}, set()),
        ({"batchItemFailures": None}, set()),
        ({"batchItemFailures": []}, set()),
        ({"batchItemFailures": [{"itemIdentifier": "b"}]}, {"b"}),
        ({"batchItemFailures": [{"itemIdentifier": ""}]}, {"a", "b"}),
        ({"batchItemFailures": [{"itemIdentifier": "stranger"}]}, {"a", "b"}),
        ({"batchItemFailures": ["b"]}, {"a", "b"}),
        ({"batchItemFailures": "b"}, {"a", "b"}),
        ("done", {"a", "b"}),
    ],
)
def test_a_malformed_answer_fails_the_whole_batch(answer: object, failed: set[str]) -> None:
    assert failed_ids(answer, SENT) == failed


RECORD = {
    "eventName": "MODIFY",
    "dynamodb": {"NewImage": {"emit": {"L": []}, "sk": {"S": "DUE#1"}}},
}


@pytest.mark.parametrize(
    ("pattern", "is_let_through"),
    [
        ({"eventName": ["INSERT", "MODIFY"]}, True),
        ({"eventName": ["REMOVE"]}, False),
        ({"dynamodb": {"NewImage": {"emit": {"L": [{"exists": True}]}}}}, True),
        ({"dynamodb": {"OldImage": {"sk": {"S": [{"exists": False}]}}}}, True),
        ({"dynamodb": {"NewImage": {"sk": {"S": [{"prefix": "DUE#"}]}}}}, True),
        ({"dynamodb": {"NewImage": {"sk": {"S": [{"prefix": "SUB"}]}}}}, False),
        ({"eventName": [{"anything-but": ["REMOVE"]}]}, True),
        ({"eventName": ["MODIFY"], "dynamodb": {"NewImage": {"sk": {"S": ["other"]}}}}, False),
    ],
)
def test_a_filter_lets_through_what_it_describes(
    pattern: dict[str, Any],
    is_let_through: bool,  # noqa: FBT001 - a row of the table
) -> None:
    assert passes(RECORD, [pattern]) is is_let_through


def test_without_a_filter_everything_passes_and_one_match_is_enough() -> None:
    assert passes(RECORD, [])
    assert passes(RECORD, [{"eventName": ["REMOVE"]}, {"eventName": ["MODIFY"]}])


def test_an_operator_that_is_not_understood_is_refused() -> None:
    with pytest.raises(UnknownOperator):
        passes(RECORD, [{"eventName": [{"wildcard": "M*"}]}])
