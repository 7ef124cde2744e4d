"""Prove the books once a day and keep the proof."""

from datetime import date

from chalicelib.application.ports import Ports
from chalicelib.domain.billing.days import Recent
from chalicelib.domain.billing.proof import Proof, prove
from chalicelib.domain.kernel.calendar import paris_date


def prove_day(*, ports: Ports) -> Proof:
    """Read every due item, reversal and counter, and file what was found."""
    now = ports.clock()
    today = paris_date(now)
    store = ports.store
    recent = Recent(today)
    dues = recent.passing(store.every_due_item())
    proof = prove(dues, store.every_reversal(), store.every_series(), now=now)
    name = f"proofs/{today.isoformat()}/{now.isoformat()}.json"
    ports.files.put_once(name, proof.model_dump_json().encode(), "application/json")
    figures = recent.figures().model_dump_json().encode()
    ports.files.put_once(days_file(today), figures, "application/json")
    return proof


def days_file(on: date) -> str:
    """Where the first proof of a day files the figures of the days before it."""
    return f"days/{on.isoformat()}.json"
