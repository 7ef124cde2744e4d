"""Versions of the general terms."""

from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain.contract.terms import TermsArchive, TermsVersion
from chalicelib.domain.kernel.errors import NotFound

PUBLISHED_AT = datetime(2026, 12, 1, 10, 2, tzinfo=UTC)


def a_version(name: str, at: datetime) -> TermsVersion:
    return TermsVersion(version=name, published_at=at, sha256_fr="f" * 64, sha256_en="e" * 64)


OLD = a_version("2025-09-25", PUBLISHED_AT - timedelta(days=400))
NEW = a_version("2026-12-01", PUBLISHED_AT)
ARCHIVE = TermsArchive(versions=(NEW, OLD))


class TestFrm1:
    """FRM-1: terms are versioned, and every contract points at the version that was accepted."""

    def test_a_version_is_in_force_from_the_instant_of_its_publication(self) -> None:
        """A minute earlier it is still the old one."""
        assert ARCHIVE.current(PUBLISHED_AT - timedelta(minutes=1)) == OLD
        assert ARCHIVE.current(PUBLISHED_AT) == NEW

    def test_past_versions_stay_readable_by_name(self) -> None:
        """CGS 1 §1: for ever."""
        assert ARCHIVE.named("2025-09-25") == OLD

    def test_before_the_first_there_are_none(self) -> None:
        """Nothing can be sold without terms."""
        with pytest.raises(NotFound) as caught:
            ARCHIVE.current(OLD.published_at - timedelta(seconds=1))
        assert caught.value.code == "NO_TERMS"

    def test_an_unknown_version_is_not_found(self) -> None:
        """No nearest version stands in for it."""
        with pytest.raises(NotFound):
            ARCHIVE.named("2026-11-30")


class TestFrm5:
    """FRM-5: each language has its own text, with its own digest."""

    def test_the_digest_is_that_of_the_language_shown(self) -> None:
        """French and English differ."""
        assert (NEW.sha256("fr"), NEW.sha256("en")) == ("f" * 64, "e" * 64)
