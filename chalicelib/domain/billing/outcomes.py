"""What the provider can say about one attempt; every channel speaks these words."""

from typing import Literal

from chalicelib.domain.kernel.value import Value
from chalicelib.domain.selling.checkout import StoredMethod


class Authorised(Value):
    """The money is the platform's.

    `captured` when the provider said so in so many words: that beats older news of its failure.
    """

    kind: Literal["authorised"] = "authorised"
    provider_reference: str
    method: StoredMethod | None = None
    method_label: str | None = None
    captured: bool = False


class Refused(Value):
    """A final no to this attempt; `code` is the provider's refusal reason code.

    Attributes:
        advice: Mastercard's merchant advice code, when there is one.
        raw: the scheme's own code and words, `51 : Insufficient funds`.
    """

    kind: Literal["refused"] = "refused"
    provider_reference: str | None = None
    code: str
    advice: str | None = None
    raw: str | None = None


class Unknown(Value):
    """No answer, or not yet: it is asked again, never tried again."""

    kind: Literal["unknown"] = "unknown"


Outcome = Authorised | Refused | Unknown
