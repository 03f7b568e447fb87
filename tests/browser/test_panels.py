"""The chat panel as a user meets it: in JupyterLab, in front of a real kernel and the sandbox."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import struct
import zlib
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Locator, Page, expect

pytestmark = pytest.mark.browser

SETUP = """import time
from sophnet_jupyter import Client
from sophnet_jupyter.widgets.chat.panel import ChatPanel"""
LEFT = """import asyncio, comm
from sophnet_jupyter.kernel.loop import loop
lines = [line.target_name for line in comm.get_comm_manager().comms.values()]
print(lines.count("sophnet.panel"), "lines,", len(asyncio.all_tasks(loop())), "tasks")"""
# Whether the still form, which is renewed after the live one, holds a text.
STILL = """text => jupyterapp.shell.currentWidget.context.model.toString().split(text).length > 2"""
# A drop or a paste of files, as the browser makes one: (node, kind, files).
HAND_OVER = """(node, [kind, files]) => {
    const transfer = new DataTransfer();
    for (const [name, type, base64] of files) {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
        transfer.items.add(new File([bytes], name, { type }));
    }
    const options = { bubbles: true, cancelable: true };
    node.dispatchEvent(kind === "paste"
        ? new ClipboardEvent(kind, { ...options, clipboardData: transfer })
        : new DragEvent(kind, { ...options, dataTransfer: transfer }));
}"""


class Chat:
    """The first panel that a cell shows, and what can be done with it."""

    def __init__(self, output: Locator) -> None:
        self.panel = output.locator(".sophnet-chat")
        self.box = self.panel.get_by_label("Your question")
        self.answers = self.panel.locator(".sophnet-answer")
        self.phase = self.panel.locator(".sophnet-phase")

    def ask(self, text: str) -> None:
        self.box.fill(text)
        self.box.press("Enter")

    def button(self, name: str) -> Locator:
        return self.panel.get_by_role("button", name=name)

    def hand_over(self, kind: str, *files: tuple[str, str, bytes]) -> None:
        plain = [(name, mime, b64encode(data).decode()) for name, mime, data in files]
        self.box.evaluate(HAND_OVER, [kind, plain])


def png(width: int, height: int) -> bytes:
    """A picture of one colour."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + check

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    rows = (b"\0" + b"\x40\x80\xc0" * width) * height
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.fixture
def show(lab: Any, open_notebook: Callable[[str], Any]) -> Callable[..., tuple[Any, Chat]]:
    """Open a notebook whose first cell shows a panel."""

    def show(name: str, *cells: str, arguments: str = "") -> tuple[Any, Chat]:
        lab.write(name, f"{SETUP}\npanel = ChatPanel(Client(){arguments})\npanel", *cells)
        notebook = open_notebook(name)
        notebook.run_cell(0)
        return notebook, Chat(notebook.output_of(0))

    return show


