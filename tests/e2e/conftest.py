"""One driver of browsers for every end-to-end test, and one sandbox for those that need it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from infra.packaging.browser import executable
from tests.e2e.shop import running
from tests.e2e.shop.looks import Looks
from tests.e2e.shop.person import Person
from tests.e2e.shop.watch import Watch

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Playwright

    from tests.e2e.shop.running import Sandbox

PROJECT = Path(__file__).parents[2]
WEB = PROJECT / "infra" / "web"
SCREENS = PROJECT / "out" / "screens"
PATIENCE_MS = 15_000
# The sandbox and the provider's canary both need port 8080: whoever holds it longest comes last.
ON_THE_SANDBOX = (PROJECT / "tests" / "e2e" / "sandbox", PROJECT / "tests" / "e2e" / "shop")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the tests on the sandbox last, in whatever order the rest was shuffled."""
    items.sort(key=lambda item: any(item.path.is_relative_to(at) for at in ON_THE_SANDBOX))


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """The driver of the browsers."""
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """One Chromium for the run."""
    chromium = playwright.chromium.launch(executable_path=executable())
    yield chromium
    chromium.close()


@pytest.fixture(scope="session")
def axe() -> str:
    """The source of axe-core, from the web project's own packages."""
    return (WEB / "node_modules" / "axe-core" / "axe.min.js").read_text()


@pytest.fixture(scope="session")
def sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """A fresh sandbox, as `make run` starts it; it must still be healthy at the end."""
    papers = sorted((WEB / "dist").glob("terms-*-fr.pdf"))
    assert papers, "build the assets and the papers first: make web"
    with running.running(tmp_path_factory.mktemp("sandbox")) as up:
        yield up
        up.require_health()


@pytest.fixture(scope="session")
def looks(axe: str) -> Looks:
    """The pictures of this run go to out/screens/."""
    SCREENS.mkdir(parents=True, exist_ok=True)
    return Looks(axe, SCREENS)


@pytest.fixture
def a_person(browser: Browser, sandbox: Sandbox, looks: Looks) -> Iterator[Callable[..., Person]]:
    """Makes people, each with a browser of their own that must never complain."""
    met: list[Person] = []

    def make(name: str, lang: str = "fr", *, scripts: bool = True) -> Person:
        context = browser.new_context(
            locale="fr-FR" if lang == "fr" else "en-GB",
            viewport={"width": 1280, "height": 800},
            reduced_motion="reduce",
            java_script_enabled=scripts,
        )
        context.set_default_timeout(PATIENCE_MS)
        watch = Watch()
        watch.over(context)
        person = Person(context.new_page(), f"{name}@mail.example", sandbox, looks, watch, lang)
        met.append(person)
        return person

    yield make
    for person in met:
        person.page.context.close()
    for person in met:
        person.watch.require_calm()
