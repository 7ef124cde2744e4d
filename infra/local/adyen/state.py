"""Everything that a snapshot keeps: records, references, faults, the outbox."""

from __future__ import annotations

import base64
import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from infra.local.adyen.books import Books
from infra.local.adyen.faults import FaultBoard
from infra.local.adyen.idempotency import Ledger
from infra.local.adyen.parcels import Mailbag

if TYPE_CHECKING:
    from infra.local.adyen.records import (
        Attempt,
        Due,
        Modification,
        Payment,
        Script,
        Session,
        Token,
    )

# No vowels: references never spell a word. No dash: the Python library rewrites "-test".
ALPHABET = "BCDFGHJKLMNPQRSTVWXZ23456789"
REFERENCE_LENGTH = 16


class References:
    """Draws every identifier from one seeded source, so that a run can be replayed."""

    def __init__(self, seed: int) -> None:
        self.random = random.Random(seed)

    def psp(self) -> str:
        """A reference of 16 characters, for payments, modifications and tokens."""
        return "".join(self.random.choices(ALPHABET, k=REFERENCE_LENGTH))

    def session_id(self) -> str:
        """An identifier such as `CS3F09…`."""
        return f"CS{self.random.randbytes(8).hex().upper()}"

    def opaque(self, prefix: str, size: int = 45) -> str:
        """A long opaque word; it always holds `+` and `/`, which callers must quote."""
        body = b"\xfb\xff\xbf" + self.random.randbytes(size)
        return f"{prefix}!{base64.b64encode(body).decode()}"

    def number(self, digits: int) -> str:
        """A string of digits, for authorisation codes."""
        return "".join(self.random.choices("0123456789", k=digits))


@dataclass
class State:
    """The memory of one simulator."""

    seed: int
    references: References = field(init=False)
    sessions: dict[str, Session] = field(default_factory=dict)
    attempts: dict[str, Attempt] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    modifications: dict[str, Modification] = field(default_factory=dict)
    tokens: dict[str, Token] = field(default_factory=dict)
    scripts: dict[str, Script] = field(default_factory=dict)
    agenda: list[Due] = field(default_factory=list)
    spent_blobs: dict[str, str] = field(default_factory=dict)
    ledger: Ledger = field(default_factory=Ledger)
    faults: FaultBoard = field(default_factory=FaultBoard)
    mailbag: Mailbag = field(default_factory=Mailbag)
    books: Books = field(default_factory=Books)

    def __post_init__(self) -> None:
        self.references = References(self.seed)
