"""What single pages must say, clause by clause."""

import json
import re
import subprocess
import sys
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from chalicelib.pages.chrome import LANGS, AssetMissing, Lang, assets_from_manifest
from chalicelib.pages.wording import CONSENTS, consent_words, order_button_words
from tests.unit.pages.sample_pages import PAGES
from tests.unit.pages.samples import a_chrome

ROOT = Path(__file__).parents[3]


def text_of(name: str, lang: str = "fr") -> str:
    html = PAGES[name](a_chrome("fr" if lang == "fr" else "en"))
    html = re.sub(r"</?(?:a|data|time)\b[^>]*>", "", html)
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", html)))


class TestFrm1:
    """The box of the terms names their version and links to it."""

    def test_the_label_names_and_links_the_version(self) -> None:
        html = PAGES["order"](a_chrome())
        assert 'name="terms" value="2026-09-01"' in html
        assert 'href="/fr/terms/2026-09-01"' in html
        assert "version du 1er septembre 2026" in text_of("order")

    @pytest.mark.parametrize("name", CONSENTS)
    @pytest.mark.parametrize("lang", LANGS)
    def test_what_is_kept_in_evidence_is_what_was_shown(self, name: str, lang: Lang) -> None:
        kept = consent_words(name, lang, version="2026-09-01")
        shown = text_of("order", lang).replace(" (nouvel onglet)", "").replace(" (new tab)", "")
        assert kept in shown

    def test_a_version_that_is_no_date_is_kept_as_it_came(self) -> None:
        assert "version of <junk>." in consent_words("terms", "en", version="<junk>")


class TestFrm2:
    """The review shows every point of the order before it binds."""

    @pytest.mark.parametrize(
        "point",
        [
            "Premium Solo",
            "Tous les cours du catalogue",
            "20,00 € TTC par mois",
            "Prélevé maintenant",
            "15 décembre 2026",
            "renouvelé tacitement",
            "Le mois entamé est dû",
            "Droit de rétractation",
            "Abonné et payeur",
            "TVA à 20 %, en euros",
            "Revenir et corriger",
        ],
    )
    def test_the_review_says_it(self, point: str) -> None:
        assert point in text_of("review")

    def test_a_refused_order_says_why_and_keeps_the_page(self) -> None:
        assert "Le prix n’est plus celui qui vous a été montré" in text_of("review-later")


class TestFrm3:
    """The words of the last buttons say that the order obliges to pay."""

    @pytest.mark.parametrize(
        ("choice", "lang", "words"),
        [
            ("validate_with_duty", "fr", "Valider\xa0: commande avec obligation de paiement"),
            ("order_with_duty", "fr", "Commander avec obligation de paiement"),
            ("validate_with_duty", "en", "Place order with obligation to pay"),
            ("order_with_duty", "en", "Order with obligation to pay"),
        ],
    )
    def test_each_choice_of_the_policy_has_lawful_words(
        self, choice: str, lang: str, words: str
    ) -> None:
        assert order_button_words(choice, lang) == words

    def test_the_order_button_has_the_words_of_the_policy(self) -> None:
        html = PAGES["review"](a_chrome())
        assert ">Valider : commande avec obligation de paiement</span></button>" in html

    @pytest.mark.parametrize(
        ("lang", "words"), [("fr", "Payer et s’abonner"), ("en", "Pay and subscribe")]
    )
    def test_the_payment_form_gets_our_words(self, lang: str, words: str) -> None:
        config = config_of("payment", lang)
        assert all(str(text).startswith(words) for text in config["words"].values())
        assert config["words"]["payAmount"].endswith("%@")


class TestWdr2:
    """The immediate start is its own, optional choice, and its absence is explained."""

    def test_the_box_is_optional_and_says_what_happens_without_it(self) -> None:
        html = PAGES["order"](a_chrome())
        box = re.search(r'<input[^>]*id="immediate_start"[^>]*>', html)
        assert box is not None
        assert "required" not in box[0]
        assert "commencent le 15e jour, le 8 décembre 2026" in text_of("order")

    def test_the_review_tells_the_right_that_was_chosen(self) -> None:
        assert "reconnu perdre alors ce droit" in text_of("review")
        assert "Jusqu’au 30 novembre 2026, sans donner de raison" in text_of("review-later")


