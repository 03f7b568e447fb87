"""
Find a Chromium for the browser tests, or install one.

``make test`` runs this file; `conftest.py` asks ``find()``. A browser that is here
already is taken, then Playwright's own download is tried, then Debian's packages.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

# Written by ``install``, so that nothing has to be searched for twice.
NOTE = Path(sys.prefix) / "chromium.path"
# The first one has no window to draw: a page of JupyterLab costs it half as much to load.
COMMANDS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
)
APPS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
# Chinese and emoji, in small: Noto's Chinese alone would be 57 MB.
FONTS = ("fonts-wqy-microhei", "fonts-noto-color-emoji")


def find() -> Path | None:
    """A Chromium which starts on this machine, or None."""
    return next(filter(starts, candidates()), None)


def candidates() -> Iterator[Path]:
    """Where a Chromium may lie, the cheapest place to look first."""
    if NOTE.is_file():
        yield Path(NOTE.read_text(encoding="utf-8"))
    for command in COMMANDS:
        if path := shutil.which(command):
            yield Path(path)
    yield from map(Path, APPS)
    yield from downloaded()


def downloaded() -> Iterator[Path]:
    """Where Playwright keeps the browser that belongs to its release."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        yield Path(playwright.chromium.executable_path)


def starts(browser: Path) -> bool:
    """Whether it runs: a download may lack libraries, Ubuntu's command may be a mere hint."""
    return browser.is_file() and run([str(browser), "--version"], timeout=20)


def install() -> Path | None:
    """Make a Chromium available by the first way that works on this machine."""
    ways: list[Callable[[], object]] = [lambda: None, download, debian_shell, debian_chromium]
    for way in ways:
        way()
        if browser := find():
            return browser
    return None


def download() -> bool:
    """Playwright's own Chromium; five tries of eight seconds where nothing answers."""
    command = [sys.executable, "-m", "playwright", "install", "--no-shell", "chromium"]
    return run(command, timeout=600, PLAYWRIGHT_DOWNLOAD_CONNECTION_TIMEOUT="8000")


def debian_shell() -> bool:
    return apt_get("chromium-headless-shell")


def debian_chromium() -> bool:
    return apt_get("chromium")


def fonts() -> None:
    """Chinese and emoji, so that a screenshot shows what a reader sees. Best effort."""
    if not all(has_font(kind) for kind in (":lang=zh", ":charset=1f980")):
        apt_get(*FONTS)


def has_font(pattern: str) -> bool:
    if not shutil.which("fc-list"):
        return True  # macOS and Windows bring both
    return bool(subprocess.run(["fc-list", pattern], capture_output=True).stdout.strip())


def apt_get(*packages: str) -> bool:
    """Install Debian packages, without ever asking for a password."""
    if not shutil.which("apt-get"):
        return False
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if sudo and not run([*sudo, "true"], timeout=10):
        return False
    apt = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-qq"]
    # A machine's package lists are often older than the archive, or missing.
    run([*apt, "update"], timeout=120)
    return run([*apt, "install", "--no-install-recommends", *packages], timeout=600)


def run(command: list[str], *, timeout: float, **variables: str) -> bool:
    """Run quietly; False when it is missing, fails, or takes too long."""
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=timeout,
            env={**os.environ, **variables},
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def main() -> int:
    browser = install()
    if browser is None:
        sys.stderr.write(
            "No Chromium could be installed, so the browser tests will fail. "
            "Install Chromium or Google Chrome and run this again.\n"
        )
        return 1
    NOTE.write_text(str(browser), encoding="utf-8")
    fonts()
    return 0


if __name__ == "__main__":
    sys.exit(main())
