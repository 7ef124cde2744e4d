"""Generated documents are those of this code, and every rule that is kept is proved."""

from collections.abc import Callable
from pathlib import Path

import pytest

from infra.docs import clauses, failures, policies
from infra.docs.ledger import LEDGER, Requirement
from infra.docs.reading import IDS, mentions, places, requirements_named

BUILT = [requirement for requirement in LEDGER if requirement.state == "built"]


@pytest.mark.parametrize(
    ("target", "render"),
    [
        (clauses.TARGET, clauses.render),
        (failures.TARGET, failures.render),
        (policies.TARGET, policies.render),
    ],
    ids=["clauses", "failures", "policies"],
)
def test_a_generated_document_is_that_of_this_code(target: Path, render: Callable[[], str]) -> None:
    """When it differs: `make docs`."""
    assert target.read_text() == render()


@pytest.mark.parametrize("requirement", BUILT, ids=lambda requirement: requirement.id)
def test_a_rule_that_is_kept_is_proved_by_a_test_that_names_it(requirement: Requirement) -> None:
    """A class or a function of a test, not only a file."""
    assert any("::" in place for place in places("tests").get(requirement.id, ()))


@pytest.mark.parametrize("failure", failures.FAILURES, ids=lambda failure: failure.number)
def test_each_failure_of_others_is_kept_out_by_tests_named_after_it(
    failure: failures.Failure,
) -> None:
    """Unless nothing here could fail that way yet."""
    assert bool(failures.held_by().get(failure.number)) is not bool(failure.later)


@pytest.mark.parametrize("folder", ["chalicelib", "tests", "infra"])
def test_no_docstring_names_a_requirement_that_does_not_exist(folder: str) -> None:
    """A slip of the pen would leave a rule without its test."""
    assert set(places(folder)) <= IDS


def test_the_ledger_names_each_requirement_once_with_a_rule() -> None:
    """Sorted, each with a clause and one sentence."""
    ids = [requirement.id for requirement in LEDGER]
    assert ids == sorted(set(ids))
    assert all(r.clause and r.rule.endswith(".") for r in LEDGER)


def test_a_class_is_about_the_clause_in_its_name() -> None:
    """With or without a docstring that says so."""
    found = dict(mentions("class TestRen1:\n    def test_x(self):\n        'FRM-4: y'"))
    assert found == {"TestRen1": {"REN-1"}, "TestRen1.test_x": {"FRM-4"}}


def test_a_range_names_all_its_members() -> None:
    """And other words are no requirements."""
    assert requirements_named("WDR-1..3 and FRM-4; not ISO-3166 nor UTF-8") == {
        "WDR-1", "WDR-2", "WDR-3", "FRM-4",
    }  # fmt: skip
