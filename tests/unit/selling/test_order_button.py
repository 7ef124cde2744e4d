"""The words on the last button."""

from itertools import product

import pytest

from chalicelib.domain.kernel.language import LANGUAGES, Language
from chalicelib.domain.kernel.policy import PROFILES, Policy
from chalicelib.pages.wording import order_button_words
from tests.examples import Shop
from tests.fakes_things import CONSENTS

DUTY = {"fr": "obligation de paiement", "en": "obligation to pay"}
TOO_LITTLE = {"Valider", "Confirmer", "Continuer", "Devenir Premium Solo", "Continue", "Confirm"}


class TestFrm3:
    """FRM-3: only the words on the button count, and they say that there is a duty to pay."""

    @pytest.mark.parametrize(
        ("policy", "lang"), [(p, lang) for p, lang in product(PROFILES, LANGUAGES)]
    )
    def test_every_profile_says_so_in_every_language(self, policy: Policy, lang: Language) -> None:
        """Whatever other word stands beside it."""
        words = order_button_words(policy.order_button, lang)
        assert DUTY[lang] in words.lower()
        assert words not in TOO_LITTLE

    def test_the_words_that_were_pressed_are_kept_as_evidence(self) -> None:
        """With the instant, after the boxes."""
        shop = Shop()
        shop.start()
        order = shop.place()
        assert order.consents[: len(CONSENTS)] == shop.checkout().consents[: len(CONSENTS)]
        pressed = order.consents[-1]
        assert (pressed.name, pressed.words) == ("order", "Payer")
        assert pressed.given_at >= order.consents[0].given_at
