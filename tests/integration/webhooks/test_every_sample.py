"""Every published notification, over the real route: accepted, kept, and entered or set aside."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.application.billing.apply_notification import apply_notification
from chalicelib.application.ports import Notification
from chalicelib.domain.billing.due import Attempt, DueState
from chalicelib.domain.kernel.change import Change, Insert
from tests.fakes import FACTS, VISA, FakeIds
from tests.fakes_things import (
    CONCLUDED_AT,
    SUBSCRIPTION_ID,
    a_checkout,
    a_customer,
    a_due,
    a_refund,
    a_reversal,
    a_subscription,
)
from tests.integration.webhooks.conftest import Kept
from tests.integration.webhooks.golden import AS_PUBLISHED, OF_OUR_PAYMENT
from tests.world_site import Site, open_site
from tests.world_webhooks import signed, standard_body, token_headers, webhook_headers

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb import DynamoDBClient

    from tests.fakes_store import FakeStore

DATA = Path(__file__).parents[2] / "data/adyen/webhooks"
SAMPLES = sorted(DATA.glob("*.json"))
STANDARD = [path for path in SAMPLES if "notificationItems" in json.loads(path.read_text())]
OTHERS = [path for path in SAMPLES if path not in STANDARD]
PAYMENT, PRICE = "WNS7GQ4TG5PFWR50", {"currency": "EUR", "value": 2000}
SPEAKS_OF_THE_WHOLE = ("REFUND", "REFUND_FAILED", "REFUNDED_REVERSED")


@pytest.fixture
def site(dynamodb: "DynamoDBClient", table: str, commit_ids: FakeIds) -> Site:
    """The routes, and an empty table behind them that takes transactions."""
    return open_site(dynamodb, table, commit_ids)


def stem(path: Path) -> str:
    return path.stem


def item_of(sample: Path) -> dict[str, Any]:
    """The one item of a standard sample."""
    (wrapped,) = json.loads(sample.read_text())["notificationItems"]
    item: dict[str, Any] = wrapped["NotificationRequestItem"]
    return {"additionalData": {}, **item}


def of_our_payment(item: dict[str, Any]) -> dict[str, Any]:
    """The same event about the renewal of `a_paid_renewal`."""
    event = item["eventCode"]
    reference, amount = a_due().key.reference(1), PRICE
    if event in SPEAKS_OF_THE_WHOLE:
        reference, amount = a_refund().reference, {"currency": "EUR", "value": 1533}
    if event == "CANCEL_OR_REFUND":
        reference = a_reversal().reference
    own = {"originalReference": PAYMENT} if "originalReference" in item else {}
    names = {"pspReference": PAYMENT} if event in ("AUTHORISATION", "EXPIRE") else {}
    if event == "REPORT_AVAILABLE":
        names = {"pspReference": "settlement_detail_report_batch_7.csv"}
    merchant = {"merchantAccountCode": FACTS.merchant_account, "live": "false"}
    return item | own | names | merchant | {"merchantReference": reference, "amount": amount}


def a_paid_renewal(store: "FakeStore | Any") -> None:
    """A contract with its renewal paid, part of it promised back, and a surplus on its way."""
    attempt = Attempt(
        number=1, state="authorised", opened_at=CONCLUDED_AT, provider_reference=PAYMENT
    )
    paid = a_due(state=DueState.PAID, attempts=(attempt,), refunded_minor=1533)
    things = (a_subscription(), a_checkout(), a_customer(), paid, a_refund(), a_reversal())
    store.commit(Change(tuple(Insert(thing) for thing in things)))


def deliver(site: Site, item: dict[str, Any]) -> int:
    """Deliver a standard item under our key; the status."""
    body = standard_body(signed(item))
    return int(site.send("/webhooks/adyen", body, webhook_headers()).status_code)


def deliver_document(site: Site, document: dict[str, Any]) -> int:
    """Deliver any other document under our key; the status."""
    body = json.dumps(document).encode()
    return int(site.send("/webhooks/adyen/tokens", body, token_headers(body)).status_code)


def applied(site: Site, notification: Notification) -> tuple[str, str]:
    """What the stream makes of a notification that was kept."""
    return apply_notification(notification.raw, now=site.ports.clock(), ports=site.ports)


class TestEverySample:
    """Every event of the provider's own list is accepted, kept, and entered or set aside."""

    @pytest.mark.parametrize("sample", STANDARD, ids=stem)
    def test_as_published_it_is_another_merchants(
        self, site: Site, kept: Kept, sample: Path
    ) -> None:
        """Accepted and kept all the same; known events are never an alarm to us."""
        assert deliver(site, item_of(sample)) == 202
        (notification,) = kept()
        assert applied(site, notification) == ("set_aside", AS_PUBLISHED)
        assert list(site.ports.store.every_unplaced_money()) == []

    @pytest.mark.parametrize("sample", STANDARD, ids=stem)
    def test_of_our_payment_it_is_entered_or_set_aside_for_a_reason(
        self, site: Site, kept: Kept, sample: Path
    ) -> None:
        """Delivered twice, kept once, applied twice to the same end."""
        a_paid_renewal(site.ports.store)
        item = of_our_payment(item_of(sample))
        for _ in range(2):
            assert deliver(site, item) == 202
        (notification,) = kept()
        outcome = (*applied(site, notification), len(list(site.ports.store.every_unplaced_money())))
        assert outcome == OF_OUR_PAYMENT[sample.stem]
        assert applied(site, notification) == outcome[:2]

    @pytest.mark.parametrize("sample", OTHERS, ids=stem)
    def test_tokens_and_changes_of_account_are_kept_too(
        self, site: Site, kept: Kept, sample: Path
    ) -> None:
        """As published, and about our own subscriber."""
        document = json.loads(sample.read_text())
        assert deliver_document(site, document) == 202
        (notification,) = kept()
        disposition, reason = applied(site, notification)
        assert (disposition, bool(reason)) == ("set_aside", True)

    @pytest.mark.parametrize("sample", OTHERS, ids=stem)
    def test_of_our_subscriber_it_is_entered_or_set_aside_for_a_reason(
        self, site: Site, kept: Kept, sample: Path
    ) -> None:
        """The token is one that the provider knows."""
        a_paid_renewal(site.ports.store)
        site.gateway.methods[SUBSCRIPTION_ID] = [VISA.replace(token="M5N7TQ4TG5PFWR50")]
        document = json.loads(sample.read_text())
        told = {"merchantAccount": FACTS.merchant_account, "shopperReference": SUBSCRIPTION_ID}
        assert deliver_document(site, document | {"data": document["data"] | told}) == 202
        (notification,) = kept()
        outcome = (*applied(site, notification), 0)
        assert outcome == OF_OUR_PAYMENT[sample.stem]

    def test_the_table_knows_every_sample(self) -> None:
        """And nothing else."""
        assert set(OF_OUR_PAYMENT) == {sample.stem for sample in SAMPLES}
        assert (len(STANDARD), len(OTHERS)) == (47, 7)


