"""A mail is kept as proof by template and version: new words need a new version."""

import hashlib
import json
from pathlib import Path

import pytest

from chalicelib.domain.kernel.language import LANGUAGES
from chalicelib.mails.render import TEMPLATES
from tests.unit.mails.samples import SAMPLES

PINNED = Path(__file__).parent / "wordings.json"
MAILS = {fact.template: fact.template_version for fact in SAMPLES.values()}


def digest(template: str) -> str:
    """One sha256 over the four files of a mail."""
    found = hashlib.sha256()
    for lang in LANGUAGES:
        for part in ("html", "txt"):
            found.update((TEMPLATES / lang / f"{template}.{part}").read_bytes())
    return found.hexdigest()


def test_every_wording_is_pinned() -> None:
    """The list of pinned wordings is the list of mails."""
    assert set(json.loads(PINNED.read_text())) == set(MAILS)


@pytest.mark.parametrize("template", sorted(MAILS))
def test_new_words_have_a_new_version(template: str) -> None:
    """Clause FRM-4: `template_version` tells which words were sent."""
    pinned = json.loads(PINNED.read_text())[template]
    current = {"version": MAILS[template], "sha256": digest(template)}
    assert pinned == current, (
        f"the words of {template} changed: raise its template_version if it was ever sent, then"
        f" write in {PINNED.name}: {json.dumps({template: current})}"
    )
