"""What the choice of a policy profile changes for the people of the story, in euros and days."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from infra.local.demo.audit import Findings
from infra.local.demo.story import PARIS, PEOPLE, Person

MINOR_PER_EURO = 100
DECIMALS = 4
RIGHTS = {
    "kept": "kept for the fourteen days",
    "lost_at_first_use": "lost with the first use of a paid lesson",
    "lost_at_sign_in": "lost with the first sign-in, as the terms have it",
    "kept_pro_rata": "kept, the days used being paid",
}


def differences(one: Findings, other: Findings) -> Sequence[str]:
    """Sentences, the money first: each is measured, and nothing is said that is the same."""
    return (_money(one, other), *_access(one, other), *_rights(one, other), *_letters(one, other))


def euros(minor: int) -> str:
    """An amount in words for people: `EUR 20.00`."""
    sign = "-" if minor < 0 else ""
    whole, cents = divmod(abs(minor), MINOR_PER_EURO)
    return f"{sign}EUR {whole:,}.{cents:02}"


def _paid(found: Findings, person: Person) -> int:
    return sum(charge.minor for charge in found.charges if charge.key == person.key)


def _money(one: Findings, other: Findings) -> str:
    changed = [
        f"{person.name} {euros(_paid(other, person) - _paid(one, person))}"
        for person in PEOPLE
        if _paid(one, person) != _paid(other, person)
    ]
    before, after = (sum(_paid(each, person) for person in PEOPLE) for each in (one, other))
    if not changed:
        return f"Money: no difference; everybody pays the same, {euros(before)} in all."
    return f"Money: {euros(after - before)} under {other.profile}: {', '.join(changed)}."


def _access(one: Findings, other: Findings) -> Iterator[str]:
    gaps = {
        person: other.access_days[person.key] - one.access_days[person.key] for person in PEOPLE
    }
    changed = {person: gap for person, gap in gaps.items() if round(gap, DECIMALS)}
    if not changed:
        yield "Access: no difference."
    for person, gap in changed.items():
        more = _paid(other, person) - _paid(one, person)
        price = f"for {euros(more)} more" if more else "for the same money"
        yield (
            f"Access: {person.name} has {gap:+.2f} days under {other.profile}, "
            f"{price}{_refusals(other, person)}."
        )


def _refusals(found: Findings, person: Person) -> str:
    refused = [
        f"{charge.at.astimezone(PARIS):%d %b %Y}"
        for charge in found.charges
        if charge.key == person.key and charge.refusal
    ]
    return f" (charge refused on {', '.join(refused)})" if refused else ""


def _rights(one: Findings, other: Findings) -> Iterator[str]:
    changed = Counter(
        (one.withdrawal[key], other.withdrawal[key])
        for key in one.withdrawal
        if one.withdrawal[key] != other.withdrawal[key]
    )
    for (before, after), people in sorted(changed.items()):
        yield (
            f"Right to withdraw, {people} of {len(one.withdrawal)} confirmations: "
            f"{RIGHTS[before]} ({one.profile}); {RIGHTS[after]} ({other.profile})."
        )


def _letters(one: Findings, other: Findings) -> Iterator[str]:
    for person in PEOPLE:
        before, after = _subjects(one, person), _subjects(other, person)
        for subject in sorted(set(before) | set(after)):
            if before[subject] != after[subject]:
                yield (
                    f"Mail to {person.name}: “{subject}” comes {before[subject]} times "
                    f"({one.profile}) and {after[subject]} times ({other.profile})."
                )


def _subjects(found: Findings, person: Person) -> Counter[str]:
    """The subjects of the person's mails; which number an invoice has is no difference."""
    return Counter(
        re.sub(r"F\d{4}-\d{8}", "F…", letter.subject)
        for letter in found.letters
        if letter.recipient in (person.email, person.typed_email)
    )
