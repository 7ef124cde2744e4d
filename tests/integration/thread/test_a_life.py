"""One subscription from its order to its end, on a table, with typeset papers."""

from datetime import timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from chalicelib.application.exits.cancel_renewal import cancel_renewal, resume_renewal
from chalicelib.domain.billing.due import DueState
from chalicelib.domain.billing.outcomes import Refused
from chalicelib.domain.contract.subscription import Status
from chalicelib.entrypoints.queues import write_document
from tests.fakes import VISA
from tests.world import World, in_memory
from tests.world_verdicts import assert_sound, books, letters

A_DAY = timedelta(days=1)
A_YEAR = 365 * A_DAY
MAILBOX = "zoe@example.org"


def test_a_first_month_with_typeset_papers(table_world: World) -> None:
    table_world.papers = write_document
    subscription_id = table_world.subscribe()
    assert_sound(table_world)
    files = table_world.fakes.files.contents
    papers = {name: text(content) for name, content in files.items() if name.endswith(".pdf")}
    assert set(papers) == {
        "invoices/2026/F2026-00000001.pdf",
        f"contracts/{subscription_id}/confirmation.pdf",
    }
    invoice = papers["invoices/2026/F2026-00000001.pdf"]
    assert "F2026-00000001" in invoice
    assert "Zoé d’Aubigné-Łukasz" in invoice
    attached = [letter for letter in table_world.fakes.post.letters if letter.attachments]
    (confirmation,) = attached[0].attachments
    assert confirmation.content == files[f"contracts/{subscription_id}/confirmation.pdf"]


def text(pdf: bytes) -> str:
    """The words of a PDF."""
    return " ".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)


def test_a_year_is_thirteen_payments_thirteen_invoices_and_one_contract() -> None:
    world = in_memory()
    subscription_id = world.subscribe()
    world.live(A_YEAR)
    assert_sound(world)
    proof = books(world)
    assert (proof.captures, proof.captured_minor, proof.numbers) == (13, 26_000, 13)
    assert letters(world)[MAILBOX, "invoice_ready"] == 13
    dues = world.ports.store.due_items(subscription_id)
    assert {due.from_on.day for due in dues} == {5}
    assert [due.number for due in dues if due.issued_on and due.issued_on.year == 2027] == [
        f"F2027-{rank:08}" for rank in range(1, 11)
    ]


@pytest.mark.parametrize("refusals", [1, 4])
def test_a_refused_month_is_tried_again_then_suspended(refusals: int) -> None:
    world = in_memory()
    subscription_id = world.subscribe()
    steps = [Refused(provider_reference=f"R{n}", code="12") for n in range(refusals)]
    world.fakes.gateway.script(VISA.token, *steps)
    world.move_to_next_due(subscription_id)
    world.live(10 * A_DAY)
    subscription = world.ports.store.subscription(subscription_id)
    due = world.ports.store.due_items(subscription_id)[1]
    assert [attempt.state for attempt in due.attempts][:refusals] == ["refused"] * refusals
    assert letters(world)[MAILBOX, "payment_refused"] == refusals
    if refusals == 1:
        assert (subscription.status, due.state) == (Status.ACTIVE, DueState.PAID)
        assert_sound(world)
        return
    assert (subscription.status, due.state) == (Status.SUSPENDED, DueState.UNPAID)
    assert due.parked == "unpaid"
    assert world.agenda(world.now) == []


def test_a_cancellation_undone_renews_and_one_that_stands_ends() -> None:
    world = in_memory()
    subscription_id = world.subscribe()
    customer_id = world.ports.store.subscription(subscription_id).customer_id
    world.live(10 * A_DAY)
    cancel_renewal(subscription_id, customer_id, ports=world.ports)
    world.live(A_DAY)
    resume_renewal(subscription_id, customer_id, ports=world.ports)
    world.live(30 * A_DAY)
    assert_sound(world)
    assert books(world).captures == 2
    cancel_renewal(subscription_id, customer_id, ports=world.ports)
    world.live(60 * A_DAY)
    assert_sound(world)
    assert books(world).captures == 2
    assert world.ports.store.subscription(subscription_id).status is Status.ENDED
    assert letters(world)[MAILBOX, "subscription_ended"] == 1
