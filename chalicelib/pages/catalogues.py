"""Message catalogues: English is the source, every other language must be complete."""

from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

DOMAIN = "pages"
FOLDER = Path(__file__).parent / "locale"


class MessageMissing(LookupError):
    """A wording has no translation: the catalogue is behind the pages."""


class _Strict(NullTranslations):
    """The last resort of a catalogue: refuses, so that no page mixes two languages."""

    def gettext(self, message: str) -> str:
        raise MessageMissing(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:  # noqa: ARG002 - its signature
        raise MessageMissing(msgid1)

    def pgettext(self, context: str, message: str) -> str:
        raise MessageMissing(f"{context}: {message}")


@cache
def catalogue(lang: str) -> NullTranslations:
    """The translations into `lang`; a missing one raises `MessageMissing`."""
    if lang == "en":
        return NullTranslations()
    compiled = FOLDER / lang / "LC_MESSAGES" / f"{DOMAIN}.mo"
    with compiled.open("rb") as file:
        translations = GNUTranslations(file)
    translations.add_fallback(_Strict())
    return translations


def translate(message: str, lang: str) -> str:
    """One wording in `lang`."""
    return catalogue(lang).gettext(message)


def N_(message: str) -> str:  # noqa: N802 - the name that the extractor looks for
    """Mark a wording for the catalogue; it is translated where it is shown."""
    return message
