"""The fakes are worlds of their own: what they promise, they keep."""

from datetime import timedelta

import pytest

from chalicelib.application.ports import (
    ChargeRequest,
    Letter,
    Ports,
    SessionRequest,
)
from chalicelib.domain.billing.outcomes import Authorised, Refused, Unknown
from chalicelib.domain.kernel import errors
from chalicelib.domain.kernel.ids import DueKey
from chalicelib.domain.kernel.money import Money
from tests.fakes import OPENING, VISA, FakePorts, FakeStore, LostReply, NoAnswer

SUBSCRIPTION = "01JDABCDEFGHJKMNPQRSTVWXYZ"
KEY = DueKey(subscription_id=SUBSCRIPTION, period=3)
PRICE = Money(minor=2000, currency="EUR")


def charge_request(attempt: int = 1, amount: Money = PRICE) -> ChargeRequest:
    return ChargeRequest(
        reference=KEY.reference(attempt),
        cycle="3",
        amount=amount,
        method=VISA,
        shopper_reference="customer",
        return_url="https://clairiere.example/",
        attempt=attempt,
        idempotency_key=f"key-{attempt}",
    )


def session_request() -> SessionRequest:
    return SessionRequest(
        reference=DueKey(subscription_id=SUBSCRIPTION, period=0).reference(1),
        amount=PRICE,
        shopper_reference="customer",
        shopper_email="ada@example.org",
        shopper_address=None,
        country="FR",
        lang="fr",
        return_url="https://clairiere.example/",
        expires_at=OPENING + timedelta(hours=1),
        idempotency_key="first",
    )


def test_the_fakes_together_are_ports() -> None:
    ports: Ports = FakePorts()
    assert ports.clock() == OPENING


def test_a_bundle_shares_the_world_but_for_what_is_replaced() -> None:
    ports, other = FakePorts(), FakeStore()
    bundle = ports.bundle(store=other)
    assert bundle.store is other
    assert bundle.gateway is ports.gateway


def test_ids_sort_by_time_and_repeat_in_every_run() -> None:
    first, second = FakePorts(), FakePorts()
    ids = [first.ids(), first.ids()]
    first.clock.advance(timedelta(seconds=1))
    ids.append(first.ids())
    assert ids == sorted(ids)
    assert ids[:2] == [second.ids(), second.ids()]


def test_one_key_is_one_charge() -> None:
    gateway = FakePorts().gateway
    assert gateway.charge(charge_request()) == gateway.charge(charge_request())
    assert [capture.amount for capture in gateway.captured(KEY)] == [PRICE]


def test_another_key_is_another_charge() -> None:
    gateway = FakePorts().gateway
    gateway.charge(charge_request(1))
    gateway.charge(charge_request(2))
    assert len(gateway.captured(KEY)) == 2


def test_one_key_with_two_amounts_is_a_bug() -> None:
    gateway = FakePorts().gateway
    gateway.charge(charge_request())
    with pytest.raises(AssertionError, match="one key"):
        gateway.charge(charge_request(amount=Money(minor=1, currency="EUR")))


def test_a_lost_reply_moved_the_money_and_the_same_key_tells_so() -> None:
    gateway = FakePorts().gateway
    paid = Authorised(provider_reference="PSP1")
    gateway.script(VISA.token, LostReply(paid))
    assert gateway.charge(charge_request()) == Unknown()
    assert len(gateway.captured(KEY)) == 1
    assert gateway.charge(charge_request()) == paid
    assert len(gateway.captured(KEY)) == 1


def test_a_call_that_never_arrived_moved_nothing() -> None:
    gateway = FakePorts().gateway
    gateway.script(VISA.token, NoAnswer(), Refused(code="2"))
    assert gateway.charge(charge_request()) == Unknown()
    assert gateway.charge(charge_request()) == Refused(code="2")
    assert gateway.captured(KEY) == ()


