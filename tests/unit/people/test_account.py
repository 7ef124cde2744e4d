"""Passwords, sessions and the mailbox of an account, through the use cases."""

from datetime import timedelta

import pytest

from chalicelib.application.exits.cancel_renewal import cancel_renewal
from chalicelib.application.people import account
from chalicelib.domain.contract.subscription import Status
from chalicelib.domain.kernel import errors
from chalicelib.domain.kernel.change import Change, Insert, Remove
from chalicelib.domain.kernel.seals import link_token, mailbox_digest
from chalicelib.domain.kernel.unique import mailbox
from chalicelib.domain.people.customer import Customer
from tests.examples import Shop
from tests.fakes_things import CUSTOMER_ID, a_billing_identity, a_customer

PASSWORD = "a sentence nobody guesses"
STRANGER = "01JDABCDEFGHJKMNPQRSTVWXY0"


def a_token(shop: Shop, customer: Customer | None = None) -> str:
    link = account.password_link(customer or shop.customer(), ports=shop.ports)
    return link_token(shop.ports.keys.link, link)


def opened() -> Shop:
    """A subscriber who has set a password."""
    shop = Shop()
    shop.subscribe()
    account.set_password(a_token(shop), PASSWORD, ports=shop.ports)
    return shop


def link_refused(shop: Shop, token: str) -> bool:
    with pytest.raises(errors.Refused) as caught:
        account.customer_of_link(token, ports=shop.ports)
    return caught.value.code == "LINK_EXPIRED"


class TestSec1:
    """SEC-1: passwords live with the identity service; links work once; sessions can be ended."""

    def test_the_password_opens_the_account(self) -> None:
        """Whatever the case of the mailbox."""
        shop = opened()
        customer, session = account.sign_in("ZOE@example.org", PASSWORD, ports=shop.ports)
        assert customer == shop.customer()
        assert account.customer_of_session(session, ports=shop.ports) == customer

    @pytest.mark.parametrize(
        ("email", "password"), [("zoe@example.org", "wrong"), ("eve@example.org", PASSWORD)]
    )
    def test_a_wrong_answer_does_not_say_which_was_wrong(self, email: str, password: str) -> None:
        """The same refusal for an unknown mailbox and a wrong password."""
        with pytest.raises(errors.Forbidden) as caught:
            account.sign_in(email, password, ports=opened().ports)
        assert caught.value.code == "BAD_CREDENTIALS"

    def test_a_link_works_once_and_ends_every_session(self) -> None:
        """Setting a password makes a new edition of both."""
        shop = opened()
        _, session = account.sign_in("zoe@example.org", PASSWORD, ports=shop.ports)
        token = a_token(shop)
        assert account.customer_of_link(token, ports=shop.ports).has_password()
        _, fresh = account.set_password(token, PASSWORD + "!", ports=shop.ports)
        assert link_refused(shop, token)
        assert account.customer_of_session(session, ports=shop.ports) is None
        assert account.customer_of_session(fresh, ports=shop.ports) == shop.customer()

    def test_a_weak_password_leaves_the_link_alive(self) -> None:
        """The person tries again on the same page."""
        shop = Shop()
        shop.subscribe()
        token = a_token(shop)
        with pytest.raises(errors.Invalid) as caught:
            account.set_password(token, "short", ports=shop.ports)
        assert caught.value.fields == {"password": "WEAK_PASSWORD"}
        assert account.customer_of_link(token, ports=shop.ports) == shop.customer()

    def test_a_link_that_is_old_forged_or_for_nobody_is_refused(self) -> None:
        """Two days are its life."""
        shop = Shop()
        shop.subscribe()
        token = a_token(shop)
        assert link_refused(shop, token + "x")
        assert link_refused(shop, a_token(shop, a_customer(id=STRANGER)))
        shop.ports.clock.advance(timedelta(days=2))
        assert link_refused(shop, token)

    def test_a_session_dies_with_its_hours_its_account_or_everywhere(self) -> None:
        """Twelve hours of the wall clock."""
        shop = opened()
        session = account.session_token(shop.customer(), ports=shop.ports)
        nobody = account.session_token(a_customer(id=STRANGER), ports=shop.ports)
        assert account.customer_of_session(nobody, ports=shop.ports) is None
        account.sign_out_everywhere(shop.customer(), ports=shop.ports)
        assert account.customer_of_session(session, ports=shop.ports) is None
        again = account.session_token(shop.customer(), ports=shop.ports)
        shop.ports.wall_clock.advance(timedelta(hours=12))
        assert account.customer_of_session(again, ports=shop.ports) is None

    def test_a_link_is_sent_once_a_minute_to_known_mailboxes_alone(self) -> None:
        """Nobody learns from it who has an account."""
        shop = opened()
        account.ask_password_link("eve@example.org", ports=shop.ports)
        for _ in range(2):
            account.ask_password_link("zoe@example.org", ports=shop.ports)
        shop.ports.clock.advance(timedelta(minutes=1))
        account.ask_password_link("zoe@example.org", ports=shop.ports)
        asked = [c for c in shop.ports.store.committed if "PasswordLinkAsked" in c.events]
        assert len(asked) == 2


