"""What an auditor would find if every promise were kept: the cases of the tests spoil it."""

from collections import Counter
from collections.abc import Sequence

from infra.local.demo import almanac
from infra.local.demo.audit import Charge, Findings, Invoice, Letter
from infra.local.demo.stage import Act
from infra.local.demo.story import PEOPLE, Person

Month = tuple[Person, almanac.Period]


def months() -> Sequence[Month]:
    """Every month owed, in the order in which it is paid."""
    owed = [(person, period) for person in PEOPLE for period in almanac.periods(person)]
    return sorted(owed, key=lambda month: month[1].paid_at)


def findings(profile: str = "recommended") -> Findings:
    """A world without a fault."""
    invoices = _invoices()
    total = sum(invoice.gross_minor for invoice in invoices)
    vat = total // 6
    return Findings(
        profile=profile,
        charges=tuple(_charges()),
        invoices=invoices,
        posting_minor={"clearing": total, "receivable": 0, "revenue": vat - total, "vat_due": -vat},
        paid=frozenset((person.key, period.number) for person, period in months()),
        stages={person.key: "paid" if person.pays else "void" for person in PEOPLE},
        access_days={person.key: almanac.access_days(person, profile) for person in PEOPLE},
        withdrawal={
            person.key: "lost_at_first_use" if profile == "recommended" else "lost_at_sign_in"
            for person in PEOPLE
            if person.pays
        },
        shown={
            person.key: frozenset(each.number for each in invoices if each.key == person.key)
            for person in PEOPLE
            if person.pays
        },
        letters=tuple(
            Letter(person.orders_at, person.email, "Welcome") for person in PEOPLE if person.pays
        ),
        acts=tuple(Act(person.orders_at, person.key, "orders") for person in PEOPLE),
        webhooks={},
        faults=(),
        steps=1,
    )


def _charges() -> Sequence[Charge]:
    found = []
    for person, period in months():
        if period.paid_at != period.charged_at:
            found.append(Charge(person.key, period.number, period.charged_at, 0, 0, "12"))
        found.append(Charge(person.key, period.number, period.paid_at, period.minor, 1, ""))
    return found


def _invoices() -> tuple[Invoice, ...]:
    ranks: Counter[int] = Counter()
    found = []
    for person, period in months():
        issued_on = period.paid_at.date()
        ranks[issued_on.year] += 1
        found.append(
            Invoice(
                key=person.key,
                number=f"F{issued_on.year}-{ranks[issued_on.year]:08}",
                issued_on=issued_on,
                from_on=period.from_on,
                to_on=period.to_on,
                gross_minor=period.minor,
                pdf=b"%PDF-",
            )
        )
    return tuple(found)
