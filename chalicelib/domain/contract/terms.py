"""General terms: versions with a date of publication and a digest in each language (FRM-1)."""

from datetime import datetime

from chalicelib.domain.kernel.errors import NotFound
from chalicelib.domain.kernel.language import Language
from chalicelib.domain.kernel.value import Value


class TermsVersion(Value):
    """One published version; the sha256 of each language file is its identity."""

    version: str
    published_at: datetime
    sha256_fr: str
    sha256_en: str

    def sha256(self, lang: Language) -> str:
        """The digest of the text in that language."""
        return self.sha256_fr if lang == "fr" else self.sha256_en


class TermsArchive(Value):
    """Every version ever published; past ones stay readable (CGS 1 §1)."""

    versions: tuple[TermsVersion, ...]

    def current(self, at: datetime) -> TermsVersion:
        """The version in force for an order placed at that instant.

        Raises:
            NotFound: no version was published by then.
        """
        published = [version for version in self.versions if version.published_at <= at]
        if not published:
            raise NotFound("NO_TERMS")
        return max(published, key=lambda version: version.published_at)

    def named(self, version: str) -> TermsVersion:
        """The version of that name.

        Raises:
            NotFound: there is none.
        """
        for known in self.versions:
            if known.version == version:
                return known
        raise NotFound("NOT_FOUND", version)
