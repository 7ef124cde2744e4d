"""What operators call: inspect, propose, approve. Three functions, so that rights are three.

An answer is `{"result": …}`, or `{"problem": {"code", "about", "fields"}}` for what was expected to
go wrong; the words for people are the command line's.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from chalicelib.application.billing.books.show_proof import proof_link
from chalicelib.application.billing.repairs import look
from chalicelib.application.billing.repairs.amounts import due_key_of
from chalicelib.application.billing.repairs.approve import approve as approve_repair
from chalicelib.application.billing.repairs.foretell import foretell
from chalicelib.application.billing.repairs.propose import propose as propose_repair
from chalicelib.application.papers.file_dispute import dispute_file_link
from chalicelib.bootstrap import Container, caller_of, container
from chalicelib.domain.billing.operating.proposal import Command, Order
from chalicelib.domain.kernel.errors import BillingError, Invalid
from chalicelib.domain.kernel.ids import is_id

Answer = dict[str, Any]
Request = Mapping[str, Any]
LIMIT_MAX = 1_000


def inspect(request: Request) -> Answer:
    """Answer a question; nothing is changed. The capacity units it took come with the answer."""
    ports, units = container().metered()

    def answer() -> Any:
        question = str(request.get("question"))
        if question not in QUESTIONS:
            raise Invalid({"question": "UNKNOWN"})
        return QUESTIONS[question](request, ports)

    return _answered(answer, units=units)


def propose(request: Request, context: Any) -> Answer:
    """Keep a proposal and show what it would do."""

    def answer() -> Any:
        ports = container()
        who = caller_of(request, context.invoked_function_arn)
        why = str(request.get("why", ""))
        order = Order(_command(request), _arguments(request), why, who)
        proposal = propose_repair(str(request.get("id")), order, ports=ports)
        ports.note("repair_proposed", proposal_id=proposal.id, command=proposal.command.value)
        return proposal.model_dump(mode="json")

    return _answered(answer)


def approve(request: Request, context: Any) -> Answer:
    """Do what somebody else proposed."""

    def answer() -> Any:
        ports = container()
        who = caller_of(request, context.invoked_function_arn)
        proposal = approve_repair(str(request.get("id")), who=who, ports=ports)
        ports.note("repair_done", proposal_id=proposal.id, command=proposal.command.value)
        return proposal.model_dump(mode="json")

    return _answered(answer)


def _answered(answer: Callable[[], Any], *, units: Mapping[str, float] | None = None) -> Answer:
    try:
        result = answer()
    except Invalid as error:
        return {"problem": {"code": error.code, "about": "", "fields": error.fields}}
    except BillingError as error:
        return {"problem": {"code": error.code, "about": error.detail, "fields": {}}}
    return {"result": result} if units is None else {"result": result, "units": dict(units)}


def _dry_run(request: Request, ports: Container) -> Any:
    told = foretell(
        _date(request), every_contract=request.get("every_contract") is True, ports=ports
    )
    return told.model_dump(mode="json")


def _parked(request: Request, ports: Container) -> Any:
    reason = request.get("reason")
    found = look.parked(str(reason) if reason else None, _limit(request), ports=ports)
    return [each.model_dump(mode="json") for each in found]


def _item(request: Request, ports: Container) -> Any:
    key = due_key_of(str(request.get("item")))
    return look.item(key, ports=ports).model_dump(mode="json")


def _proposal(request: Request, ports: Container) -> Any:
    return ports.store.proposal(str(request.get("id"))).model_dump(mode="json")


def _proposals(request: Request, ports: Container) -> Any:
    return [each.model_dump(mode="json") for each in ports.store.proposals(_limit(request))]


def _charging(_: Request, ports: Container) -> Any:
    brake = ports.store.charging()
    return brake.model_dump(mode="json") if brake else None


def _proof_link(_: Request, ports: Container) -> Any:
    return {lang: proof_link(ports=ports, lang=lang) for lang in ("fr", "en")}


def _dispute_file(request: Request, ports: Container) -> Any:
    contract = str(request.get("contract"))
    if not is_id(contract):
        raise Invalid({"contract": "UNKNOWN"})
    return [
        {
            "dispute": dispute.dispute,
            "version": dispute.version,
            "link": dispute_file_link(dispute, ports=ports)[1],
        }
        for dispute in ports.store.disputes(contract)
    ]


QUESTIONS: Mapping[str, Callable[[Request, Container], Any]] = {
    "dry-run": _dry_run,
    "parked": _parked,
    "item": _item,
    "proposal": _proposal,
    "proposals": _proposals,
    "charging": _charging,
    "proof-link": _proof_link,
    "dispute-file": _dispute_file,
}


def _command(request: Request) -> Command:
    try:
        return Command(str(request.get("command")))
    except ValueError:
        raise Invalid({"command": "UNKNOWN"}) from None


def _arguments(request: Request) -> dict[str, str]:
    given = request.get("arguments")
    if not isinstance(given, dict):
        raise Invalid({"arguments": "MISSING"})
    return {str(name): str(value) for name, value in given.items()}


def _date(request: Request) -> date | None:
    given = request.get("on")
    if given is None:
        return None
    try:
        return date.fromisoformat(str(given))
    except ValueError:
        raise Invalid({"on": "BAD_DATE"}) from None


def _limit(request: Request) -> int:
    given = request.get("limit", 100)
    if not isinstance(given, int) or not 0 < given <= LIMIT_MAX:
        raise Invalid({"limit": "BAD_LIMIT"})
    return given