class TestFrm4:
    """FRM-4: a mistyped mailbox is mended, and the confirmation goes out again."""

    def mend(self, shop: Shop, email: str) -> None:
        account.correct_mailbox(shop.subscription_id, email, ports=shop.ports)

    def test_confirmation_and_access_go_to_the_new_address(self) -> None:
        """The old mailbox is free again."""
        shop = Shop()
        shop.subscribe()
        old = shop.customer().mailbox_digest
        self.mend(shop, " zoe@mended.example ")
        assert shop.subscription().confirmed_at is None
        shop.rest()
        assert len(shop.ports.post.to("zoe@mended.example")) == 2
        assert shop.subscription().invited_at is not None
        assert shop.ports.store.unique("mailbox", old) is None

    def test_the_same_address_changes_nothing(self) -> None:
        """Nothing is sent twice."""
        shop = Shop()
        shop.subscribe()
        before = len(shop.ports.post.letters)
        self.mend(shop, "ZOE@example.org")
        shop.rest()
        assert len(shop.ports.post.letters) == before

    def test_mended_after_the_end_it_goes_out_and_the_contract_sleeps_again(self) -> None:
        """An ended contract is not swept for ever."""
        shop = Shop()
        shop.subscribe()
        cancel_renewal(shop.subscription_id, shop.subscription().customer_id, ports=shop.ports)
        shop.run_until(shop.ports.clock() + timedelta(days=40))
        assert shop.subscription().status is Status.ENDED
        self.mend(shop, "zoe@mended.example")
        shop.run_until(shop.ports.clock() + timedelta(hours=1))
        assert len(shop.ports.post.to("zoe@mended.example")) == 2
        assert shop.subscription().agenda_at is None

    def test_an_opened_account_is_its_owners_to_change(self) -> None:
        """Not that of whoever still has the page."""
        with pytest.raises(errors.Refused, match="ACCOUNT_OPENED"):
            self.mend(opened(), "eve@example.org")

    def test_a_mailbox_that_has_an_account_is_not_taken_over(self) -> None:
        """It signs in instead."""
        shop = Shop()
        shop.subscribe()
        digest = mailbox_digest(shop.ports.keys.identity, "eve@example.org")
        shop.ports.store.commit(Change((Insert(mailbox(digest, STRANGER)),)))
        with pytest.raises(errors.Refused, match="ACCOUNT_EXISTS"):
            self.mend(shop, "eve@example.org")

    def test_a_name_that_was_never_taken_needs_not_be_given_back(self) -> None:
        """The new one is taken all the same."""
        shop = Shop()
        shop.subscribe()
        held = shop.ports.store.unique("mailbox", shop.customer().mailbox_digest)
        assert held is not None
        shop.ports.store.commit(Change((Remove(held),)))
        self.mend(shop, "zoe@mended.example")
        digest = mailbox_digest(shop.ports.keys.identity, "zoe@mended.example")
        assert shop.ports.store.unique("mailbox", digest) is not None


class TestInv1:
    """INV-1: papers name the person as they were named when the period was paid."""

    def test_the_full_name_is_given_name_and_family_name(self) -> None:
        """As typed, accents and all."""
        assert a_billing_identity().full_name == "Zoé d’Aubigné-Łukasz"
        assert a_billing_identity().customer_id == CUSTOMER_ID