def test_money_given_back_is_not_captured_any_more_and_goes_back_once() -> None:
    gateway = FakePorts().gateway
    gateway.charge(charge_request())
    (capture,) = gateway.captured(KEY)
    for _ in range(2):
        gateway.give_back(capture.provider_reference, reference="back", idempotency_key="back")
    assert gateway.captured(KEY) == ()
    with pytest.raises(AssertionError, match="goes back once"):
        gateway.give_back(capture.provider_reference, reference="again", idempotency_key="again")


def test_a_page_takes_one_payment_and_its_result_tells_of_it() -> None:
    gateway = FakePorts().gateway
    session = gateway.open_session(session_request())
    assert gateway.open_session(session_request()) == session
    refused = gateway.pay(session.session_id, Refused(code="2"))
    assert gateway.session_news(session.session_id, refused).outcome == Refused(code="2")
    result = gateway.pay(session.session_id)
    assert isinstance(gateway.session_news(session.session_id, result).outcome, Authorised)
    assert gateway.stored_methods("customer") == (VISA,)
    with pytest.raises(AssertionError, match="second payment"):
        gateway.pay(session.session_id)
    with pytest.raises(errors.Refused, match="BAD_SESSION_RESULT"):
        gateway.session_news(session.session_id, "forged")


def test_a_provider_that_is_down_acts_on_nothing() -> None:
    gateway = FakePorts().gateway
    gateway.is_down = True
    with pytest.raises(errors.GatewayUnavailable):
        gateway.open_session(session_request())
    assert gateway.charge(charge_request()) == Unknown()
    gateway.is_down = False
    assert isinstance(gateway.charge(charge_request()), Authorised)


def test_a_method_is_forgotten_once_or_twice_alike() -> None:
    gateway = FakePorts().gateway
    gateway.pay(gateway.open_session(session_request()).session_id)
    gateway.forget_method("customer", VISA.token)
    gateway.forget_method("customer", VISA.token)
    assert gateway.stored_methods("customer") == ()


def test_numbering_drops_repeats_for_five_minutes_and_keeps_order() -> None:
    ports = FakePorts()
    ports.queues.send("numbering", ({"id": "a"}, {"id": "b"}, {"id": "a"}))
    assert ports.queues.take("numbering") == ({"id": "a"}, {"id": "b"})
    ports.clock.advance(timedelta(minutes=5))
    ports.queues.send("numbering", ({"id": "a"},))
    assert ports.queues.take("numbering") == ({"id": "a"},)
    assert ports.queues.take("numbering") == ()


def test_the_other_queues_repeat_and_hand_out_ten_at_a_time() -> None:
    queues = FakePorts().queues
    queues.send("mail", tuple({"id": "same"} for _ in range(12)))
    assert (len(queues.take("mail")), len(queues.take("mail"))) == (10, 2)


def test_a_file_is_written_once() -> None:
    files = FakePorts().files
    assert files.put_once("a.pdf", b"one", "application/pdf")
    assert not files.put_once("a.pdf", b"two", "application/pdf")
    assert files.get("a.pdf") == b"one"
    with pytest.raises(errors.NotFound):
        files.get("b.pdf")


def test_an_account_is_created_once_and_opened_by_its_password_alone() -> None:
    accounts = FakePorts().accounts
    accounts.ensure("customer", "ada@example.org")
    accounts.ensure("customer", "ada@example.org")
    assert accounts.created["customer"] == 1
    with pytest.raises(errors.Invalid):
        accounts.set_password("customer", "short")
    accounts.set_password("customer", "long enough to be good")
    assert accounts.check_password("customer", "long enough to be good")
    assert not accounts.check_password("customer", "another one, as long")


def test_letters_are_kept_by_mailbox() -> None:
    post = FakePorts().post
    letter = Letter("ada@example.org", "Subject", "<p>", "text", {"kind": "invoice"})
    assert post.send(letter) != post.send(letter)
    assert post.to("ada@example.org") == (letter, letter)
    assert post.to("bob@example.org") == ()


def test_the_clock_never_goes_back() -> None:
    clock = FakePorts().clock
    with pytest.raises(AssertionError):
        clock.move_to(OPENING - timedelta(seconds=1))
