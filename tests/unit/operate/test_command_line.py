"""The operator's command line: what it sends, what it tells, what it answers to the shell."""

import json
from typing import Any

import pytest

from chalicelib.application.billing.books import lift_fence
from chalicelib.application.billing.repairs import (
    amounts,
    approve,
    brake,
    fence,
    foretell,
    plans,
    propose,
    reports,
)
from chalicelib.domain.billing import reversal
from chalicelib.domain.billing.books import evidence
from chalicelib.domain.billing.operating import proposal, repair
from chalicelib.domain.billing.operating.forecast import Anomaly
from chalicelib.domain.billing.operating.proposal import Command
from chalicelib.domain.billing.returns import refund
from chalicelib.domain.kernel.ids import is_id
from chalicelib.entrypoints import operations
from chalicelib.entrypoints.operations import QUESTIONS
from infra.operate import words
from infra.operate.__main__ import main
from infra.operate.columns import bars, table
from infra.operate.commands import LOOKING, SANDBOX, Wanted, read
from infra.operate.reaching import Reach, Unreachable
from infra.operate.told import SHOWN
from tests.fakes_things import SUBSCRIPTION_ID, a_brake, a_proposal

ITEM = f"{SUBSCRIPTION_ID}.0001.1"
FORECAST: dict[str, Any] = {
    "on": "2026-11-05",
    "made_at": "2026-11-04T19:00:00Z",
    "rows": [
        {"plan": "plus", "currency": "EUR", "count": 2, "minor": 80000},
        {"plan": "solo", "currency": "EUR", "count": 31, "minor": 62000},
        {"plan": "solo", "currency": "JPY", "count": 1, "minor": 3000},
    ],
    "by_hour": {"5": 33, "18": 1},
    "methods": {"visa": 30, "none": 1, "paypal": 3},
    "fates": {"charge": 34, "ask": 2, "hold": 1},
    "retries": 1,
    "expired": 0,
    "expiring": 4,
    "missing": 1,
    "renewals": {"on": "2026-11-05", "rows": []},
    "compared_with": ["2026-10-29", "2026-11-04"],
    "anomalies": [],
}
TOLD = """\
What 2026-11-05 will charge, as known on 2026-11-04 20:00

plan   charges          sum
-----  -------  -----------
plus         2   800.00 EUR
solo        31   620.00 EUR
solo         1     3000 JPY
total       33  1420.00 EUR
total        1     3000 JPY

charges by hour, in Paris
05:00  33  ████████████████████████████████████████
18:00   1  █

method  charges
------  -------
none          1
paypal        3
visa         30

of these: 1 refused before
of these: 4 on methods of their last month
of these: 1 without a known method
besides: 2 asked about again, outcome unknown
besides: 1 not charged, in dispute

No anomaly; compared with 2026-10-29 to 2026-11-04.

read units: 12.5 (batch_get_item 10.5, query 2)
"""


def answering(answer: dict[str, Any], sent: list[Any] | None = None) -> Any:
    def reach(wanted: Wanted) -> Reach:
        def call(function: str, request: dict[str, Any]) -> dict[str, Any]:
            if sent is not None:
                sent.append((function, request))
            return answer

        return call

    return reach


