"""Nothing needs a mouse: the order form and the way out are walked with keys alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.e2e.shop.person import Person

pytestmark = pytest.mark.e2e

STOPS_MAX = 80
HAS_FOCUS = "selector => document.activeElement.matches(selector)"
TYPED = (
    ("#given_name", "Kim"),
    ("#family_name", "Le Goff"),
    ("#email", "kim@mail.example"),
    ("#birth_date", "27"),
    ("#birth_month", "3"),
    ("#birth_year", "1998"),
    ("#country", "France"),
    ("#address_line", "2 quai du Port"),
    ("#postal_code", "29200"),
    ("#city", "Brest"),
)


def test_an_order_is_made_with_keys_alone(a_person: Callable[..., Person]) -> None:
    """ACC-1: every field, every box and every button is reached in the order of the page."""
    kim = a_person("kim")
    kim.go("")
    reach(kim, 'main a[href$="/order/solo"]', "Enter")
    kim.page.wait_for_url("**/order/solo")
    for field, text in TYPED:
        reach(kim, field)
        kim.page.keyboard.type(text)
    for box in ("#capacity", "#terms", "#immediate_start"):
        reach(kim, box, "Space")
    reach(kim, "#order button.primary", "Enter")
    kim.page.wait_for_url("**/checkout/*")
    assert "Kim Le Goff" in kim.text()
    assert "29200 Brest" in kim.text()
    reach(kim, "#place button", "Enter")
    kim.page.wait_for_url("**/pay")
    kim.till.wait()


def test_a_contract_is_left_with_keys_alone(a_person: Callable[..., Person]) -> None:
    """REN-3: from any page to the acknowledgement, and back again."""
    lou = a_person("lou")
    lou.subscribe()
    lou.go("")
    reach(lou, 'footer a[href$="/account/cancel"]', "Enter")
    lou.page.wait_for_url("**/account/cancel")
    reach(lou, "#cancel button", "Enter")
    lou.page.locator("#resume button").wait_for()
    assert lou.sandbox.wait_mail(lou.email, "résiliation").recipients == (lou.email,)
    reach(lou, "#resume button", "Enter")
    lou.page.wait_for_url("**/account?notice=resumed")
    assert lou.badge() == "Actif"


def reach(person: Person, selector: str, key: str = "") -> None:
    """Press Tab until the focus is on `selector`, see that it shows, then press `key`."""
    for _ in range(STOPS_MAX):
        if person.page.evaluate(HAS_FOCUS, selector):
            break
        person.page.keyboard.press("Tab")
    assert person.page.evaluate(HAS_FOCUS, selector), f"the keyboard does not reach {selector}"
    assert person.page.locator(selector).first.is_visible()
    if key:
        person.page.keyboard.press(key)