class TestRen3:
    """Cancelling: effects, one confirming button, nothing that holds back."""

    def test_the_entry_is_on_every_page(self) -> None:
        for name in PAGES:
            assert 'class="statutory" href="/fr/account/cancel">Résilier votre contrat<' in PAGES[
                name
            ](a_chrome())

    def test_the_page_tells_the_effects_and_confirms(self) -> None:
        text = text_of("cancel")
        for words in (
            "Il prend fin le 15 décembre 2026",
            "dû et n’est pas remboursé",
            "plus rien n’est prélevé",
            "Confirmer ma demande de résiliation",
        ):
            assert words in text

    def test_nothing_is_asked_but_the_confirmation(self) -> None:
        html = PAGES["cancel"](a_chrome())
        inputs = re.findall(r"<(?:input|select|textarea)[^>]*>", html)
        assert [field for field in inputs if 'type="hidden"' not in field] == []

    def test_the_acknowledgement_has_its_date_and_time(self) -> None:
        assert "24 novembre 2026 à 00:30 (heure de Paris)" in text_of("cancelled")


class TestK12:
    """One page, under the four names that the terms give it."""

    @pytest.mark.parametrize(
        "name",
        [
            "Mes paramètres › Premium",
            "Compte et paramètres",
            "Mon compte › Premium",
            "espace Premium",
        ],
    )
    def test_the_account_knows_its_names(self, name: str) -> None:
        assert name in text_of("account")


class TestCgs33:
    """CGS 3.3: documents with date, number, amount and status."""

    def test_a_file_in_preparation_has_no_link(self) -> None:
        html = PAGES["documents"](a_chrome())
        assert "En préparation" in html
        assert html.count('href="/fr/account/documents/d') == 3


def config_of(name: str, lang: str = "fr") -> dict[str, Any]:
    html = PAGES[name](a_chrome("fr" if lang == "fr" else "en"))
    found = re.search(r'data-config="([^"]*)"', html)
    assert found is not None
    loaded: dict[str, Any] = json.loads(unescape(found[1]))
    return loaded


def test_the_payment_form_is_configured_by_the_page() -> None:
    """Keys and session reach the script as data, escaped."""
    config = config_of("payment")
    assert config["session"] == {"id": "CS1", "sessionData": "data"}
    assert config["clientKey"] == "test_SIMCLIENTKEY"
    assert config["locale"] == "fr-FR"
    back = config_of("payment-back")
    assert back["session"] == {"id": "CS1"}
    assert back["redirectResult"] == "r'\"<"


def test_the_sandbox_leaves_no_trace_in_a_live_page() -> None:
    """Outside the sandbox no simulator is named and no stand-in script is loaded."""
    assert config_of("payment-live")["environmentUrl"] is None
    assert "sandbox" not in PAGES["payment-live"](a_chrome()).partition("<main")[2]
    assert "Bac à sable" not in text_of("account")
    assert "Bac à sable" in text_of("offers")


def test_a_password_is_never_written_back() -> None:
    """The field of a password has no value."""
    html = PAGES["sign-in-wrong"](a_chrome())
    field = re.search(r'<input[^>]*type="password"[^>]*>', html)
    assert field is not None
    assert "value=" not in field[0]


def test_a_manifest_that_lacks_a_file_is_refused() -> None:
    """A page without its style sheet must not go out."""
    with pytest.raises(AssetMissing):
        assets_from_manifest('{"site.css": "site-1.css"}')
    names = {name: f"x-{name}" for name in ("site.css", "pay.css", "pay.js", "icon.svg")}
    assert assets_from_manifest(json.dumps(names)).pay_js == "/assets/x-pay.js"


def test_a_caller_pays_for_the_engine_with_the_first_page_only() -> None:
    """Importing every page module loads neither Jinja nor Babel nor Markdown."""
    program = (
        "import sys\n"
        "from chalicelib.pages import billing, contract, exits, gallery\n"
        "from chalicelib.pages import papers, people, problems, selling\n"
        "print(sorted({'jinja2', 'babel', 'markdown_it'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)  # noqa: S603 - ours
    assert done.stdout.strip() == "[]"
