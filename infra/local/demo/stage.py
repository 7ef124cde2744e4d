"""Plays the story: moves the clock from one moment to the next, and lets people act in between."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import requests

from infra.local import stack, time_machine
from infra.local.demo import almanac
from infra.local.demo.story import ENDS_AT, PEOPLE, STARTS_AT, Person
from infra.local.demo.visitor import ANSWER_SECONDS, Visitor
from infra.local.life import Life
from infra.local.ports import Ports, free_port
from infra.local.run import open_doors
from infra.local.sandbox.mailbox import Mailbox
from infra.local.stack import System

COURSES: Final = "courses"

Tell = Callable[[datetime, str], None]
"""Hears the business instant and what happens at it; nothing when only time passes."""


@dataclass(frozen=True)
class Act:
    """Something that a person did, or that their access did, at a business instant."""

    at: datetime
    key: str
    words: str


@dataclass
class Scene:
    """A played story, while its system still runs.

    `opened` holds for each person the stretches with access that the platform was told of.
    """

    system: System
    mailbox: Mailbox
    profile: str
    people: Sequence[Person] = PEOPLE
    visitors: dict[str, Visitor] = field(default_factory=dict)
    learner_ids: dict[str, str] = field(default_factory=dict)
    acts: list[Act] = field(default_factory=list)
    opened: dict[str, list[tuple[datetime, datetime | None]]] = field(default_factory=dict)
    platform: requests.Session = field(default_factory=requests.Session)
    steps: int = 0

    @property
    def shop(self) -> str:
        return f"http://localhost:{self.system.ports.front}"

    @property
    def provider(self) -> str:
        return self.system.simulator.address


@contextmanager
def set_up(work: Path, profile: str) -> Iterator[Scene]:
    """A fresh system on free ports, its clock stopped at the beginning of the story."""
    ports = Ports(front=free_port(), simulator=free_port(), emulator=free_port())
    with (
        stack.running(work, ports=ports, profile=profile) as system,
        open_doors(system, work, Life(system)) as mailbox,
    ):
        _stop_clock(system, STARTS_AT)
        yield Scene(system, mailbox, profile)


def play(scene: Scene, tell: Tell, *, until: datetime = ENDS_AT) -> None:
    """Play every moment of the story up to `until`."""
    for at, person, act in moments(scene.people):
        if at > until:
            break
        _travel(scene, at, tell)
        if person and act:
            tell(at, act(scene, person))
            _look(scene)
    _travel(scene, until, tell)


Doing = Callable[[Scene, Person], str]


def moments(people: Sequence[Person]) -> list[tuple[datetime, Person | None, Doing | None]]:
    """What people do, in the order of time, and when somebody looks whether access changed."""
    found: list[tuple[datetime, Person | None, Doing | None]] = []
    for person in people:
        found.append((person.orders_at, person, _order))
        found += [(at, None, None) for at in almanac.looks_at(person)]
        if person.cancels_at:
            found.append((person.cancels_at, person, _cancel))
        if person.undoes_at:
            found.append((person.undoes_at, person, _undo))
    return sorted(found, key=lambda moment: moment[0])


def _travel(scene: Scene, at: datetime, tell: Tell) -> None:
    if at.astimezone(UTC) <= scene.system.now():
        return

    def watch(progress: time_machine.Progress) -> None:
        scene.steps += 1
        _look(scene)
        tell(progress.now, "")

    time_machine.travel(scene.system, at.astimezone(UTC), watch)


def _order(scene: Scene, person: Person) -> str:
    visitor = Visitor(person, scene.shop, scene.provider)
    scene.visitors[person.key] = visitor
    visitor.order()
    if not person.pays:
        visitor.read(f"/checkout/{visitor.checkout_id}/pay")
        return _note(scene, person, "reaches the payment page, and closes it")
    if person.trouble:
        scene.system.simulator.arm_webhook(person.trouble, event="AUTHORISATION")
    visitor.pay()
    time_machine.settle(scene.system)
    scene.system.simulator.clear_faults()
    _note(scene, person, f"orders Premium Solo and pays by {_way(person)}{_luck(person)}")
    if person.typed_email:
        visitor.correct_mailbox()
        time_machine.settle(scene.system)
        _note(scene, person, f"had typed {person.typed_email}, and mends it on the result page")
    visitor.open_account(_access_letter(scene, person))
    scene.learner_ids[person.key] = _learner_id(visitor)
    return _note(scene, person, "opens the account with the link from the mail")


def _way(person: Person) -> str:
    return "PayPal" if person.way == "paypal" else "card"


def _luck(person: Person) -> str:
    luck = {"lose": "; the provider's message is lost", "duplicate": "; its message comes twice"}
    away = "" if person.comes_back else "; the page never returns to the shop"
    return luck.get(person.trouble, "") + away


def _cancel(scene: Scene, person: Person) -> str:
    visitor = scene.visitors[person.key]
    visitor.sign_in()
    visitor.cancel()
    time_machine.settle(scene.system)
    return _note(scene, person, "cancels the renewal")


def _undo(scene: Scene, person: Person) -> str:
    visitor = scene.visitors[person.key]
    visitor.sign_in()
    visitor.undo()
    time_machine.settle(scene.system)
    return _note(scene, person, "takes the cancellation back")


def _note(scene: Scene, person: Person, words: str) -> str:
    scene.acts.append(Act(scene.system.now(), person.key, words))
    return f"{person.name} {words}"


def _access_letter(scene: Scene, person: Person) -> str:
    """The newest mail to the person that opens the account."""
    for mail in scene.mailbox.all():
        if person.email in mail.recipients and "/password/" in (mail.text or ""):
            return mail.text or ""
    raise LookupError(f"no access mail reached {person.email}")


def _learner_id(visitor: Visitor) -> str:
    """Who the visitor is for the learning platform: both share the sign-in."""
    token = visitor.browser.cookies.get("session") or ""
    return token.partition("~")[0]


def _look(scene: Scene) -> None:
    """Ask as the learning platform does who may learn now, and keep what changed."""
    now = scene.system.now()
    for key, learner_id in scene.learner_ids.items():
        stretches = scene.opened.setdefault(key, [])
        was_open = bool(stretches) and stretches[-1][1] is None
        is_open = _may_learn(scene, learner_id)
        if is_open and not was_open:
            stretches.append((now, None))
        if was_open and not is_open:
            stretches[-1] = (stretches[-1][0], now)


def _may_learn(scene: Scene, learner_id: str) -> bool:
    answer = scene.platform.get(
        f"{scene.shop}/api/entitlements/{learner_id}",
        headers={"Authorization": f"Bearer {scene.system.keys.platform_key}"},
        timeout=ANSWER_SECONDS,
    )
    answer.raise_for_status()
    said: dict[str, Any] = answer.json()
    return COURSES in said["features"]


def _stop_clock(system: System, at: datetime) -> None:
    """Stop the business clock at the story's first instant, whatever year the wall shows."""
    answer = requests.put(
        f"{system.simulator.address}/_sim/clock",
        json={"now": f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", "frozen": True, "backwards": True},
        timeout=ANSWER_SECONDS,
    )
    answer.raise_for_status()
