"""The page of the last proof: green, or each thing in words with the command that mends it."""

import re

import pytest

from chalicelib.domain.billing.books.findings import CODES, Finding
from chalicelib.pages.chrome import LANGS, Lang
from chalicelib.pages.proof import FINDINGS, NAMED_MAX, PARKED, ProofView, render_proof
from infra.operate import words
from infra.operate.commands import parser
from tests.unit.pages.samples import a_chrome, a_proof, a_red_proof

GREEN = {"fr": "Tout est justifié", "en": "Everything is accounted for"}


def shown(view: ProofView, lang: Lang = "en") -> str:
    return render_proof(view, a_chrome(lang, path="/proof/x"))


@pytest.mark.parametrize("lang", LANGS)
def test_a_green_proof_says_so_and_names_nothing(lang: Lang) -> None:
    page = shown(ProofView(proof=a_proof()), lang)
    assert GREEN[lang] in page
    assert "infra.operate" not in page


@pytest.mark.parametrize("lang", LANGS)
def test_a_red_proof_tells_every_finding_in_words_with_its_command(lang: Lang) -> None:
    page = shown(ProofView(proof=a_red_proof()), lang)
    assert GREEN[lang] not in page
    assert page.count("01JDABCDEFGHJKMNPQRSTVWXYZ.0004.1") == len(CODES) + 2
    assert "python -m infra.operate refund ITEM" in page


def test_every_finding_and_every_reason_to_be_parked_has_words() -> None:
    assert set(FINDINGS) == set(CODES)
    assert set(words.REMEDIES) <= set(PARKED)


def test_every_command_the_page_names_can_be_typed() -> None:
    known = re.findall(r"[a-z-]+", parser().format_help())
    named = {
        each.command.split()[0] for each in (*FINDINGS.values(), *PARKED.values()) if each.command
    }
    assert named <= set(known)


def test_of_very_many_things_the_first_are_named_and_the_rest_counted() -> None:
    many = tuple(Finding(code="late", subject=f"item-{n}") for n in range(NAMED_MAX + 7))
    page = shown(ProofView(proof=a_proof(many)))
    assert page.count("<code>item-") == NAMED_MAX
    assert "and 7 more" in page


def test_before_the_first_proof_the_page_says_when_one_is_made() -> None:
    assert "No proof has been made yet" in shown(ProofView(proof=None))
