"""A month of a few subscribers through every real handler, up to the proof of its books."""

from chalicelib.domain.billing.due import DueState
from tests.examples import paris
from tests.integration.http.site import Browser
from tests.integration.month.town import Town


def make_it_hard(town: Town) -> None:
    """The next renewals: one refused softly, one for good, one captured without a word of it."""
    lost, provider = town.key("silent").reference(1), town.deployment.provider
    fault = {"kind": "timeout_after", "operation": "payments", "reference": lost, "times": 100}
    provider.admin("POST", "/faults/api", fault)
    unheard = {"kind": "lose", "event": "AUTHORISATION", "reference": lost}
    provider.admin("POST", "/faults/webhooks", unheard)
    town.script("soft", "12")
    town.script("hard", "20")


def mend_it(town: Town) -> None:
    """A month is paid by the mailed link, a part goes back, a dispute is lived through and won."""
    browser = Browser()
    link = browser.get(town.mailed_link("pay"))
    town.pay(browser, browser.follow(browser.submit(link, "pay")))
    about = {"item": town.key("refunded").name, "minor": "500", "cause": "goodwill"}
    town.operate("refund", "a day without service", **about)
    for event in ("NOTIFICATION_OF_CHARGEBACK", "CHARGEBACK", "CHARGEBACK_REVERSED"):
        town.happens("disputed", event)


def test_a_month_with_everything_in_it_ends_in_a_green_proof(town: Town) -> None:
    """Each month is captured once, whatever happened; two batches explain every cent."""
    store = town.deployment.container.store
    for name in ("ada", "soft", "hard", "silent", "refunded", "disputed"):
        town.subscribe(name)
    first = town.settle()
    assert town.proof().is_green
    make_it_hard(town)
    town.live_until(paris(2026, 11, 5, 12))
    states = {name: store.due_item(town.key(name), fresh=True).state for name in town.people}
    assert states == {
        "ada": DueState.PAID,
        "soft": DueState.SCHEDULED,
        "hard": DueState.UNPAID,
        "silent": DueState.CHARGING,
        "refunded": DueState.PAID,
        "disputed": DueState.PAID,
    }
    mend_it(town)
    town.live_until(paris(2026, 11, 9, 12))
    assert store.due_item(town.key("silent"), fresh=True).state is DueState.CHARGING
    second = town.settle()
    town.rest()
    for name in town.people:
        assert store.due_item(town.key(name), fresh=True).state is DueState.PAID, name
        assert len(town.payments(name)) == 1, name
    proof = town.proof()
    assert proof.is_green, (proof.findings, proof.parked)
    assert (proof.captures, proof.batches, proof.unsettled_minor) == (12, 2, 0)
    assert proof.balances["bank"] == first["payout_minor"] + second["payout_minor"]
    assert proof.balances["fees"] + proof.balances["bank"] == 12 * 2000 - 500
    assert "Everything is accounted for" in town.proof_page().text


def test_a_line_that_no_order_knows_is_named_until_two_people_close_it(town: Town) -> None:
    """Parked, in the proof by its reference, and in suspense."""
    town.subscribe("ada")
    town.settle(foreign=[{"reference": "order-7", "psp": "WNS7GQ4TG5PFWR50", "amount_minor": 1200}])
    proof = town.proof()
    assert [str(each) for each in proof.parked] == ["settlement_differs batch 1"]
    (found,) = proof.findings
    assert (found.code, found.minor) == ("line_foreign", 1200)
    assert "order-7" in town.proof_page().text
    town.operate("answer-batch", "theirs", batch="1", answer="an order of the old shop")
    assert town.proof().is_green


def test_a_payment_that_no_report_tells_is_named_until_one_does(town: Town) -> None:
    """Its line was left out of the batch of its day, and comes in a later one."""
    town.subscribe("ada")
    town.subscribe("left-out")
    (paid,) = town.payments("left-out", 0)
    without = [paid["psp_reference"]]
    town.settle(without=without)
    town.live_until(paris(2026, 10, 14, 12))
    town.subscribe("zoe")
    town.settle(without=without)
    (found,) = town.proof().findings
    name = town.key("left-out", 0).reference(0)
    assert (found.code, found.subject, found.minor) == ("unsettled", name, 2000)
    assert name in town.proof_page().text
    town.settle()
    assert town.proof().is_green