# ---- whatever else may come -------------------------------------------------------------------

ODD: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["true", "false", "", "null", a_due().key.reference(1), PAYMENT, "9" * 99]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=4), inner, max_size=2)
    ),
    max_leaves=4,
)
FIELDS = (
    "amount", "eventCode", "success", "pspReference", "originalReference", "merchantReference",
    "additionalData", "reason", "eventDate", "paymentMethod",
)  # fmt: skip
HUGE = [10**12 + 1, -1, 0, 10**30, 1.5, "2000", None, True, {}, []]


@pytest.fixture(scope="module")
def living(dynamodb: "DynamoDBClient", new_table: "Callable[[], str]", commit_ids: FakeIds) -> Site:
    """The routes with a contract behind them, for many deliveries."""
    site = open_site(dynamodb, new_table(), commit_ids)
    a_paid_renewal(site.ports.store)
    return site


def as_signed(item: dict[str, Any]) -> dict[str, Any]:
    """The item under our key if it can be signed at all, else as it is."""
    try:
        return signed({**item, "additionalData": dict(item["additionalData"])})
    except (AttributeError, KeyError, TypeError, ValueError):
        return item


class TestWhateverComes:
    """A stranger's delivery, or a defect of the provider's, is never an error of ours."""

    @settings(
        max_examples=250, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
    )
    @given(
        sample=st.sampled_from(STANDARD),
        changes=st.dictionaries(st.sampled_from(FIELDS), ODD, max_size=3),
        amount=st.sampled_from(HUGE) | st.integers(),
        dropped=st.sets(st.sampled_from(FIELDS), max_size=2),
        ours=st.booleans(),
    )
    def test_a_spoilt_sample_is_answered_and_never_stops_the_stream(
        self,
        living: Site,
        sample: Path,
        changes: dict[str, Any],
        amount: Any,
        dropped: set[str],
        ours: bool,  # noqa: FBT001
    ) -> None:
        """Wrong types, missing fields, huge numbers; genuine or not."""
        item = item_of(sample)
        item = of_our_payment(item) if ours else item
        item |= {"amount": {"currency": "EUR", "value": amount}} | changes
        for name in dropped:
            item.pop(name, None)
        body = standard_body(as_signed(item))
        status = living.send("/webhooks/adyen", body, webhook_headers()).status_code
        assert status in (202, 400, 401)
        if status == 202:
            raw = json.dumps(item, ensure_ascii=False).encode()
            disposition, _ = apply_notification(raw, now=CONCLUDED_AT, ports=living.ports)
            assert disposition in ("applied", "set_aside")

    @pytest.mark.parametrize(
        "body",
        [
            b"", b"[]", b"[[]]", b"{}", b"null", b"\xff\xfe", b'{"live":"false"}',
            b'{"live":"false","notificationItems":[]}',
            b'{"live":"false","notificationItems":{"0":{}}}',
            b'{"live":"false","live":"false","notificationItems":[{"NotificationRequestItem":1}]}',
            b'{"notificationItems":' + b"[" * 50_000 + b"]" * 50_000 + b"}",
            b'{"live":"false","notificationItems":[' + b"1" * 5_000 + b"]}",
        ],
        ids=range(12),
    )  # fmt: skip
    def test_a_body_of_another_shape_is_refused(self, living: Site, body: bytes) -> None:
        """Empty, an array, not text, nested without end."""
        for path in ("/webhooks/adyen", "/webhooks/adyen/tokens"):
            headers = webhook_headers() if path.endswith("adyen") else token_headers(body)
            assert living.send(path, body, headers).status_code == 400

    def test_of_two_values_of_one_name_the_signed_one_is_kept(self, site: Site, kept: Kept) -> None:
        """JSON lets a name stand twice; what is verified is what is kept."""
        item = signed(of_our_payment(item_of(DATA / "CAPTURE-capture.json")))
        text = standard_body(item).decode()
        doubled = text.replace('"success":', '"success": "false", "success":', 1)
        assert doubled != text
        assert site.send("/webhooks/adyen", doubled.encode(), webhook_headers()).status_code == 202
        forged = text.replace('"eventCode":', '"eventCode": "CAPTURE", "eventCode":', 1)
        forged = forged.replace('"success": "true"', '"success": "true", "success": "false"', 1)
        assert site.send("/webhooks/adyen", forged.encode(), webhook_headers()).status_code == 401
        assert [json.loads(n.raw) for n in kept()] == [item]
