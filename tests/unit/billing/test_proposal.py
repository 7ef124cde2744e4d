"""Two people for a repair: who may approve, until when, and of what."""

from datetime import timedelta

import pytest

from chalicelib.domain.billing.operating.proposal import (
    LAPSES_AFTER,
    Command,
    Order,
    Plan,
    approved,
    may_approve,
    person_of,
    proposed,
)
from chalicelib.domain.kernel.change import Change, Insert, Replace
from chalicelib.domain.kernel.errors import Refused
from tests.examples import paris
from tests.fakes_things import a_due, a_proposal

AT = paris(2026, 12, 1, 9)
ADA = "arn:aws:sts::000000000000:assumed-role/proposer/ada"
MAX = "arn:aws:sts::000000000000:assumed-role/approver/max"
WRITE = Replace(a_due().next())
PLAN = Plan(basis=("DueItem x version 1",), shown=("  state: a -> b",), change=Change((WRITE,)))


def test_a_proposal_changes_nothing_yet() -> None:
    order = Order(Command.RE_DRIVE, {"item": "x"}, "because", ADA)
    proposal, change = proposed("P", order, PLAN, now=AT)
    assert proposal.order == order
    assert change.writes == (Insert(proposal),)
    assert (proposal.state, proposal.lapses_at) == ("open", AT + LAPSES_AFTER)
    assert (proposal.basis, proposal.shown) == (PLAN.basis, PLAN.shown)


def test_what_only_stops_things_is_done_at_once() -> None:
    proposal, change = proposed("P", Order(Command.STOP_CHARGING, {}, "x", ADA), PLAN, now=AT)
    assert (proposal.state, proposal.approved_by) == ("done", None)
    assert change.writes == (Insert(proposal), WRITE)


def test_an_approval_does_what_was_shown_in_the_same_commit() -> None:
    proposal = a_proposal(basis=PLAN.basis, shown=PLAN.shown)
    note, write = approved(proposal, PLAN, who=MAX, now=AT).writes
    assert write == WRITE
    assert note == Replace(proposal.next(state="done", approved_by=MAX, approved_at=AT))


@pytest.mark.parametrize(
    "plan",
    [
        None,
        Plan(basis=("DueItem x version 2",), shown=PLAN.shown, change=PLAN.change),
        Plan(basis=PLAN.basis, shown=("  state: a -> c",), change=PLAN.change),
    ],
    ids=["refused by now", "moved", "another change"],
)
def test_what_was_shown_on_other_facts_is_never_done(plan: Plan | None) -> None:
    proposal = a_proposal(basis=PLAN.basis, shown=PLAN.shown)
    (note,) = approved(proposal, plan, who=MAX, now=AT).writes
    assert note == Replace(proposal.next(state="stale"))


@pytest.mark.parametrize(
    ("changes", "who", "code"),
    [
        ({}, ADA.replace("proposer", "approver"), "SAME_PERSON"),
        ({}, "arn:aws:iam::000000000000:user/staff/ADA", "SAME_PERSON"),
        ({"lapses_at": AT}, MAX, "PROPOSAL_LAPSED"),
        ({"state": "done"}, MAX, "ALREADY_DONE"),
        ({"state": "stale"}, MAX, "CHANGED_SINCE"),
    ],
)
def test_an_approval_is_refused(changes: dict[str, object], who: str, code: str) -> None:
    proposal = a_proposal(proposed_by=ADA, lapses_at=AT + timedelta(seconds=1))
    with pytest.raises(Refused) as refusal:
        may_approve(proposal.replace(**changes), who=who, now=AT)
    assert refusal.value.code == code


def test_another_person_may_approve_in_time() -> None:
    may_approve(a_proposal(proposed_by=ADA, lapses_at=AT + timedelta(seconds=1)), who=MAX, now=AT)


def test_one_person_in_two_roles_is_one_pair_of_eyes() -> None:
    assert person_of(ADA) == person_of("arn:aws:iam::1:user/Ada") == "ada"
    assert person_of("sandbox/Zoe") == "zoe"
