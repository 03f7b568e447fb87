"""The app of panels, `notebooks/demo-app.ipynb`, as Voilà serves it to a visitor."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

NOTEBOOKS = Path(__file__).parents[3] / "notebooks"
PANELS = ("chat", "studio", "documents", "voice-studio")
CODE = ("%load_ext", "import sophnet_jupyter", "sophnet_jupyter.")


@pytest.fixture(scope="module")
def app(folder: Path, serve_host: Callable[..., Any]) -> Iterator[str]:
    """Its address."""
    shutil.copy(NOTEBOOKS / "demo-app.ipynb", folder)
    options = ("demo-app.ipynb", "--no-browser", "--Voila.ip=127.0.0.1")
    with serve_host("voila", *options, port="--port={}") as address:
        yield address


def test_a_visitor_sees_panels_and_no_code_and_is_answered(app: str, page: Page) -> None:
    page.route(lambda url: not url.startswith(app), lambda route: route.abort())
    page.goto(app)
    for name in PANELS:
        expect(page.locator(f".sophnet-{name}")).to_be_visible()
    chat = page.locator(".sophnet-chat")
    chat.get_by_label("Your question").fill("Count to 40")
    chat.get_by_label("Your question").press("Enter")
    expect(chat.locator(".sophnet-answer")).to_contain_text("39, 40.")
    expect(chat.locator(".sophnet-answer")).to_contain_text("complete")
    seen = page.locator("body").inner_text()
    assert [code for code in CODE if code in seen] == []
    assert "Traceback" not in seen
    # The panels have taken the place of their still forms.
    assert "Run its cell" not in seen