def compose(page: Page, typed: str, word: str) -> None:
    """Write a word with an input method, where Enter takes what is suggested."""
    ime = page.context.new_cdp_session(page)
    size = len(typed)
    ime.send(
        "Input.imeSetComposition", {"text": typed, "selectionStart": size, "selectionEnd": size}
    )
    for kind in ("rawKeyDown", "keyUp"):
        key = {"type": kind, "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 229}
        ime.send("Input.dispatchKeyEvent", key)
    ime.send("Input.insertText", {"text": word})


def take_out(notebook: Any, chat: Any) -> None:
    notebook.choose(0)
    notebook.page.keyboard.press("Escape")
    notebook.command("notebook:clear-cell-output")
    expect(chat.panel).to_have_count(0)


def assert_nothing_is_left(notebook: Any, cell: int) -> None:
    # The page says so on the way, which may take longer than the next cell.
    for _ in range(60):
        notebook.run_cell(cell)
        if notebook.output_of(cell).inner_text().strip() == "0 lines, 0 tasks":
            break
        notebook.page.wait_for_timeout(500)
    expect(notebook.output_of(cell)).to_have_text("0 lines, 0 tasks")


def silent(console: Any) -> bool:
    bad = ("uncaught", "error", "warning")
    return not [line for line in console.lines if line.startswith(bad)]


def test_a_panel_answers_streams_and_stops_while_a_cell_sleeps(
    show: Any, page: Page, console: Any
) -> None:
    notebook, chat = show("busy.ipynb", "time.sleep(900)", LEFT)
    notebook.start_cell(1)
    # From here on, keys only.
    chat.box.focus()
    compose(page, "ni hao", "你好 ")
    expect(chat.box).to_have_value("你好 ")
    expect(chat.answers).to_have_count(0)
    page.keyboard.type("Count to 500,")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("please.")
    page.keyboard.press("Enter")
    expect(chat.panel.locator(".sophnet-said")).to_have_text("你好 Count to 500,\nplease.")
    expect(chat.answers).to_contain_text("1, 2, 3")
    expect(chat.phase).to_have_text("Answering")
    expect(chat.answers).to_contain_text("21, 22, 23")
    notebook.screenshot("panel-streaming")
    page.keyboard.press("Tab")
    expect(chat.button("Stop")).to_be_focused()
    page.keyboard.press("Enter")
    expect(chat.answers).to_contain_text("■ stopped")
    expect(chat.phase).to_have_text("Stopped")
    expect(chat.box).to_be_focused()
    page.keyboard.type("What is 17*23?")
    page.keyboard.press("Enter")
    expect(chat.answers.nth(1)).to_contain_text("391")
    expect(chat.phase).to_have_text("Ready")
    expect(notebook.cell(1).locator(".jp-InputPrompt")).to_have_text("[*]:")
    notebook.interrupt()
    expect(notebook.output_of(1)).to_contain_text("KeyboardInterrupt")
    notebook.wait_idle()
    # Gone from the page, it leaves nothing behind in the kernel.
    take_out(notebook, chat)
    assert_nothing_is_left(notebook, 2)
    assert silent(console), console.lines


@pytest.mark.skipif(not hasattr(signal, "SIGSTOP"), reason="this system cannot hold a process up")
def test_a_panel_that_goes_while_the_kernel_is_held_up_leaves_nothing_behind(show: Any) -> None:
    notebook, chat = show("held.ipynb", LEFT, "import os; print(os.getpid())")
    notebook.run_cell(2)
    kernel = int(notebook.output_of(2).inner_text())
    chat.ask("What is 17*23?")
    expect(chat.answers).to_contain_text("391")
    expect(chat.phase).to_have_text("Ready")
    os.kill(kernel, signal.SIGSTOP)
    try:
        take_out(notebook, chat)
        # All that the page has to say is waiting at the kernel, on each of its channels.
        notebook.page.wait_for_timeout(500)
    finally:
        os.kill(kernel, signal.SIGCONT)
    assert_nothing_is_left(notebook, 1)


def test_a_reload_and_a_saved_notebook_keep_what_was_said(
    lab: Any, show: Any, page: Page, open_notebook: Callable[[str], Any]
) -> None:
    notebook, chat = show("kept.ipynb")
    chat.ask("What is 17*23? <b>$x$</b>")
    expect(chat.phase).to_have_text("Ready")
    expect(chat.answers).to_contain_text("391")
    notebook.save()
    page.reload()
    page.locator(".jp-NotebookPanel").wait_for(timeout=60_000)
    expect(chat.answers).to_contain_text("391")
    expect(page.get_by_text("Run its cell")).to_be_hidden()
    # So many digits are in no random name of a cell or a panel, as three now and then are.
    chat.ask("What is 12345*6789?")
    expect(chat.answers.nth(1)).to_contain_text("complete")
    page.wait_for_function(STILL, arg="83810205", polling=100)
    notebook.save()
    saved = nbformat.read(lab.root / "kept.ipynb", as_version=4)
    assert json.dumps(saved).count("83810205") == 2, "once in HTML, once in plain text"
    assert "widgets" not in saved.metadata

    # The same file with a kernel that knows nothing of it, first trusted, then not.
    shutil.copy(lab.root / "kept.ipynb", lab.root / "later.ipynb")
    saved.cells[0].source += "\n# changed by somebody else"
    nbformat.write(saved, lab.root / "theirs.ipynb")
    for name in ("later", "theirs"):
        notebook = open_notebook(f"{name}.ipynb")
        output = notebook.output_of(0)
        expect(output.get_by_text("What is 17*23? <b>$x$</b>")).to_be_visible()
        expect(output.get_by_text("12345*6789 = 83810205")).to_be_visible()
        expect(output.locator("p[style*=overflow-wrap]").first).to_be_visible()
        expect(output.get_by_text("not found")).to_be_hidden()
        expect(output.locator(".sophnet-panel")).to_have_count(0)
        notebook.screenshot(f"panel-{name}")


def test_images_and_files_go_along_and_errors_are_drawn(show: Any, page: Page) -> None:
    notebook, chat = show("images.ipynb", arguments=', model="no-such-model", voice="longwan"')
    chat.hand_over("paste", ("blue.png", "image/png", png(40, 30)))
    chat.hand_over("drop", ("setup.exe", "application/octet-stream", b"hello"))
    alert = chat.panel.locator(".sophnet-alert")
    expect(alert).to_contain_text("setup.exe is not of a kind that is taken here")
    chat.hand_over("drop", ("notes.txt", "text/plain", b"a shade of blue"))
    chat.hand_over("drop", ("liar.png", "image/png", b"no image at all"))
    expect(alert).to_contain_text("liar.png is not an image")
    chat.hand_over("drop", ("wide.png", "image/png", png(64, 16)))
    expect(chat.panel.locator(".sophnet-chip")).to_have_count(3)
    notebook.screenshot("panel-images")
    chat.button("Remove wide.png").click()
    chat.ask("What is this?")
    expect(chat.answers.get_by_role("alert")).to_contain_text("no-such-model is not found")
    expect(chat.phase).to_have_text("Failed")
    expect(alert).to_be_hidden()
    notebook.screenshot("panel-failed")
    expect(chat.panel.locator(".sophnet-question")).to_contain_text("notes.txt, 15 B")
    notebook.command("notebook:insert-cell-below")
    page.keyboard.press("Escape")
    notebook.cell(1).locator(".cm-content").fill('panel.model = "Qwen3-VL-235B"')
    notebook.run_cell(1)
    chat.button("Ask again").click()
    expect(chat.answers).to_contain_text("40")
    expect(chat.answers).to_contain_text("complete")
    expect(chat.answers).to_contain_text("with notes.txt 15 characters")
    expect(chat.answers.get_by_role("alert")).to_be_hidden()
    image = chat.panel.locator(".sophnet-question img")
    assert image.evaluate("image => [image.naturalWidth, image.naturalHeight]") == [40, 30]
    # What was paid for is heard, and can be heard again.
    sound = chat.answers.get_by_role("group", name="the answer")
    expect(sound).to_contain_text(re.compile(r"of [1-9]\d*\.\d s"))
    expect(sound.get_by_role("button", name=re.compile("the answer"))).to_be_enabled()
    notebook.screenshot("panel-voice", of=chat.panel)
    chat.button("Copy").click()
    expect(chat.button("Copied")).to_be_visible()
    assert "40" in page.evaluate("navigator.clipboard.readText()")
    with page.expect_download() as download:
        chat.button("Save .md").click()
    text = download.value.path().read_text(encoding="utf-8")
    assert text.startswith("## You\n\nWhat is this?\n\n*Image: blue.png")
    chat.button("Clear").click()
    expect(chat.answers).to_have_count(0)
    expect(chat.panel).to_contain_text("Ask Qwen3-VL-235B something")


def test_it_looks_right_in_little_room_and_keeps_the_readers_place(show: Any, page: Page) -> None:
    notebook, chat = show("looks.ipynb", "1", arguments=", thinking=True")
    chat.ask(f"Show a little of everything {'W' * 50}")
    expect(chat.answers.first).to_contain_text("complete", timeout=40_000)
    expect(chat.answers.first.locator("details")).not_to_have_attribute("open", "")
    expect(chat.answers.first.locator("mjx-container").first).to_be_visible()
    # Shift and a drag mark text in the panel, and no cells.
    notebook.choose(1)
    words = chat.panel.locator(".sophnet-said").first
    words.click(modifiers=["Shift"])
    expect(page.locator(".jp-Notebook .jp-mod-selected")).to_have_count(1)
    page.emulate_media(forced_colors="active")
    notebook.screenshot("panel-forced-colors", of=chat.panel)
    page.emulate_media(forced_colors="none")
    notebook.screenshot("panel-light", of=chat.panel)
    notebook.set_theme("JupyterLab Dark")
    notebook.screenshot("panel-dark", of=chat.panel)
    page.set_viewport_size({"width": 760, "height": 900})
    notebook.command("application:toggle-left-area")
    page.set_viewport_size({"width": 480, "height": 900})
    log = chat.panel.locator(".sophnet-log")
    log.evaluate("log => { log.scrollTop = 0 }")
    notebook.screenshot("panel-narrow", of=chat.panel)
    assert chat.panel.evaluate("node => node.scrollWidth <= node.clientWidth")
    assert log.evaluate("log => log.scrollWidth <= log.clientWidth"), "a long word is broken"
    # Who reads along is kept at the end; who has gone back is left where he is.
    chat.ask("Count to 500")
    expect(chat.answers.nth(1)).to_contain_text("11, 12, 13")
    assert log.evaluate("log => log.scrollHeight - log.scrollTop - log.clientHeight") < 48
    log.evaluate("log => { log.scrollTop = 10 }")
    expect(chat.button("Newest")).to_be_visible()
    expect(chat.answers.nth(1)).to_contain_text("41, 42, 43")
    assert log.evaluate("log => log.scrollTop") == 10
    page.evaluate("jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    expect(chat.panel.get_by_role("alert").first).to_have_text(
        "The kernel was restarted: run this cell again."
    )
    expect(chat.answers).to_have_count(2)
