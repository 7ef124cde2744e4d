"""What a refusal means for the next try."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.domain.billing.refusals import (
    CAREFUL,
    code_in_words,
    is_our_fault,
    kind_of,
    least_wait,
)

TABLE: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "data/adyen/refusal-reasons.json").read_text(encoding="utf-8")
)
REFUSALS = [row for row in TABLE["refusalReasons"] if row["retryClass"] not in ("ok", "pending")]
"""Accepted and still pending are no refusals."""

MEANT = {"bug": "update", "shopper": "sca", "na": "update"}
"""A wrong request, a shopper who gave up, a card that wants a terminal: none is tried again."""


class TestPay5:
    """PAY-5: one table says which refusals are tried again, and which never."""

    @pytest.mark.parametrize("row", REFUSALS, ids=lambda row: row["code"])
    def test_every_code_of_the_provider_has_its_kind(self, row: dict[str, str]) -> None:
        """The same as in the data we were given."""
        meant = MEANT.get(row["retryClass"], row["retryClass"])
        assert kind_of(row["code"]) == meant

    @pytest.mark.parametrize("row", REFUSALS, ids=lambda row: row["code"])
    def test_a_refusal_told_in_words_is_read_as_its_code(self, row: dict[str, str]) -> None:
        """Notifications carry words; an unknown word is a soft refusal, and never a wrong code."""
        told = code_in_words(row["refusalReason"])
        assert told in (row["code"], "notified")
        assert CAREFUL.index(kind_of(told)) >= CAREFUL.index("tech")

    @pytest.mark.parametrize("advice", ["03", "04", "21", "22"])
    def test_advice_to_stop_beats_a_soft_code(self, advice: str) -> None:
        """Mastercard's own word."""
        assert kind_of("12", advice=advice) == "stop"

    def test_advice_of_new_account_information_asks_for_another_card(self) -> None:
        """Account updater, or the learner."""
        assert kind_of("2", advice="01") == "update"

    @pytest.mark.parametrize("raw", TABLE["visaRawCodes"]["category1_never"])
    def test_a_raw_code_of_visas_first_category_is_never_tried_again(self, raw: str) -> None:
        """Whatever the provider's code says."""
        assert kind_of("2", raw=f"{raw} : text") == "stop"

    @pytest.mark.parametrize(("raw", "kind"), [("65", "sca"), ("1a", "sca"), ("54", "update")])
    def test_other_raw_codes_that_say_more(self, raw: str, kind: str) -> None:
        """A soft decline wants its customer, an expired card another card."""
        assert kind_of("2", raw=f"{raw} : text") == kind

    def test_nothing_told_makes_a_refusal_less_careful(self) -> None:
        """Advice and raw codes are unsigned in notifications."""
        assert kind_of("20", advice="24", raw="51 : Insufficient funds") == "stop"

    @pytest.mark.parametrize("code", ["", "none", "99", "session", "notified"])
    def test_an_unknown_code_is_soft(self, code: str) -> None:
        """Tried again a few times, no more."""
        assert kind_of(code) == "soft"

    def test_a_request_refused_by_the_interface_is_not_tried_again(self) -> None:
        """An unknown token asks for a card; anything else is ours to mend."""
        assert (kind_of("422-800"), is_our_fault("422-800")) == ("update", False)
        assert (kind_of("422-702"), is_our_fault("422-702")) == ("update", True)
        assert (is_our_fault("7"), is_our_fault("12")) == (True, False)

    def test_the_waits_that_mastercard_advises(self) -> None:
        """From an hour to ten days."""
        assert least_wait("24") == timedelta(hours=1)
        assert least_wait("02") == timedelta(hours=72)
        assert least_wait("30") == timedelta(days=10)
        assert least_wait(None) == timedelta()
