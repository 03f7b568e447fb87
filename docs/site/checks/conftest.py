"""The site as it was built: ``make docs`` runs these, and the tests of the package do not."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGES = ROOT / "build" / "site" / "pages"


class Seen(HTMLParser):
    """What a page links to, what it loads by itself, and the anchors that it has."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loads: list[str] = []
        self.anchors: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note one element; the parser calls it."""
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag == "link" and given.get("rel") not in ("canonical", "alternate"):
            self.loads.append(given.get("href", ""))
        if tag != "a":
            self.loads += [
                given[name] for name in ("src", "srcset", "poster", "data") if given.get(name)
            ]


@cache
def seen(path: Path) -> Seen:
    """A page of the site, read once."""
    return Seen(path.read_text("utf-8"))


@pytest.fixture(scope="session")
def pages() -> Path:
    """The folder of the built site."""
    assert (PAGES / "index.html").is_file(), "Build it first: python -m docs.site"
    return PAGES


@pytest.fixture(scope="session")
def read(pages: Path) -> dict[Path, Seen]:
    """Each page, as it was parsed."""
    return {
        path: seen(path) for path in sorted(pages.rglob("*.html")) if "_static" not in path.parts
    }


@pytest.fixture(scope="session")
def address(pages: Path) -> Iterator[str]:
    """Where the site is served, for a browser."""
    import functools
    import http.server
    import threading

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - its own name
            """Say nothing."""

    handler = functools.partial(Quiet, directory=str(pages))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
