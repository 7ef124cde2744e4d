"""Prove the books once a day, keep the proof, and mend what reports alone can tell."""

from contextlib import suppress
from datetime import date, datetime

from chalicelib.application.billing.books.reconcile_report import announce
from chalicelib.application.patience import commit_fresh
from chalicelib.application.ports import Ports
from chalicelib.domain.billing.books.absence import Absent, close_absent
from chalicelib.domain.billing.books.proof import Books, LatestProof, Proof, read_books
from chalicelib.domain.billing.books.report import usual_name
from chalicelib.domain.billing.operating.days import Recent
from chalicelib.domain.kernel import errors
from chalicelib.domain.kernel.calendar import paris_date
from chalicelib.domain.kernel.change import Change

MENDED_MAX = 100


def prove_day(*, ports: Ports) -> Proof:
    """Read everything that is in the books, once, and file what was found."""
    now = ports.clock()
    today = paris_date(now)
    recent = Recent(today)
    books = read_books(recent.passing(ports.store.every_book_entry()), now=now)
    proof = books.proof()
    name = f"proofs/{today.isoformat()}/{now.isoformat()}.json"
    ports.files.put_once(name, proof.model_dump_json().encode(), "application/json")
    figures = recent.figures().model_dump_json().encode()
    ports.files.put_once(days_file(today), figures, "application/json")
    _point_to(name, proof, ports)
    _mend(books, now, ports)
    return proof


def days_file(on: date) -> str:
    """Where the first proof of a day files the figures of the days before it."""
    return f"days/{on.isoformat()}.json"


def latest_proof(*, ports: Ports) -> Proof | None:
    """The last proof that was filed; None before the first."""
    latest = ports.store.latest_proof()
    return None if latest is None else Proof.model_validate_json(ports.files.get(latest.file))


def _point_to(name: str, proof: Proof, ports: Ports) -> None:
    def decide(_: int) -> Change:
        return LatestProof.of(proof, name, ports.store.latest_proof())

    commit_fresh(ports.store, decide)


def _mend(books: Books, now: datetime, ports: Ports) -> None:
    """Batches whose news was lost are read all the same; attempts proved absent are closed.

    The proof of this day still names them, the next one no more.
    """
    for batch in books.missing_batches()[:MENDED_MAX]:
        announce(batch, usual_name(batch), now=now, ports=ports)
    for absent in books.absent()[:MENDED_MAX]:
        _close(absent, ports)


def _close(absent: Absent, ports: Ports) -> None:
    def decide(_: int) -> Change:
        return close_absent(ports.store.due_item(absent.due, fresh=True), absent.number)

    with suppress(errors.Conflict):
        commit_fresh(ports.store, decide)
