"""FRM-4, L221-5, L221-13: the confirmation of a contract as a subscriber keeps it."""

import pytest

from chalicelib.documents import check
from chalicelib.documents.confirmation import render_confirmation
from chalicelib.domain.kernel.language import Language
from infra.papers.samples import (
    BOXES,
    BUYER,
    FEATURES,
    SITE,
    SUBSCRIPTION,
    euros,
    sample_confirmation,
)
from tests.unit.documents.reading import reader, structure, text


def unbroken(said: str) -> str:
    """Text as compared: digests and addresses may wrap, quotes may be straight or curly."""
    return said.replace(" ", "").replace("’", "'").replace("\u200b", "")


class TestFrm4:
    """FRM-4: all of L221-5, on a durable medium."""

    @pytest.mark.parametrize("lang", ["fr", "en"])
    def test_it_holds_the_order_the_terms_and_every_address(self, lang: Language) -> None:
        """Recap, version and digest of the terms, the functions' addresses, mediator, seller."""
        said = unbroken(text(render_confirmation(sample_confirmation(lang))))
        for part in (
            SUBSCRIPTION,
            "MarieLefèvre",
            "PremiumSolo",
            "Visa••••1111",
            "2026-09-01",
            "ab" * 32,
            f"{SITE}/{lang}/terms/2026-09-01",
            f"{SITE}/{lang}/withdraw",
            f"{SITE}/{lang}/terminate",
            f"{SITE}/{lang}/contact",
            f"{SITE}/{lang}/privacy",
            "AMEConso",
            "https://www.mediationconso-ame.com",
            "ClairièreSAS",
            "900000019",
            "FR32900000019",
            "aide@clairiere.example",
            "+33100000000",
            *(unbroken(feature) for feature in FEATURES[lang]),
        ):
            assert part in said, part

    @pytest.mark.parametrize("lang", ["fr", "en"])
    def test_consents_are_given_back_as_they_were_shown(self, lang: Language) -> None:
        """FRM-1: the very text of each box, and when it was ticked."""
        said = text(render_confirmation(sample_confirmation(lang)))
        for box in BOXES[lang]:
            assert box in said
        ticked = "Case cochée le 7 novembre 2026 à 10 h 02" if lang == "fr" else "Box ticked on"
        assert said.count(ticked) == 2

    def test_a_box_left_empty_is_said_to_be_empty(self) -> None:
        """WDR-2: without consent the right stays."""
        said = text(render_confirmation(sample_confirmation(kind="kept")))
        assert "Case laissée vide" in said
        assert said.count("Case cochée") == 1

    def test_a_discounted_first_month_is_told_apart(self) -> None:
        """FRM-2: what is charged now, and what later."""
        record = sample_confirmation(first_gross=euros(1000), discount_label="Moitié prix")
        said = text(render_confirmation(record))
        assert "Première mensualité 10,00 € TTC (Moitié prix)" in said
        assert "Mensualités suivantes 20,00 € TTC" in said

    def test_the_payer_is_named_only_when_another_person_pays(self) -> None:
        """PAY-3."""
        assert "Payeur" not in text(render_confirmation(sample_confirmation()))
        paid = render_confirmation(sample_confirmation(payer_name="Paul Lefèvre"))
        assert "Payeur Paul Lefèvre" in text(paid)


class TestWithdrawal:
    """WDR-1..3: the right, and when it is lost."""

    @pytest.mark.parametrize(
        ("kind", "words"),
        [
            ("kept", "Vous n’avez pas demandé d’accès immédiat"),
            ("kept_pro_rata", "la part du prix qui correspond aux jours écoulés"),
            ("lost_at_first_use", "Nous vous confirmons ces deux points par ce document"),
            ("lost_at_sign_in", "Selon l’article 6.1 des conditions générales"),
        ],
    )
    def test_each_outcome_has_its_own_words_and_the_last_day(self, kind: str, words: str) -> None:
        """WDR-1: 7 November 2026 gives until Monday 23 November."""
        said = text(render_confirmation(sample_confirmation(kind=kind)))
        assert words in said
        assert "23 novembre 2026" in said
        others = {
            "Vous n’avez pas demandé",
            "la part du prix",
            "ces deux points",
            "Selon l’article",
        }
        assert sum(other in said for other in others) == 1

    def test_the_model_form_is_part_of_the_document(self) -> None:
        """R221-1 annex."""
        said = text(render_confirmation(sample_confirmation()))
        assert "Modèle de formulaire de rétractation" in said
        assert f"Premium Solo, {SUBSCRIPTION}" in said

    @pytest.mark.parametrize("lang", ["fr", "en"])
    def test_addresses_are_links(self, lang: Language) -> None:
        """WFN-1: the function is one click away."""
        document = reader(render_confirmation(sample_confirmation(lang)))
        targets = {
            note.get_object()["/A"]["/URI"]
            for page in document.pages
            for note in page.get("/Annots", ())
        }
        assert {f"{SITE}/{lang}/withdraw", f"{SITE}/{lang}/terminate"} <= targets


class TestForm:
    """ACC-1: headings in order; the same bytes; safe with any name."""

    def test_it_is_tagged_with_its_headings(self) -> None:
        """One title, nine parts."""
        tags = structure(render_confirmation(sample_confirmation()))
        assert tags.count("/H1") == 1
        assert tags.count("/H2") == 9
        assert tags.count("/L") == 1

    def test_it_passes_the_check_and_never_changes(self) -> None:
        """INV-3."""
        first, second = (render_confirmation(sample_confirmation()) for _ in range(2))
        check(first, SUBSCRIPTION)
        assert first == second

    def test_any_name_makes_a_confirmation(self) -> None:
        """As for invoices."""
        record = sample_confirmation(buyer=BUYER.replace(name="王小明🎓", email="王@例え.jp"))
        assert "Client 01JD3M7QK2X8V5T9BZ4R6N0WHE" in text(render_confirmation(record))
