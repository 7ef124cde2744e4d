"""Tells the story that was played, as Markdown: every date, amount and number was found."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from infra.local.demo import almanac
from infra.local.demo.audit import Findings
from infra.local.demo.differences import RIGHTS, euros
from infra.local.demo.story import ENDS_AT, PARIS, PEOPLE, STARTS_AT, Person
from infra.local.demo.verdict import Figures

Played = tuple[Findings, Figures]


def story(plays: Sequence[Played], changes: Sequence[str], problems: Sequence[str]) -> str:
    """The whole of `story.md`; lives are told as played under the first profile."""
    found = plays[0][0]
    opening = (
        f"From {_day(STARTS_AT)} to {_day(ENDS_AT)}, on the business clock of the sandbox: "
        f"{len(found.shown)} subscribers, and one who thinks again. They ordered, paid, cancelled "
        "and came back on the shop's real pages; the payment provider was simulated. "
        "All dates are those of Paris, all prices include VAT."
    )
    lines = [
        "# Fourteen months of subscriptions",
        "",
        opening,
        "",
        *_verdict(problems),
        "",
        "## The books",
        "",
        *_books(plays),
        "",
        "## What the two policies change",
        "",
        *(f"- {change}" for change in changes),
        "",
    ]
    for person in PEOPLE:
        lines += _life(person, found)
    return "\n".join(lines).rstrip() + "\n"


def _verdict(problems: Sequence[str]) -> Sequence[str]:
    if not problems:
        return ("Every promise was kept.",)
    return ("**Promises were broken:**", "", *(f"- {problem}" for problem in problems))


def _books(plays: Sequence[Played]) -> Iterator[str]:
    yield "| | " + " | ".join(f"`{found.profile}`" for found, _ in plays) + " |"
    yield "|---|" + "---:|" * len(plays)
    rows = {
        "months due, by the calendar": "periods_due",
        "months paid, by the shop": "periods_paid",
        "captures, by the provider": "captures",
        "captures of a month already paid": "duplicate_captures",
        "months due without a capture on their day": "missing_periods",
        "charges refused": "refusals",
        "invoices in the bucket": "invoices",
        "numbers missing or used twice": "numbering_gaps",
        "sum of the journal, minor units": "journal_sum_minor",
        "mails": "letters",
    }
    documents = [figures.document() for _, figures in plays]
    for words, name in rows.items():
        yield f"| {words} | " + " | ".join(f"{each[name]:,}" for each in documents) + " |"
    taken = " | ".join(euros(figures.captured_minor) for _, figures in plays)
    yield f"| money captured | {taken} |"
    days = " | ".join(f"{figures.access_days:,.2f}" for _, figures in plays)
    yield f"| days of access, all together | {days} |"


def _life(person: Person, found: Findings) -> Iterator[str]:
    own = [charge for charge in found.charges if charge.key == person.key]
    paid = sum(charge.minor for charge in own)
    yield from (f"## {person.name}", "", person.life, "")
    if not own:
        yield f"Nothing was charged: the order is {found.stages[person.key]} after 24 hours."
    else:
        yield (
            f"First period on {_date(almanac.anchor(person))}; "
            f"{euros(paid)} in {sum(charge.captures for charge in own)} payments; "
            f"{found.access_days[person.key]:,.2f} days of access. "
            f"Right to withdraw: {RIGHTS[found.withdrawal[person.key]]}."
        )
    yield from ("", "| When | What happens |", "|---|---|")
    for at, words in sorted(_events(person, found), key=lambda event: event[0]):
        yield f"| {_minute(at)} | {words} |"
    yield ""
    if own:
        yield from _months(person, found)


def _events(person: Person, found: Findings) -> Iterator[tuple[datetime, str]]:
    """What is out of the ordinary: the monthly payment and its invoice stand in the other table."""
    yield from ((act.at, act.words) for act in found.acts if act.key == person.key)
    for charge in found.charges:
        if charge.key == person.key and charge.refusal:
            words = f"the charge of month {charge.period + 1} is refused (code {charge.refusal})"
            yield charge.at, words
    numbers = [invoice.number for invoice in found.invoices]
    for letter in found.letters:
        is_own = letter.recipient in (person.email, person.typed_email)
        if is_own and not any(number in letter.subject for number in numbers):
            yield letter.at, f"mail to {letter.recipient}: “{letter.subject}”"


def _months(person: Person, found: Findings) -> Iterator[str]:
    yield "| Month | First day | Last day | Paid | Amount | Invoice | Issued |"
    yield "|---:|---|---|---|---:|---|---|"
    invoices = {each.from_on: each for each in found.invoices if each.key == person.key}
    captured = {
        charge.period: charge
        for charge in found.charges
        if charge.key == person.key and charge.captures
    }
    for period in almanac.periods(person):
        charge, invoice = captured.get(period.number), invoices.get(period.from_on)
        cells = (
            str(period.number + 1),
            _date(period.from_on),
            _date(period.to_on - almanac.DAY),
            _minute(charge.at) if charge else "never",
            euros(charge.minor) if charge else "",
            invoice.number if invoice else "none",
            _date(invoice.issued_on) if invoice else "",
        )
        yield f"| {' | '.join(cells)} |"
    yield ""


def _date(on: object) -> str:
    return f"{on:%d %b %Y}"


def _day(at: datetime) -> str:
    return f"{at.astimezone(PARIS):%d %B %Y}".lstrip("0")


def _minute(at: datetime) -> str:
    return f"{at.astimezone(PARIS):%d %b %Y, %H:%M}"
