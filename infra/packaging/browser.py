"""The browser that the end-to-end tests drive: the system's, or Playwright's own copy.

python -m infra.packaging.browser             print where it is, or what to do
python -m infra.packaging.browser --install   get one when there is none
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from playwright.sync_api import sync_playwright

NAMES: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
DEBIAN: Final = (("apt-get", "update", "-qq"), ("apt-get", "install", "-y", "-qq", "chromium"))
PLAYWRIGHT: Final = (sys.executable, "-m", "playwright", "install", "chromium")
REMEDY: Final = "no Chromium on this machine: run `make browser`"


class BrowserMissing(RuntimeError):
    """There is no browser to drive; the text says what to do."""


def executable() -> Path:
    """The browser to launch (`executable_path` of Playwright): the system's own comes first.

    Raises:
        BrowserMissing: neither the system nor Playwright has one.
    """
    found = next((path for name in NAMES if (path := shutil.which(name))), None)
    browser = Path(found) if found else _playwrights_own()
    if not browser.exists():
        raise BrowserMissing(REMEDY)
    return browser


def install() -> None:
    """Get a browser: Debian's package for root on Debian, Playwright's download otherwise.

    Raises:
        BrowserMissing: neither way worked; what the tools said is above.
    """
    if os.geteuid() == 0 and shutil.which("apt-get") and _all_run(DEBIAN):
        return
    if not _all_run((PLAYWRIGHT,)):
        raise BrowserMissing(
            "no Chromium could be installed: install the package `chromium` of your system, or "
            "give this machine a network, and run `make browser` again"
        )


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--install", action="store_true")
    wanted = parser.parse_args(arguments)
    try:
        print(_found_or_installed() if wanted.install else executable())
    except BrowserMissing as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _found_or_installed() -> Path:
    try:
        return executable()
    except BrowserMissing:
        install()
        return executable()


def _playwrights_own() -> Path:
    with sync_playwright() as playwright:
        return Path(playwright.chromium.executable_path)


def _all_run(commands: Sequence[Sequence[str]]) -> bool:
    return all(subprocess.run(command, check=False).returncode == 0 for command in commands)


if __name__ == "__main__":
    sys.exit(main())
