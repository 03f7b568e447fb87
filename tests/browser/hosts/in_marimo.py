"""An app of marimo, which has no magics: a client, and a panel by `mo.ui.anywidget`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

APP = """
import marimo

app = marimo.App()


@app.cell
def _():
    import marimo as mo
    from sophnet_jupyter import ChatPanel, Client

    client = Client()
    return ChatPanel, client, mo


@app.cell
def _(ChatPanel, client, mo):
    panel = ChatPanel(client)
    mo.ui.anywidget(panel)
    return


@app.cell
async def _(client, mo):
    answer = await client.chat.create("Count to 12")
    mo.md(f"The client was told {answer.text}")
    return


if __name__ == "__main__":
    app.run()
"""


@pytest.fixture(scope="module")
def app(folder: Path, serve_host: Callable[..., Any]) -> Iterator[str]:
    """The address of the app, run without a key."""
    (folder / "app.py").write_text(APP, encoding="utf-8")
    options = ("run", "app.py", "--headless", "--no-token", "--host=127.0.0.1")
    with serve_host("marimo", *options, port="--port={}") as address:
        yield address


def test_a_panel_is_drawn_and_what_is_asked_in_it_and_by_a_client_is_answered(
    app: str, page: Page
) -> None:
    page.route(lambda url: not url.startswith(app), lambda route: route.abort())
    page.goto(app)
    chat = page.locator(".sophnet-chat")
    chat.get_by_label("Your question").fill("Count to 40")
    chat.get_by_label("Your question").press("Enter")
    expect(chat.locator(".sophnet-answer")).to_contain_text("39, 40.")
    expect(chat.locator(".sophnet-answer")).to_contain_text("complete")
    expect(page.get_by_text("The client was told 1, 2, 3")).to_be_visible()
    expect(page.get_by_text("Traceback")).to_have_count(0)


def test_an_app_is_exported_with_what_its_client_was_told(
    app: str, run_host: Callable[..., Any], folder: Path
) -> None:
    done = run_host("marimo", "export", "html", "app.py", "--output", "app.html")
    assert done.returncode == 0, done.stderr
    exported = (folder / "app.html").read_text(encoding="utf-8")
    assert "The client was told 1, 2, 3" in exported
    assert "Traceback" not in exported
