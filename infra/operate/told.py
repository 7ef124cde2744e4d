"""Each answer as people read it."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from chalicelib.domain.billing.operating.plainly import amount
from chalicelib.domain.kernel.calendar import PARIS
from infra.operate import words
from infra.operate.columns import bars, table

Answer = Mapping[str, Any]
FATES: Final = {
    "ask": "asked about again, outcome unknown",
    "hold": "not charged, in dispute",
    "lapse": "not charged, the contract ends",
    "suspend": "not charged, service suspended or still waiting",
    "wait": "not charged yet",
    "papers": "paid, papers on their way",
}


def dry_run(answer: Answer) -> list[str]:
    """What a day will charge."""
    told = answer["result"]
    return [
        f"What {told['on']} will charge, as known on {_when(told['made_at'])}",
        *_under(_charges(told["rows"])),
        *_under(_hours(told["by_hour"])),
        *_under(_methods(told["methods"])),
        *_under([f"of these: {count} {name}" for name, count in _peculiar(told).items() if count]),
        *[
            f"besides: {count} {FATES[fate]}"
            for fate, count in sorted(told["fates"].items())
            if fate in FATES
        ],
        *_under(_anomalies(told)),
        *_units(answer),
    ]


def parked(answer: Answer) -> list[str]:
    """What waits for a person."""
    found = answer["result"]
    if not found:
        return ["Nothing is parked.", *_units(answer)]
    rows = [
        (
            each["item"],
            each["reason"],
            amount(each["minor"], each["currency"]),
            _when(each["since"]) if each["since"] else "",
            each["detail"],
            words.remedy(each["reason"]),
        )
        for each in found
    ]
    head = ("item", "reason", "amount", "since", "what happened", "what to do")
    return [*table(head, rows, right="2"), "", f"{len(found)} parked", *_units(answer)]


def item(answer: Answer) -> list[str]:
    """One amount owed."""
    told = answer["result"]
    currency = told["currency"]
    facts = {
        "state": told["state"] + (f", parked: {told['parked']}" if told["parked"] else ""),
        "amount": amount(told["gross_minor"], currency),
        "due on": told["due_on"],
        "contract": told["contract"] + (f", held: {told['held']}" if told["held"] else ""),
        "acts next": _when(told["agenda_at"]) if told["agenda_at"] else "never by itself",
        "number": told["number"] or "none",
        "version": str(told["version"]),
    }
    attempts = [
        (
            str(each["number"]),
            each["channel"],
            each["state"],
            _when(each["opened_at"]),
            " ".join(part for part in (each["code"], each["kind"]) if part),
            each["provider_reference"] or "",
        )
        for each in told["attempts"]
    ]
    head = ("attempt", "channel", "state", "opened", "refusal", "provider's reference")
    accounts = [(name, amount(minor, currency)) for name, minor in told["accounts"].items()]
    return [
        told["item"],
        *[f"  {name:<10} {value}" for name, value in facts.items()],
        *_under(table(head, attempts)),
        *_under(table(("account", "balance"), accounts, right="1")),
        *([f"\nproposals: {', '.join(told['proposals'])}"] if told["proposals"] else []),
    ]


def charging(answer: Answer) -> list[str]:
    """What holds charges back, and the counts of the day and the hour."""
    told = answer["result"]
    if told is None:
        return ["Nobody has charged yet: nothing holds charges back."]
    stopped, halted, fenced = told["stopped"], told["halted"], told["fenced_since"]
    held = []
    if stopped:
        held.append(f"stopped by {stopped['by']} {_when(stopped['since'])}: {stopped['reason']}")
    if halted:
        held.append(f"stopped itself {_when(halted['since'])}: {halted['cause']}")
    if fenced:
        held.append(f"fenced since {_when(fenced)}: the table is a restored copy")
    counts = ("granted", "reported", "refused", "unknown", "paid_twice")
    rows = [(name, str(told[name]), str(told.get(f"hour_{name}", ""))) for name in counts]
    slice_ = "passed" if told["canary_passed"] else "not judged yet"
    return [
        *(held or ["Nothing holds charges back, as far as the brake tells."]),
        "",
        *table(("charges", told["day_on"], "this hour"), rows, right="12"),
        "",
        f"first slice of the day: {slice_}",
    ]


def proof_link(answer: Answer) -> list[str]:
    """Where the last proof can be read."""
    links = answer["result"]
    return ["The last daily proof, for one hour:", *[f"  {link}" for link in links.values()]]


def dispute_file(answer: Answer) -> list[str]:
    """Where the evidence about each dispute lies."""
    found = answer["result"]
    if not found:
        return ["No bank ever disputed a payment of this contract."]
    return [
        line
        for each in found
        for line in (f"{each['dispute']}, version {each['version']}", f"  {each['link']}")
    ]


def proposed(answer: Answer) -> list[str]:
    """A proposal that was just made."""
    told = answer["result"]
    return [
        *_proposal(told),
        "",
        f"Nothing is changed yet. Somebody else has it done until {_when(told['lapses_at'])} with:",
        f"  python -m infra.operate approve {told['id']}",
    ]


def stopped(answer: Answer) -> list[str]:
    """Charging that was just stopped."""
    return [
        *_proposal(answer["result"]),
        "",
        "Done: no charge is made from the next batch on; webhooks and papers go on.",
        "To go on, propose resume-charging.",
    ]


def approved(answer: Answer) -> list[str]:
    """A proposal that was just done."""
    told = answer["result"]
    end = "Done." if told["state"] == "done" else "Not done: settle what is left, propose again."
    return [*_proposal(told), "", *told["told"], end]


def proposal(answer: Answer) -> list[str]:
    """One proposal as it stands."""
    return _proposal(answer["result"])


def proposals(answer: Answer) -> list[str]:
    """What operators did."""
    found = answer["result"]
    if not found:
        return ["Nobody has proposed anything."]
    rows = [
        (
            each["id"],
            _when(each["proposed_at"]),
            each["command"],
            " ".join(each["arguments"].values()),
            each["state"],
            _person(each["proposed_by"]),
            _person(each["approved_by"]) if each["approved_by"] else "",
        )
        for each in found
    ]
    head = ("proposal", "when", "command", "about", "state", "proposed by", "approved by")
    return table(head, rows)


SHOWN: Final[Mapping[str, Callable[[Answer], list[str]]]] = {
    "dry-run": dry_run,
    "parked": parked,
    "item": item,
    "charging": charging,
    "proof-link": proof_link,
    "dispute-file": dispute_file,
    "proposal": proposal,
    "proposals": proposals,
    "proposed": proposed,
    "stopped": stopped,
    "approved": approved,
}


def _proposal(told: Mapping[str, Any]) -> list[str]:
    about = " ".join(told["arguments"].values())
    lines = [
        f"{told['command']} {about}".rstrip(),
        f"  proposal    {told['id']} ({told['state']})",
        f"  proposed    {_when(told['proposed_at'])} by {_person(told['proposed_by'])}",
    ]
    if told["approved_by"]:
        lines.append(
            f"  approved    {_when(told['approved_at'])} by {_person(told['approved_by'])}"
        )
    return [*lines, f"  why         {told['why']}", "", *told["shown"]]


def _charges(rows: list[dict[str, Any]]) -> list[str]:
    if not rows:
        return ["Nothing will be charged."]
    cells = [
        (row["plan"], str(row["count"]), amount(row["minor"], row["currency"])) for row in rows
    ]
    for currency in sorted({row["currency"] for row in rows}):
        own = [row for row in rows if row["currency"] == currency]
        total = sum(row["minor"] for row in own)
        cells.append(("total", str(sum(row["count"] for row in own)), amount(total, currency)))
    return table(("plan", "charges", "sum"), cells, right="12")


def _peculiar(told: Mapping[str, Any]) -> dict[str, int]:
    return {
        "refused before": told["retries"],
        "on expired methods": told["expired"],
        "on methods of their last month": told["expiring"],
        "without a known method": told["missing"],
    }


def _hours(by_hour: Mapping[str, int]) -> list[str]:
    plot = bars({f"{int(hour):02}:00": count for hour, count in by_hour.items()})
    return ["charges by hour, in Paris", *plot] if plot else []


def _methods(counts: Mapping[str, int]) -> list[str]:
    rows = [(name, str(count)) for name, count in sorted(counts.items())]
    return table(("method", "charges"), rows, right="1")


def _anomalies(told: Mapping[str, Any]) -> list[str]:
    compared = told["compared_with"]
    against = (
        f"compared with {compared[0]} to {compared[-1]}"
        if compared
        else "no proof of the days before is on file: nothing to compare with"
    )
    found = told["anomalies"]
    if not found:
        return [f"No anomaly; {against}."]
    rows = [
        (words.ANOMALIES[each["kind"]], each["reference"] or "the day", each["detail"])
        for each in found
    ]
    head = ("anomaly", "about", "detail")
    return [f"{len(found)} anomalies; {against}.", "", *table(head, rows)]


def _units(answer: Answer) -> list[str]:
    units = answer.get("units", {})
    parts = ", ".join(f"{name} {spent:g}" for name, spent in sorted(units.items()))
    return ["", f"read units: {sum(units.values()):g}" + (f" ({parts})" if parts else "")]


def _under(lines: list[str]) -> list[str]:
    return ["", *lines] if lines else []


def _when(instant: str) -> str:
    return f"{datetime.fromisoformat(instant).astimezone(PARIS):%Y-%m-%d %H:%M}"


def _person(who: str) -> str:
    return who.rpartition("/")[2]
