"""The wording of a confirmation by language of the contract."""

from chalicelib.documents.confirmation_en import ENGLISH
from chalicelib.documents.confirmation_fr import FRENCH
from chalicelib.documents.confirmation_words import ConfirmationWords
from chalicelib.domain.kernel.language import Language

CONFIRMATION_WORDS: dict[Language, ConfirmationWords] = {"fr": FRENCH, "en": ENGLISH}
