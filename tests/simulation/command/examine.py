"""One world examined: what it came to, and the smallest world that shows the same."""

import traceback
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from tests.simulation.auditor.accounts import Finding
from tests.simulation.world.plan import Plan
from tests.simulation.world.world import CALM, Outcome, World

SHRINKS_MAX = 80
BROKE_DOWN = "broke down"


def examined(plan: Plan, *, keeps_all: bool = False) -> Outcome:
    """Live a world; one that breaks down is a finding too."""
    world = World(plan, None) if keeps_all else World(plan)
    try:
        return world.run()
    except Exception as error:  # noqa: BLE001 - whatever it is, it must not be
        where = traceback.extract_tb(error.__traceback__)[-1]
        what = f"{error!r} in {where.name}, line {where.lineno} of {where.filename}"
        finding = Finding(BROKE_DOWN, "the world", world.clock(), what)
        return Outcome(
            plan=plan,
            digest=world.log.digest,
            events=world.log.count,
            months=0,
            charges=world.auditor.charges,
            injected=Counter(world.weather.injected),
            findings=(*world.auditor.findings, finding),
            story=tuple(world.log.lines),
        )


def shrunk(found: Outcome) -> Outcome:
    """The smallest world found in which the same promise is broken, with its whole story."""
    best = examined(found.plan, keeps_all=True)
    rule = found.findings[0].rule
    runs = 0
    is_smaller = True
    while is_smaller and runs < SHRINKS_MAX:
        is_smaller = False
        for plan in _smaller(best):
            runs += 1
            tried = examined(plan, keeps_all=True)
            if any(finding.rule == rule for finding in tried.findings):
                best, is_smaller = tried, True
                break
            if runs >= SHRINKS_MAX:
                break
    return best


def _smaller(outcome: Outcome) -> Iterator[Plan]:
    """Worlds with fewer people, fewer days, fewer faults, the boldest first."""
    plan = outcome.plan
    half = len(plan.people) // 2
    if half:
        yield replace(plan, people=plan.people[:half])
        yield replace(plan, people=plan.people[half:])
    if 1 < len(plan.people) <= 12:
        for person in plan.people:
            yield replace(plan, people=tuple(one for one in plan.people if one != person))
    lived = outcome.findings[0].at - plan.opens_at
    for days in (lived.days - CALM.days, lived.days + 1, plan.days // 2):
        if 0 < days < plan.days:
            yield replace(plan, days=days)
    for fault in plan.faults:
        if outcome.injected[fault]:
            yield plan.without(fault)


def story_of(outcome: Outcome, lines: int) -> list[str]:
    """The end of the story of the contract that the first finding is about."""
    who = outcome.findings[0].who.split()[0].split(".")[0]
    about = [line for line in outcome.story if who in line]
    return (about or list(outcome.story))[-lines:]
