"""The page of the last proof, for whoever was handed a link: there is no console to sign in to."""

from datetime import timedelta

from chalicelib.application.billing.books.prove_day import latest_proof
from chalicelib.application.ports import Ports
from chalicelib.domain.billing.books.proof import Proof
from chalicelib.domain.kernel import seals
from chalicelib.domain.kernel.errors import Refused
from chalicelib.domain.kernel.language import Language

PURPOSE = "proof"
BOOKS = "books"
OPEN_FOR = timedelta(hours=1)


def proof_link(*, ports: Ports, lang: Language = "fr") -> str:
    """The address of the last proof, for one hour of the wall clock; it names nobody."""
    link = seals.Link(
        purpose=PURPOSE,
        subject=BOOKS,
        edition=1,
        expires_at=ports.wall_clock() + OPEN_FOR,
    )
    token = seals.link_token(ports.keys.link, link)
    return f"{ports.facts.public_url}/{lang}/proof/{token}"


def proof_of_link(token: str, *, ports: Ports) -> Proof | None:
    """The last proof, None before the first.

    Raises:
        Refused: `PROOF_LINK_EXPIRED`; the link is not ours, or too old.
    """
    if seals.read_link(ports.keys.link, PURPOSE, token, ports.wall_clock()) is None:
        raise Refused("PROOF_LINK_EXPIRED")
    return latest_proof(ports=ports)
