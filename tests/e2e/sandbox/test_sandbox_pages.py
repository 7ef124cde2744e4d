"""The pages around the shop: control panel, mailbox, learning site."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.e2e.shop.running import wait_for

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.shop.person import Person

pytestmark = pytest.mark.e2e

LANGS = ("fr", "en")
HAS_PLAYED = "document.querySelector('video').currentTime > 0"


@pytest.mark.parametrize("lang", LANGS)
def test_the_pages_look_right(a_person: Callable[..., Person], lang: str) -> None:
    sasha = a_person(f"sasha-{lang}", lang)
    sasha.order()
    sasha.till.pay_by_card("4111111111111111")
    sasha.mail("confirm")
    sasha.look("sandbox-mail")
    for name, path in (
        ("sandbox-panel", f"/sandbox/{lang}"),
        ("sandbox-mailbox", f"/sandbox/{lang}/mailbox"),
        ("learn-home", f"/learn/{lang}"),
        ("learn-course", f"/learn/{lang}/course"),
        ("learn-forum", f"/learn/{lang}/forum"),
    ):
        sasha.go_to(path)
        sasha.look(name)


def test_the_free_video_plays(a_person: Callable[..., Person]) -> None:
    """Nobody has to sign in for it, and it has captions."""
    tao = a_person("tao", "en")
    tao.go_to("/learn/en")
    tao.page.locator("video").evaluate("video => video.play()")
    wait_for(lambda: tao.page.evaluate(HAS_PLAYED), "the first picture")
    assert tao.page.locator("track[kind=captions]").get_attribute("srclang") == "en"


@pytest.mark.parametrize(
    ("lang", "name"),
    [("fr", "La dernière preuve des comptes"), ("en", "The last proof of the books")],
)
def test_the_last_proof_opens_from_the_panel(
    a_person: Callable[..., Person], lang: str, name: str
) -> None:
    """By a link that was sealed at the click."""
    rosa = a_person(f"rosa-{lang}", lang)
    rosa.go_to(f"/sandbox/{lang}")
    rosa.look("sandbox-panel-with-proof")
    rosa.page.get_by_role("link", name=name).click()
    rosa.page.wait_for_url(f"**/{lang}/proof/**")
    assert rosa.page.locator("h1").count() == 1
    rosa.look("sandbox-proof")


def test_the_policy_of_new_contracts_is_switched(a_person: Callable[..., Person]) -> None:
    """The next order follows the reading chosen on the panel."""
    uma = a_person("uma", "en")
    for profile in ("strict", "recommended"):
        uma.go_to("/sandbox/en")
        uma.page.locator(f"#profile-{profile}").check()
        uma.push(uma.page.get_by_role("button", name="Apply"))
        uma.page.locator(".notice").wait_for()
        assert uma.page.locator(f"#profile-{profile}").is_checked()
        assert uma.sandbox.system.profile() == profile


def test_a_charge_refused_from_the_panel(a_person: Callable[..., Person]) -> None:
    """The learner reads that the payment is late; a later attempt goes through."""
    vera = a_person("vera", "en")
    vera.subscribe()
    vera.go_to("/sandbox/en")
    vera.page.locator("#token").select_option(
        label=vera.page.locator("#token option").last.inner_text()
    )
    vera.push(vera.page.get_by_role("button", name="Refuse"))
    vera.travel("month")
    vera.go("/account")
    assert vera.badge() == "Payment late"
    vera.look("account-late")
    vera.travel("month")
    vera.go("/account")
    assert vera.badge() == "Active"


def test_the_clock_does_not_go_back(a_person: Callable[..., Person]) -> None:
    wim = a_person("wim", "en")
    wim.go_to("/sandbox/en")
    wim.page.locator("#date").evaluate("box => { box.min = ''; box.value = '2020-01-01'; }")
    wim.push(wim.page.get_by_role("button", name="Move on", exact=True))
    assert "does not go back" in wim.page.locator(".notice").inner_text()
