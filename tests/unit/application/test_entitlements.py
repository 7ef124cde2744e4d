"""What the platform asks and tells."""

from datetime import timedelta

import pytest

from chalicelib.application.learning.entitlements import entitlements, report_first_use
from chalicelib.domain.billing.outcomes import Refused
from chalicelib.domain.contract.subscription import Status
from chalicelib.domain.kernel import errors
from chalicelib.domain.kernel.change import Change, Insert, Replace
from chalicelib.domain.learning.entitlement import PLUS, SOLO
from tests.examples import Shop, an_order_form, paris
from tests.fakes import VISA
from tests.fakes_things import a_subscription


class TestDef2:
    """DEF-2: access follows the contract: open, closed by suspension, open again, over."""

    def test_a_confirmed_contract_opens_its_features(self) -> None:
        """Over all contracts, each feature once."""
        shop = Shop()
        shop.subscribe()
        customer = shop.customer()
        assert entitlements(customer.id, ports=shop.ports) == SOLO
        plus = a_subscription(
            id="01JDABCDEFGHJKMNPQRSTVWXY0", plan="plus", confirmed_at=shop.ports.clock()
        )
        both = customer.next(subscription_ids=(*customer.subscription_ids, plus.id))
        shop.ports.store.commit(Change((Insert(plus), Replace(both))))
        assert entitlements(customer.id, ports=shop.ports) == PLUS

    def test_past_due_still_opens_and_suspended_does_not(self) -> None:
        """The platform is told of the change."""
        shop = Shop()
        shop.subscribe()
        shop.ports.gateway.script(VISA.token, *[Refused(code="2")] * 4)
        shop.run_until(paris(2026, 11, 11, 23))
        customer_id = shop.subscription().customer_id
        assert shop.subscription().status is Status.PAST_DUE
        assert entitlements(customer_id, ports=shop.ports) == SOLO
        told = len(shop.ports.bus.published)
        shop.run_until(paris(2026, 11, 12, 9))
        assert entitlements(customer_id, ports=shop.ports) == ()
        assert [news["event"] for news in shop.ports.bus.published[told:]] == ["EntitlementChanged"]

    def test_a_stranger_is_not_found(self) -> None:
        """Nobody has that id."""
        with pytest.raises(errors.NotFound):
            entitlements("01JDABCDEFGHJKMNPQRSTVWXY0", ports=Shop().ports)


class TestFrm4:
    """FRM-4: paid is not yet open; the relay's acceptance of the confirmation opens."""

    def test_between_money_and_confirmation_nothing_is_open(self) -> None:
        """Then everything is."""
        shop = Shop()
        shop.start()
        shop.place()
        shop.pay()
        customer_id = shop.subscription().customer_id
        assert entitlements(customer_id, ports=shop.ports) == ()
        shop.rest()
        assert entitlements(customer_id, ports=shop.ports) == SOLO


class TestWdr2:
    """WDR-2: the first use of paid content is kept, once, with its instant."""

    def test_only_the_first_use_counts(self) -> None:
        """Later ones change nothing."""
        shop = Shop()
        shop.subscribe()
        customer_id = shop.subscription().customer_id
        first = shop.ports.clock() + timedelta(hours=1)
        assert report_first_use(customer_id, used_at=first, ports=shop.ports)
        later = first + timedelta(hours=1)
        assert not report_first_use(customer_id, used_at=later, ports=shop.ports)
        assert shop.subscription().first_used_at == first

    def test_a_use_before_access_is_no_use(self) -> None:
        """Without the box for immediate start, access opens after the right to withdraw."""
        shop = Shop()
        shop.subscribe(an_order_form(ticked={"terms": "Oui"}))
        customer_id = shop.subscription().customer_id
        early = shop.ports.clock() + timedelta(days=1)
        assert not report_first_use(customer_id, used_at=early, ports=shop.ports)
        opens_at = paris(2026, 10, 20)
        assert report_first_use(customer_id, used_at=opens_at, ports=shop.ports)
