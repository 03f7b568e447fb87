"""Pictures go into prompts by paste and drop, and completions say what they mean."""

from __future__ import annotations

import base64
import shutil
from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

SOURCE = "index => jupyterapp.shell.currentWidget.content.widgets[index].model.sharedModel.source"
# What a browser does when a picture is pasted or dropped, here without a clipboard.
GIVE = """([index, kind, files, words]) => {
    const transfer = new DataTransfer();
    for (const [name, type, content] of files) {
        const bytes = Uint8Array.from(atob(content), letter => letter.charCodeAt(0));
        transfer.items.add(new File([bytes], name, { type }));
    }
    if (words) transfer.setData("text/plain", words);
    const { node } = jupyterapp.shell.currentWidget.content.widgets[index];
    const place = node.querySelector(".cm-content");
    const options = { bubbles: true, cancelable: true };
    place.dispatchEvent(kind === "paste"
        ? new ClipboardEvent("paste", { ...options, clipboardData: transfer })
        : new DragEvent("drop", { ...options, dataTransfer: transfer }));
}"""


def png(color):
    data = BytesIO()
    Image.new("RGB", (120, 80), color).save(data, "PNG")
    return base64.b64encode(data.getvalue()).decode()


def give(notebook, index, kind, *files, words=""):
    notebook.page.evaluate(GIVE, [index, kind, [*files], words])


def source(notebook, index):
    return notebook.page.evaluate(SOURCE, index)


def pictures(notebook, index):
    return notebook.cell(index).locator(".jp-sophnet-picture")


def test_a_picture_goes_beside_the_notebook_and_along_with_the_prompt(
    lab, open_notebook, host, silent
):
    shutil.rmtree(lab.root / "trip", ignore_errors=True)
    (lab.root / "trip").mkdir()
    lab.write(
        "trip/p.ipynb",
        "%load_ext sophnet_jupyter",
        "%%sophchat -t 0.2 -o said\nDescribe this picture.",
        "x = 1",
        "%%animate\nIt moves.",
        "",
    )
    notebook = open_notebook("trip/p.ipynb", host)
    page = notebook.page
    notebook.run_cell(0)
    give(notebook, 1, "paste", ("image.png", "image/png", png("teal")))
    expect(pictures(notebook, 1).locator("img")).to_have_count(1)
    assert source(notebook, 1).startswith("%%sophchat --image picture.png -t 0.2 -o said\n")
    # A name that could be an option or a field is none any more, and nothing is written over.
    (lab.root / "trip" / "it-s-x-raw.png").write_bytes(b"mine")
    give(notebook, 1, "drop", ("it's {x} --raw.png", "image/png", png("orange")))
    expect(pictures(notebook, 1).locator("img")).to_have_count(2)
    line = "%%sophchat --image picture.png --image it-s-x-raw-2.png -t 0.2 -o said\n"
    assert source(notebook, 1).startswith(line)
    assert (lab.root / "trip" / "it-s-x-raw.png").read_bytes() == b"mine"
    with Image.open(lab.root / "trip" / "it-s-x-raw-2.png") as saved:
        assert saved.size == (120, 80)
    notebook.screenshot(f"lab-pictures-light-{host.partition('/')[0]}")

    # Where there can be one, another takes its place.
    for color in ("red", "blue"):
        give(notebook, 3, "paste", (f"{color}.png", "image/png", png(color)))
        expect(notebook.cell(3).locator(f"img[alt='{color}.png']")).to_be_visible()
    assert source(notebook, 3) == "%%animate --image blue.png\nIt moves."
    # Words are meant where there are words; Python takes no picture; and not every file is one.
    give(notebook, 3, "paste", ("image.png", "image/png", png("red")), words="and turns")
    expect(notebook.cell(3)).to_contain_text("and turns")
    give(notebook, 2, "paste", ("image.png", "image/png", png("red")))
    give(notebook, 1, "drop", ("a.svg", "image/svg+xml", base64.b64encode(b"<svg/>").decode()))
    expect(page.locator(".Toastify__toast, .jp-toast").last).to_contain_text(
        "a.svg is not an image"
    )
    assert source(notebook, 2) == "x = 1"
    assert sorted(path.name for path in (lab.root / "trip").glob("*.png")) == [
        *("blue.png", "it-s-x-raw-2.png", "it-s-x-raw.png", "picture.png", "red.png")
    ]

    notebook.run_cell(2)
    notebook.run_cell(1)
    expect(notebook.output_of(1)).to_contain_text("picture.png")
    notebook.save()
    # In a notebook that is opened nothing is loaded before somebody asks for it.
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.reload()
    page.locator(".jp-NotebookPanel").wait_for()
    notebook.wait_idle()
    show = pictures(notebook, 1).get_by_role("button", name="Show picture.png")
    expect(show).to_be_visible()
    assert [url for url in asked if "picture.png" in url] == []
    notebook.set_theme("JupyterLab Dark")
    show.click()
    expect(pictures(notebook, 1).locator("img")).to_have_count(1)
    notebook.screenshot(f"lab-pictures-dark-{host.partition('/')[0]}")

    # Completions have icons there, and the kernel's words beside them.
    notebook.cell(4).locator(".cm-content").click()
    page.keyboard.type("%%sophchat --max")
    page.keyboard.press("Tab")
    icons = page.locator(".jp-Completer .jp-Completer-icon")
    expect(icons.first).to_be_visible()
    notebook.screenshot(f"lab-completion-{host.partition('/')[0]}")
    page.keyboard.press("Escape")
    page.keyboard.press("Shift+Tab")
    expect(page.locator(".jp-Tooltip, .jp-Tooltip-content").first).to_be_visible()
    assert silent()
