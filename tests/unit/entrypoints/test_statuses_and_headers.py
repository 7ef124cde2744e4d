"""Statuses of refusals, and the content policies."""

from dataclasses import replace

import pytest

from chalicelib.domain.kernel import errors
from chalicelib.entrypoints.http.headers import page_headers, plain_headers
from chalicelib.entrypoints.http.statuses import BY_CODE, status_of
from chalicelib.pages.refusals import PROBLEMS
from tests.integration.http.site import SETTINGS

POLICY = "Content-Security-Policy"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (errors.NotFound("UNKNOWN_PLAN"), 404),
        (errors.Invalid({"email": "BAD_EMAIL"}), 422),
        (errors.Refused("ALREADY_ENDED"), 422),
        (errors.Refused("TOO_MANY_TRIES"), 429),
        (errors.Refused("BODY_TOO_LARGE"), 413),
        (errors.Forbidden("BAD_CSRF"), 403),
        (errors.Forbidden("BAD_PLATFORM_KEY"), 401),
        (errors.Conflict(), 409),
        (errors.GatewayUnavailable(), 502),
        (errors.BillingError(), 500),
    ],
)
def test_every_branch_has_its_status(error: errors.BillingError, status: int) -> None:
    assert status_of(error) == status


def test_a_code_with_a_status_of_its_own_has_words() -> None:
    assert set(BY_CODE) <= set(PROBLEMS)


def test_a_sandbox_pays_at_its_simulator_alone() -> None:
    """The real provider is not admitted where the simulator stands in for it."""
    sandbox = replace(
        SETTINGS,
        environment="sandbox",
        public_url="http://localhost:8000",
        adyen_web_url="http://localhost:8080/checkoutshopper/test/",
    )
    policy = page_headers(sandbox, pays=True)[POLICY]
    assert "http://localhost:8080" in policy
    assert "adyen.com" not in policy
    assert "Strict-Transport-Security" not in page_headers(sandbox, pays=True)
    assert "localhost" not in page_headers(sandbox, pays=False)[POLICY]


def test_a_live_shop_pays_at_the_live_provider_alone() -> None:
    live = replace(SETTINGS, environment="live", adyen_environment="live")
    policy = page_headers(live, pays=True)[POLICY]
    assert "https://checkoutshopper-live.adyen.com" in policy
    assert "-test" not in policy


def test_every_answer_is_nobody_elses_and_what_it_says() -> None:
    headers = plain_headers(SETTINGS)
    assert headers["Cache-Control"] == "no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "Strict-Transport-Security" in headers
