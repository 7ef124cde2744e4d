"""The page of the last proof over HTTP: for whoever holds a link, and nobody else."""

import pytest

from chalicelib.application.billing.books.prove_day import prove_day
from chalicelib.application.billing.books.show_proof import proof_link
from chalicelib.domain.kernel.language import Language
from tests.integration.http.site import Site
from tests.integration.http.test_every_page import is_strict
from tests.integration.http.verdicts import LANGS, is_refusal


def path(site: Site, lang: Language) -> str:
    address = proof_link(ports=site.container, lang=lang)
    return address.removeprefix(site.container.facts.public_url)


@pytest.mark.parametrize("lang", LANGS)
def test_the_link_shows_the_proof_in_its_language(site: Site, lang: Language) -> None:
    prove_day(ports=site.container)
    page = site.browser().get(path(site, lang))
    assert (page.status, page.lang) == (200, lang)
    is_strict(page)


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("token", ["x", "books~1~1~x"])
def test_a_link_that_is_not_ours_or_too_old_says_what_to_do(
    site: Site, lang: Language, token: str
) -> None:
    is_refusal(site.browser().get(f"/{lang}/proof/{token}"), 410, "PROOF_LINK_EXPIRED", lang)
