"""Prove the books once a day and keep the proof."""

from chalicelib.application.ports import Ports
from chalicelib.domain.billing.proof import Proof, prove
from chalicelib.domain.kernel.calendar import paris_date


def prove_day(*, ports: Ports) -> Proof:
    """Read every due item, reversal and counter, and file what was found."""
    now = ports.clock()
    store = ports.store
    proof = prove(store.every_due_item(), store.every_reversal(), store.every_series(), now=now)
    name = f"proofs/{paris_date(now).isoformat()}/{now.isoformat()}.json"
    ports.files.put_once(name, proof.model_dump_json().encode(), "application/json")
    return proof
