"""The saboteur strikes where it is told, once, and nothing moves after death."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.application.ports import Letter, Ports
from chalicelib.domain.kernel.change import NOTHING, Change, Insert, Replace
from chalicelib.domain.kernel.errors import Conflict
from tests.crash import EFFECTS, Killed, Saboteur
from tests.fakes import FakePorts
from tests.fakes_things import CUSTOMER_ID, a_customer, a_notification

LETTER = Letter("ada@example.org", "Subject", "<p>", "text", {"kind": "invoice"})
STEPS = ["store.commit", "store.keep_notification", "files.put_once", "queues.send", "post.send"]


def some_work(ports: Ports) -> None:
    """Five effects, with reads and an empty change among them."""
    ports.store.commit(Change((Insert(a_customer()),)))
    ports.store.commit(NOTHING)
    ports.store.keep_notification(a_notification())
    ports.store.customer(CUSTOMER_ID)
    ports.files.put_once("a.pdf", b"one", "application/pdf")
    ports.queues.send("mail", ({"id": "1"},))
    ports.post.send(LETTER)


def done(world: FakePorts) -> list[bool]:
    """Which of the five effects took place."""
    return [
        bool(world.store.things),
        bool(world.store.notifications),
        bool(world.files.contents),
        bool(world.queues.waiting["mail"]),
        bool(world.post.letters),
    ]


def test_a_rehearsal_counts_every_effect_and_spoils_none() -> None:
    world = FakePorts()
    rehearsal = Saboteur(world)
    some_work(rehearsal)
    assert rehearsal.effects == STEPS
    assert rehearsal.commits == (0,)
    assert not rehearsal.has_struck
    assert done(world) == [True] * 5


@pytest.mark.parametrize("at", range(5), ids=STEPS)
def test_a_kill_comes_before_the_effect(at: int) -> None:
    world = FakePorts()
    saboteur = Saboteur(world, at=at, how="kill")
    with pytest.raises(Killed):
        some_work(saboteur)
    assert saboteur.has_struck
    assert done(world) == [True] * at + [False] * (5 - at)


@pytest.mark.parametrize("at", range(5), ids=STEPS)
def test_a_lost_reply_comes_after_the_effect(at: int) -> None:
    world = FakePorts()
    with pytest.raises(Killed):
        some_work(Saboteur(world, at=at, how="lose_reply"))
    assert done(world) == [True] * (at + 1) + [False] * (4 - at)


def test_a_conflict_refuses_one_commit_and_lets_the_process_live() -> None:
    world = FakePorts()
    saboteur = Saboteur(world, at=0, how="conflict")
    with pytest.raises(Conflict):
        saboteur.store.commit(Change((Insert(a_customer()),)))
    assert world.store.things == {}
    saboteur.store.commit(Change((Insert(a_customer()),)))
    saboteur.store.commit(Change((Replace(a_customer().next()),)))
    assert saboteur.commits == (0, 1, 2)


def test_only_a_commit_can_conflict() -> None:
    saboteur = Saboteur(FakePorts(), at=1, how="conflict")
    with pytest.raises(AssertionError, match="only a commit"):
        some_work(saboteur)


def test_nothing_moves_after_death_in_any_thread() -> None:
    world = FakePorts()
    saboteur = Saboteur(world, at=0, how="kill")
    with ThreadPoolExecutor(4) as pool:
        futures = [pool.submit(saboteur.post.send, LETTER) for _ in range(8)]
    assert all(isinstance(future.exception(), Killed) for future in futures)
    with pytest.raises(Killed):
        saboteur.store.customer(CUSTOMER_ID)
    assert world.post.letters == []
    assert len(saboteur.effects) == 1


def test_a_saboteur_out_of_reach_never_strikes() -> None:
    saboteur = Saboteur(FakePorts(), at=5)
    some_work(saboteur)
    assert not saboteur.has_struck


def test_no_except_of_errors_holds_a_kill_up() -> None:
    assert not issubclass(Killed, Exception)


def test_every_effect_named_is_one_of_a_port() -> None:
    world = FakePorts()
    for name in EFFECTS:
        port, method = name.split(".")
        assert callable(getattr(getattr(world, port), method))
