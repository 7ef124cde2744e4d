"""Two people for every repair: one proposes and sees what it would do, another approves that.

    open --approved, nothing moved--> done
      |--approved, something moved--> stale: proposed again on what stands now
      |--approved, many steps-------> running --> done, or failed with what is left to do
      |--a day goes by--------------> lapsed, in fact: it is never executed

A proposal is the audit trail of what operators do: it is kept for ever, with who, when and why.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Literal

from pydantic import Field

from chalicelib.domain.kernel.change import Change, Insert, Replace
from chalicelib.domain.kernel.errors import Refused
from chalicelib.domain.kernel.value import Entity

LAPSES_AFTER = timedelta(hours=24)
WHY_LENGTH_MAX = 500


class Command(StrEnum):
    """What an operator can ask for, as it is typed."""

    RE_DRIVE = "re-drive"
    GRANT_ATTEMPT = "grant-attempt"
    WRITE_OFF = "write-off"
    REFUND = "refund"
    SETTLE_BY_EVIDENCE = "settle-by-evidence"
    SETTLE_BY_ABSENCE = "settle-by-absence"
    READ_BATCH = "read-batch"
    ANSWER_UNPLACED = "answer-unplaced"
    ANSWER_BATCH = "answer-batch"
    STOP_CHARGING = "stop-charging"
    RESUME_CHARGING = "resume-charging"
    RELEASE_HALT = "release-halt"
    LIFT_FENCE = "lift-fence"


AT_ONCE = frozenset({Command.STOP_CHARGING})
"""What one person may do alone, because it only stops things."""

PROCEDURES = frozenset({Command.LIFT_FENCE})
"""What takes many steps: approved first, then done, and done again after a crash."""


@dataclass(frozen=True, slots=True)
class Order:
    """A command as it was given: what, about what, why, by whom."""

    command: Command
    arguments: dict[str, str]
    why: str
    who: str


@dataclass(frozen=True, slots=True)
class Plan:
    """What a command would do to what stands now.

    Attributes:
        basis: everything that was looked at, each with its version; when one of them has moved,
            the plan is another one.
        shown: the same change in words, a line each; no personal data.
    """

    basis: tuple[str, ...]
    shown: tuple[str, ...]
    change: Change


class Proposal(Entity):
    """A command that waits for a second person, and afterwards what became of it.

    Attributes:
        why: in the proposer's own words.
        proposed_by: who, as the cloud's identity service names them.
        lapses_at: from then on it is not executed any more.
        told: what a procedure came to, a line each.
    """

    is_personal: ClassVar[bool] = True

    id: str
    command: Command
    arguments: dict[str, str]
    why: str = Field(min_length=1, max_length=WHY_LENGTH_MAX)
    proposed_by: str
    proposed_at: datetime
    lapses_at: datetime
    basis: tuple[str, ...]
    shown: tuple[str, ...]
    state: Literal["open", "running", "done", "failed", "stale"] = "open"
    approved_by: str | None = None
    approved_at: datetime | None = None
    told: tuple[str, ...] = ()

    @property
    def order(self) -> Order:
        """What was asked for."""
        return Order(self.command, self.arguments, self.why, self.proposed_by)


def person_of(who: str) -> str:
    """The person behind an identity: one person in two roles is one pair of eyes.

    `arn:aws:sts::1:assumed-role/Approver/zoe` and `arn:aws:iam::1:user/zoe` are both `zoe`.
    """
    return who.rpartition("/")[2].casefold()


def proposed(
    proposal_id: str, order: Order, plan: Plan, *, now: datetime
) -> tuple[Proposal, Change]:
    """The proposal, and what to commit: itself, and nothing of what it proposes.

    What one person may do alone is done in the same commit.
    """
    proposal = Proposal(
        id=proposal_id,
        command=order.command,
        arguments=order.arguments,
        why=order.why,
        proposed_by=order.who,
        proposed_at=now,
        lapses_at=now + LAPSES_AFTER,
        basis=plan.basis,
        shown=plan.shown,
    )
    if order.command not in AT_ONCE:
        return proposal, Change((Insert(proposal),))
    done = proposal.replace(state="done")
    return done, Change((Insert(done), *plan.change.writes))


def may_approve(proposal: Proposal, *, who: str, now: datetime) -> None:
    """Whether that person may approve it now.

    Raises:
        Refused: `ALREADY_DONE`, `CHANGED_SINCE`, `PROPOSAL_LAPSED` or `SAME_PERSON`.
    """
    if proposal.state in ("done", "failed"):
        raise Refused("ALREADY_DONE", proposal.id)
    if proposal.state == "stale":
        raise Refused("CHANGED_SINCE", proposal.id)
    if now >= proposal.lapses_at:
        raise Refused("PROPOSAL_LAPSED", proposal.id)
    if person_of(who) == person_of(proposal.proposed_by):
        raise Refused("SAME_PERSON", proposal.id)


def approved(proposal: Proposal, plan: Plan | None, *, who: str, now: datetime) -> Change:
    """Exactly what was shown, with the approval in the same commit; or the note that it is stale.

    `plan` is made again on what stands now; None when the command is refused by now.
    """
    if plan is None or (plan.basis, plan.shown) != (proposal.basis, proposal.shown):
        return Change((Replace(proposal.next(state="stale")),))
    state = "running" if proposal.command in PROCEDURES else "done"
    taken_up = proposal.next(state=state, approved_by=who, approved_at=now)
    return Change((Replace(taken_up), *plan.change.writes))


def ended(proposal: Proposal, told: tuple[str, ...], *, is_done: bool) -> Change:
    """What a procedure came to."""
    state = "done" if is_done else "failed"
    return Change((Replace(proposal.next(state=state, told=told)),))
