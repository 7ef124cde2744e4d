"""What can be typed, and the request that each command becomes."""

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final, Literal, get_args

from chalicelib.adapters.ids import new_id
from chalicelib.application.billing.repairs.fence import SEPARATOR
from chalicelib.application.billing.repairs.plans import WAYS
from chalicelib.domain.billing.operating.proposal import AT_ONCE, Command
from chalicelib.domain.billing.operating.repair import WriteOffReason

Function = Literal["inspect", "propose", "approve"]
STACK: Final = "tacite"
SANDBOX: Final = "http://localhost:8000"
ITEM: Final = "an amount owed, as `parked` and logs name it: <contract>.<period>.<instalment>"

WHAT: Final = {
    Command.RE_DRIVE: "propose to try a parked amount, refund or return once more, at once",
    Command.GRANT_ATTEMPT: "propose one attempt beyond the budget of an amount owed",
    Command.WRITE_OFF: "propose to give an unpaid amount up",
    Command.REFUND: "propose to send part of what paid an amount back",
    Command.SETTLE_BY_EVIDENCE: "propose that an unknown attempt took the money, by a report",
    Command.SETTLE_BY_ABSENCE: "propose that an unknown attempt took nothing, by reports",
    Command.READ_BATCH: "propose to read a settlement report that was not announced",
    Command.ANSWER_UNPLACED: "propose to close money that nobody answers for",
    Command.ANSWER_BATCH: "propose to close what a settlement report differs in",
    Command.STOP_CHARGING: "stop every charge at once; nobody has to approve",
    Command.RESUME_CHARGING: "propose to charge again after a person stopped it",
    Command.RELEASE_HALT: "propose to charge again after charging stopped itself",
    Command.LIFT_FENCE: "propose to compare a restored table with the reports, then charge again",
}
POSITIONAL: Final = {
    "item": "what is parked, by the name that `parked` prints",
    "attempt": "an attempt: <contract>.<period>.<instalment>.<number>",
    "batch": "the number of the provider's batch",
    "money": "what is parked, by the name that `parked` prints",
}
OPTIONS: Final = {
    "payment": "what the provider calls the payment (pspReference)",
    "batches": "the first and the last batch, with all between: 41-46",
    "minor": "how much, in whole minor units: 500 is 5.00 EUR",
    "cause": "what for, in small letters; the same cause never sends twice: duplicate",
    "until": "up to when these reports tell everything: 2026-11-25T04:00Z",
    "answer": "what was done about it, in at most 200 characters",
}
LOOKING: Final = (
    *("dry-run", "parked", "item", "charging", "proposal", "proposals"),
    *("proof-link", "dispute-file"),
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """One command as typed.

    Attributes:
        shown: how its answer is told.
        sandbox: the address of a running sandbox; None for a deployment.
        name: who one says one is, in the sandbox alone.
    """

    function: Function
    request: dict[str, Any]
    shown: str
    stack: str
    sandbox: str | None
    name: str
    as_json: bool


def read(arguments: Sequence[str] | None = None) -> Wanted:
    """The command of the command line; ends the process with a word when it is none."""
    typed = parser().parse_args(arguments)
    make: Callable[[argparse.Namespace], tuple[Function, str, dict[str, Any]]] = typed.make
    function, shown, request = make(typed)
    return Wanted(
        function=function,
        request=request,
        shown=shown,
        stack=typed.stack,
        sandbox=typed.sandbox,
        name=typed.name,
        as_json=typed.json,
    )


def parser() -> argparse.ArgumentParser:
    """Every command with its help."""
    root = argparse.ArgumentParser(
        prog="python -m infra.operate",
        description="Look at what is charged and what waits for a person; propose and approve.",
        epilog="What to do about what: docs/runbooks/README.md.",
    )
    root.add_argument("--stack", default=STACK, help="the deployment (default: %(default)s)")
    root.add_argument(
        "--sandbox", action="store_const", const=SANDBOX, help="the running sandbox instead"
    )
    root.add_argument(
        "--as",
        dest="name",
        default="operator",
        metavar="NAME",
        help="who you are, in the sandbox alone (default: %(default)s)",
    )
    root.add_argument("--json", action="store_true", help="the answer as JSON")
    commands = root.add_subparsers(title="commands", required=True, metavar="COMMAND")
    _looks(commands)
    _repairs(commands)
    approve = commands.add_parser("approve", help="have done what somebody else proposed")
    approve.add_argument("proposal", help="the id that proposing it printed")
    approve.set_defaults(make=lambda typed: ("approve", "approved", {"id": typed.proposal}))
    return root


def _looks(commands: Any) -> None:
    dry_run = commands.add_parser("dry-run", help="what a day will charge, and what looks wrong")
    dry_run.add_argument(
        "--on", type=date.fromisoformat, metavar="DATE", help="a date in Paris (default: tomorrow)"
    )
    dry_run.add_argument(
        "--every-contract",
        action="store_true",
        help="read the whole table too, for contracts without a next period",
    )
    dry_run.set_defaults(make=_dry_run)
    parked = commands.add_parser("parked", help="what waits for a person, why and since when")
    parked.add_argument("--reason", help="only what is parked for that reason")
    _limited(parked)
    parked.set_defaults(
        make=lambda typed: _ask("parked", reason=typed.reason, limit=typed.limit),
    )
    item = commands.add_parser("item", help="one amount owed with its tries and its accounts")
    item.add_argument("item", help=ITEM)
    item.set_defaults(make=lambda typed: _ask("item", item=typed.item))
    charging = commands.add_parser("charging", help="what holds charges back, and today's counts")
    charging.set_defaults(make=lambda _: _ask("charging"))
    proof = commands.add_parser("proof-link", help="the page of the last daily proof, for an hour")
    proof.set_defaults(make=lambda _: _ask("proof-link"))
    dispute = commands.add_parser(
        "dispute-file", help="all evidence about each dispute of a contract, as one archive"
    )
    dispute.add_argument("contract", help="the contract, as the first part of an item's name")
    dispute.set_defaults(make=lambda typed: _ask("dispute-file", contract=typed.contract))
    proposal = commands.add_parser("proposal", help="one proposal: who, when, why, what")
    proposal.add_argument("proposal", help="its id")
    proposal.set_defaults(make=lambda typed: _ask("proposal", id=typed.proposal))
    proposals = commands.add_parser("proposals", help="what operators did, newest first")
    _limited(proposals)
    proposals.set_defaults(make=lambda typed: _ask("proposals", limit=typed.limit))


def _limited(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--limit",
        type=int,
        default=100,
        metavar="COUNT",
        help="at most so many (default: %(default)s)",
    )


def _repairs(commands: Any) -> None:
    for command, way in WAYS.items():
        each = commands.add_parser(command.value, help=WHAT[command], description=WHAT[command])
        for name in way.needs:
            _argument(each, command, name)
        if "accept" in way.takes:
            each.add_argument(
                "--accept",
                action="append",
                metavar="FINDING",
                help="a finding somebody answers for; may be given again",
            )
        each.add_argument(
            "--why",
            required=True,
            metavar="TEXT",
            help="for the record, and for who approves; no names of learners",
        )
        each.set_defaults(make=_proposing(command, (*way.needs, *way.takes)))


def _argument(each: argparse.ArgumentParser, command: Command, name: str) -> None:
    if name == "reason":
        each.add_argument("--reason", required=True, choices=get_args(WriteOffReason))
    elif name in OPTIONS or (name == "batch" and command is Command.SETTLE_BY_EVIDENCE):
        told = OPTIONS.get(name) or POSITIONAL[name]
        each.add_argument(f"--{name}", required=True, metavar=name.upper(), help=told)
    else:
        each.add_argument(name, help=POSITIONAL[name])


def _proposing(
    command: Command, names: tuple[str, ...]
) -> Callable[[argparse.Namespace], tuple[str, str, dict[str, Any]]]:
    shown = "stopped" if command in AT_ONCE else "proposed"

    def make(typed: argparse.Namespace) -> tuple[str, str, dict[str, Any]]:
        request = {
            "id": new_id(),
            "command": command.value,
            "arguments": _arguments(typed, names),
            "why": typed.why,
        }
        return "propose", shown, request

    return make


def _arguments(typed: argparse.Namespace, names: tuple[str, ...]) -> dict[str, str]:
    given = {name: getattr(typed, name) for name in names}
    return {
        name: SEPARATOR.join(value) if isinstance(value, list) else value
        for name, value in given.items()
        if value
    }


def _dry_run(typed: argparse.Namespace) -> tuple[Function, str, dict[str, Any]]:
    on = typed.on.isoformat() if typed.on else None
    return _ask("dry-run", on=on, every_contract=typed.every_contract)


def _ask(question: str, **about: Any) -> tuple[Function, str, dict[str, Any]]:
    told = {name: value for name, value in about.items() if value is not None}
    return "inspect", question, {"question": question, **told}
