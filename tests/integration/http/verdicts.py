"""What every refusal must be: in the reader's language, with its status, telling nothing more."""

import json
from typing import Any

from chalicelib.pages.chrome import Lang
from chalicelib.pages.problems import problem_text
from tests.integration.http.pages import Page
from tests.integration.http.site import Site

LANGS: tuple[Lang, ...] = ("fr", "en")
LEAKS = ("Traceback", "chalicelib", "boto", "dynamodb", "Exception", ".py")


def plain(words: str) -> str:
    """Words with plain spaces, as `Page.text` gives them."""
    return " ".join(words.split())


def is_refusal(page: Page, status: int, code: str, lang: str) -> None:
    """A page that tells a refusal in full."""
    title, detail = problem_text(code, lang)
    assert page.status == status, (page.status, page.text)
    assert page.lang == lang
    assert plain(title) in page.text
    assert plain(detail) in page.text
    is_dressed(page)


def is_form_error(page: Page, code: str, lang: str, status: int = 422) -> None:
    """A form shown again, with the error in words beside the field."""
    assert page.status == status, (page.status, page.text)
    assert page.lang == lang
    assert plain(problem_text(code, lang).detail) in page.text
    is_dressed(page)


def is_dressed(page: Page) -> None:
    """A page with its headers, and without anything of the machine."""
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert [leak for leak in LEAKS if leak in page.html] == []


def details(page: Page, status: int, code: str) -> dict[str, Any]:
    """The problem details of a refusal (RFC 9457)."""
    assert page.status == status, (page.status, page.html)
    assert page.headers["content-type"] == "application/problem+json"
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["cache-control"] == "no-store"
    body: dict[str, Any] = json.loads(page.html)
    assert {"type", "title", "detail", "status", "code"} <= set(body)
    assert (body["status"], body["code"]) == (status, code)
    assert body["type"].endswith(f"/problems/{code.lower()}")
    assert [leak for leak in LEAKS if leak in page.html] == []
    return body


def nothing_happened(site: Site) -> None:
    """Nothing was stored since the last look, and the provider was never called."""
    assert list(site.world.read_stream()) == []
    assert site.is_untouched