class TestWhatIsSent:
    def test_a_repair_is_proposed_under_an_id_of_its_own(self) -> None:
        wanted = read(["write-off", ITEM, "--reason", "goodwill", "--why", "moved abroad"])
        assert is_id(wanted.request.pop("id"))
        assert wanted.function == "propose"
        assert wanted.request == {
            "command": "write-off",
            "arguments": {"item": ITEM, "reason": "goodwill"},
            "why": "moved abroad",
        }

    def test_an_approval_names_the_proposal_alone(self) -> None:
        wanted = read(["--stack", "t", "approve", "01JD"])
        assert (wanted.function, wanted.request, wanted.stack) == ("approve", {"id": "01JD"}, "t")

    def test_a_question_names_what_was_asked(self) -> None:
        asked = read(["dry-run", "--on", "2027-02-28", "--every-contract"]).request
        assert asked == {"question": "dry-run", "on": "2027-02-28", "every_contract": True}
        assert read(["parked"]).request == {"question": "parked", "limit": 100}

    def test_the_sandbox_is_asked_for_by_name(self) -> None:
        wanted = read(["--sandbox", "--as", "ada", "parked", "--reason", "unpaid"])
        assert (wanted.sandbox, wanted.name) == (SANDBOX, "ada")
        assert read(["parked"]).sandbox is None

    @pytest.mark.parametrize("command", list(Command))
    def test_every_command_is_known_and_wants_a_reason(
        self, command: Command, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with pytest.raises(SystemExit) as ended:
            read([command.value, "--help"])
        assert ended.value.code == 0
        assert "--why" in capsys.readouterr().out

    def test_every_question_has_its_words(self) -> None:
        assert set(LOOKING) == set(QUESTIONS)
        assert set(SHOWN) == {*QUESTIONS, "proposed", "approved", "stopped"}


class TestWhatIsTold:
    def test_a_dry_run_as_people_read_it(self, capsys: pytest.CaptureFixture[str]) -> None:
        answer = {"result": FORECAST, "units": {"query": 2.0, "batch_get_item": 10.5}}
        assert main(["dry-run"], answering(answer)) == 0
        assert capsys.readouterr().out == TOLD

    def test_an_anomaly_is_told_and_answers_one(self, capsys: pytest.CaptureFixture[str]) -> None:
        found = [
            {"kind": "above_confirmed", "reference": ITEM, "detail": "2500 EUR, confirmed"},
            {"kind": "count_deviates", "reference": None, "detail": "3, usually about 40"},
        ]
        told = {**FORECAST, "rows": [], "by_hour": {}, "methods": {}, "compared_with": [],
                "anomalies": found}  # fmt: skip
        assert main(["dry-run"], answering({"result": told, "units": {}})) == 1
        said = capsys.readouterr().out
        assert "Nothing will be charged." in said
        assert "2 anomalies; no proof of the days before is on file" in said
        assert f"above the confirmed amount  {ITEM}  2500 EUR, confirmed" in said
        assert "count unlike other days     the day" in said

    def test_json_is_the_answer_itself(self, capsys: pytest.CaptureFixture[str]) -> None:
        answer = {"result": FORECAST, "units": {}}
        assert main(["--json", "dry-run"], answering(answer)) == 0
        assert json.loads(capsys.readouterr().out) == answer

    def test_a_proposal_says_how_it_is_approved(self, capsys: pytest.CaptureFixture[str]) -> None:
        told = a_proposal().model_dump(mode="json")
        main(["re-drive", ITEM, "--why", "x"], answering({"result": told}))
        said = capsys.readouterr().out
        assert "  state: unpaid -> scheduled" in said
        assert f"approve {a_proposal().id}" in said
        assert "by ada" in said
        done = a_proposal(state="done", approved_by="a/max", approved_at=a_proposal().lapses_at)
        for typed in (["approve", "x"], ["proposal", "x"]):
            assert main(typed, answering({"result": done.model_dump(mode="json")})) == 0
            assert "by max" in capsys.readouterr().out

    def test_what_operators_did_is_a_table(self, capsys: pytest.CaptureFixture[str]) -> None:
        told = [a_proposal().model_dump(mode="json")]
        main(["proposals"], answering({"result": told, "units": {}}))
        assert f"re-drive  {ITEM}  open" in capsys.readouterr().out
        main(["proposals"], answering({"result": [], "units": {}}))
        assert capsys.readouterr().out == "Nobody has proposed anything.\n"

    def test_what_holds_charges_back_is_told(self, capsys: pytest.CaptureFixture[str]) -> None:
        brake = a_brake(fenced_since=a_brake().granted_at).model_dump(mode="json")
        assert main(["charging"], answering({"result": brake, "units": {}})) == 0
        said = capsys.readouterr().out
        assert "stopped by odile 2026-10-05 11:30: a wrong price" in said
        assert "stopped itself 2026-10-05 11:30: approval_fell" in said
        assert "fenced since 2026-10-05 11:30" in said
        assert "granted             70         50" in said
        main(["charging"], answering({"result": None, "units": {}}))
        assert "Nobody has charged yet" in capsys.readouterr().out
        free = a_brake(stopped=None, halted=None).model_dump(mode="json")
        main(["charging"], answering({"result": free, "units": {}}))
        assert "Nothing holds charges back" in capsys.readouterr().out

    def test_what_is_parked_says_what_to_do(self, capsys: pytest.CaptureFixture[str]) -> None:
        one = {"item": ITEM, "reason": "unpaid", "minor": 2000, "currency": "EUR",
               "since": "2026-11-12T08:00:00Z", "detail": "4 refusals, last 12"}  # fmt: skip
        other = {**one, "reason": "odd"}
        main(["parked"], answering({"result": [one, other], "units": {"query": 0.5}}))
        said = capsys.readouterr().out
        assert "20.00 EUR  2026-11-12 09:00  4 refusals, last 12  re-drive, or write-off" in said
        assert "last 12  docs/runbooks/README.md" in said
        main(["parked"], answering({"result": [], "units": {}}))
        assert "Nothing is parked." in capsys.readouterr().out

    def test_an_item_is_told_whole(self, capsys: pytest.CaptureFixture[str]) -> None:
        attempt = {"number": 1, "channel": "auto", "state": "refused", "kind": "soft",
                   "opened_at": "2026-11-05T04:00:00Z", "code": "12",
                   "provider_reference": "WNS7GQ4TG5PFWR50"}  # fmt: skip
        told = {"item": ITEM, "state": "unpaid", "parked": "unpaid", "version": 7,
                "due_on": "2026-11-05", "gross_minor": 2000, "currency": "EUR", "agenda_at": None,
                "contract": "suspended", "held": "disputed", "number": None,
                "attempts": [attempt], "accounts": {"receivable": 2000},
                "proposals": [a_proposal().id]}  # fmt: skip
        main(["item", ITEM], answering({"result": told, "units": {}}))
        said = capsys.readouterr().out
        assert "1        auto     refused  2026-11-05 05:00  12 soft  WNS7GQ4TG5PFWR50" in said
        assert "receivable  20.00 EUR" in said
        assert "never by itself" in said
        assert a_proposal().id in said
        bare = {**told, "attempts": [], "accounts": {}, "proposals": [], "held": None,
                "parked": None, "agenda_at": "2026-11-05T04:00:00Z"}  # fmt: skip
        main(["item", ITEM], answering({"result": bare, "units": {}}))
        assert "acts next  2026-11-05 05:00" in capsys.readouterr().out


class TestProblems:
    def test_a_refusal_says_what_to_do_and_answers_two(
        self, capsys: pytest.CaptureFixture[str]
    ) -> None:
        problem = {"code": "SAME_PERSON", "about": "01JD", "fields": {}}
        assert main(["approve", "01JD"], answering({"problem": problem})) == 2
        said = capsys.readouterr()
        assert said.out == ""
        assert said.err == ("You proposed it yourself: somebody else has to approve it. (01JD)\n")
        problem = {"code": "INVALID", "about": "", "fields": {"item": "BAD_ITEM"}}
        assert main(["item", "x"], answering({"problem": problem})) == 2
        assert "item is no amount owed" in capsys.readouterr().err

    def test_as_json_a_problem_is_json_too(self, capsys: pytest.CaptureFixture[str]) -> None:
        answer = {"problem": {"code": "NOT_FOUND", "about": "", "fields": {}}}
        assert main(["--json", "item", "x"], answering(answer)) == 2
        assert json.loads(capsys.readouterr().out) == answer

    def test_what_cannot_be_reached_answers_two(self, capsys: pytest.CaptureFixture[str]) -> None:
        def nowhere(wanted: Wanted) -> Reach:
            raise Unreachable("start it with `make run`")

        assert main(["parked"], nowhere) == 2
        assert "make run" in capsys.readouterr().err

    def test_every_refusal_has_its_sentence(self) -> None:
        """Codes are read where they are raised."""
        raised = codes_of(
            repair, proposal, evidence, refund, reversal, propose, approve, plans, amounts, reports,
            brake, foretell, operations, fence, lift_fence,
        )  # fmt: skip
        assert raised <= {*words.PROBLEMS, *words.FIELDS}
        assert "SAME_PERSON" in raised

    def test_every_anomaly_has_its_words(self) -> None:
        kinds = Anomaly.model_fields["kind"].annotation.__args__  # type: ignore[union-attr]  # a Literal
        assert set(words.ANOMALIES) == set(kinds)


class TestColumns:
    def test_columns_are_as_wide_as_their_widest_cell(self) -> None:
        assert table(("a", "count"), [("long", "1")], right="1") == [
            "a     count",
            "----  -----",
            "long      1",
        ]
        assert table(("a",), []) == []

    def test_the_smallest_count_still_has_a_bar(self) -> None:
        assert bars({"05:00": 1000, "18:00": 1, "19:00": 0}) == [
            f"05:00  1000  {'█' * 40}",
            "18:00     1  █",
            "19:00     0",
        ]
        assert bars({}) == []


def codes_of(*modules: Any) -> set[str]:
    """Every code that a module raises: texts in capitals with a low line, or a word alone."""
    import ast  # noqa: PLC0415 - one test reads sources
    import inspect  # noqa: PLC0415 - same
    import re  # noqa: PLC0415 - same

    found: set[str] = set()
    for module in modules:
        for node in ast.walk(ast.parse(inspect.getsource(module))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found |= {node.value} if re.fullmatch(r"[A-Z]{2,}(_[A-Z]+)*", node.value) else set()
    return found
