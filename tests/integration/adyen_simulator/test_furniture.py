"""What the Drop-in loads around a payment: pictures, words, scripts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.integration.adyen_simulator.conftest import BASE, post_from_page

if TYPE_CHECKING:
    from infra.local.adyen import Simulator


class TestFurniture:
    @pytest.mark.parametrize(
        ("path", "kind"),
        [
            ("images/logos/visa.svg", "image/svg+xml"),
            ("images/components/bento_lock.svg", "image/svg+xml"),
            ("images/components/error.gif", "image/gif"),
            ("sdk/6.45.2/translations/fr-FR.json", "application/json"),
            ("assets/html/test_SIMCLIENTKEY/dfp.1.0.0.html", "text/html"),
            ("securedfields/secured-field.js", "text/javascript"),
        ],
    )
    def test_it_is_served(self, sim: Simulator, path: str, kind: str) -> None:
        answer = sim.call("GET", f"{BASE}{path}")
        assert answer.status == 200
        assert answer.headers["content-type"].startswith(kind)

    @pytest.mark.parametrize(
        "path", ["sdk/6.45.2/translations/zz-ZZ.json", "nothing", "images/../secret.txt"]
    )
    def test_nothing_else_is(self, sim: Simulator, path: str) -> None:
        assert sim.call("GET", f"{BASE}{path}").status == 404

    @pytest.mark.parametrize("path", ["/sandbox-shim.js", "/paypal-sdk.js", "/pages.css"])
    def test_scripts_for_the_shop_s_page(self, sim: Simulator, path: str) -> None:
        assert sim.call("GET", path).status == 200

    def test_the_visit_is_counted(self, sim: Simulator) -> None:
        answer = post_from_page(sim, "v3/analytics", {}).json()
        assert post_from_page(sim, f"v3/analytics/{answer['checkoutAttemptId']}", {}).json() == {}
