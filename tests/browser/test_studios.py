"""The two studios as a user meets them: in JupyterLab, before a real kernel and the sandbox."""

from __future__ import annotations

import io
import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import nbformat
import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from sophnet_jupyter.widgets.panel.modules import style

pytestmark = pytest.mark.browser

LOADED = "img => img.decode().then(() => img.naturalWidth)"
PLAYS = """async (video) => {
    if (video.readyState < 2) await new Promise((done) => (video.onloadeddata = done));
    const sight = () => {
        const canvas = document.createElement("canvas");
        [canvas.width, canvas.height] = [64, 36];
        const pen = canvas.getContext("2d");
        pen.drawImage(video, 0, 0, 64, 36);
        return [...pen.getImageData(0, 0, 64, 36).data];
    };
    const go = (time) => new Promise((done) => {
        video.onseeked = done;
        video.currentTime = time;
    });
    await go(0.01);
    const first = sight();
    await go(video.duration - 0.1);
    const apart = () => {
        const last = sight();
        return first.filter((level, index) => Math.abs(level - last[index]) > 24).length;
    };
    // It has found the place, and shows it when it is drawn.
    for (let frames = 0; frames < 600 && apart() <= 50; frames++)
        await new Promise(requestAnimationFrame);
    return [video.videoWidth, video.videoHeight, Math.round(video.duration), apart() > 50];
}"""
FITS = "node => node.scrollWidth <= node.clientWidth"
EDGE = """node => {
    const { borderTopWidth, borderTopColor, backgroundColor } = getComputedStyle(node);
    return parseFloat(borderTopWidth) > 0 && borderTopColor !== backgroundColor;
}"""


def silent(console: Any) -> bool:
    bad = ("uncaught", "error", "warning")
    return not [line for line in console.lines if line.startswith(bad)]


def look_in_high_contrast(notebook: Any, view: Locator, name: str) -> None:
    """Where a reader's few colours replace ours, edges still tell fields and buttons."""
    view.page.emulate_media(forced_colors="active")
    for control in view.locator("button:visible, input:visible, select:visible").all():
        if control.get_attribute("type") not in ("checkbox", "file"):
            assert control.evaluate(EDGE), control.evaluate("node => node.outerHTML")
    notebook.screenshot(f"{name}-forced-colors", of=view)
    view.page.emulate_media(forced_colors="none")


def look_at_them_large(notebook: Any, view: Locator) -> None:
    """Click opens one, arrows go on to the next, and two are compared side by side."""
    opened = view.get_by_role("dialog", name="Large view")
    ready(view).first.get_by_role("button", name="Open: ").click()
    expect(opened).to_contain_text("1 of 2")
    expect(opened.locator("img")).to_have_count(1)
    assert opened.locator("img").evaluate(LOADED) == 1664
    notebook.screenshot("image-studio-large")
    view.page.keyboard.press("ArrowRight")
    expect(opened).to_contain_text("2 of 2")
    view.page.keyboard.press("ArrowRight")
    expect(opened).to_contain_text("1 of 2")
    view.page.keyboard.press("Escape")
    expect(opened).to_be_hidden()
    expect(ready(view).first.get_by_role("button", name="Open: ")).to_be_focused()
    ready(view).first.get_by_role("button", name="Compare").click()
    expect(view.get_by_role("button", name="Compare", pressed=True)).to_have_count(1)
    ready(view).last.get_by_role("button", name="Compare").click()
    expect(opened.locator("figure img")).to_have_count(2)
    notebook.screenshot("image-studio-compared")
    opened.get_by_role("button", name="Close").click()
    expect(view.get_by_role("button", name="Compare", pressed=True)).to_have_count(0)


def ready(view: Locator) -> Locator:
    return view.locator("li[data-phase=ready]")


def picture(width: int, height: int) -> bytes:
    file = io.BytesIO()
    Image.radial_gradient("L").resize((width, height)).convert("RGB").save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
def slow(start_sandbox: Any) -> Iterator[Any]:
    """A sandbox that is slow enough to be seen at its work, also by a busy machine."""
    with start_sandbox("--task-seconds", "4") as sandbox:
        yield sandbox


@pytest.fixture
def show(
    lab: Any, open_notebook: Callable[[str], Any], slow: Any
) -> Callable[..., tuple[Any, Locator]]:
    """Open a notebook whose first cell shows a studio."""

    def show(name: str, studio: str, *cells: str) -> tuple[Any, Locator]:
        code = f"from sophnet_jupyter import {studio}\npanel = {studio}()\npanel"
        lab.write(name, f"%env SOPHNET_SANDBOX_URL={slow.root}\n{code}", *cells)
        notebook = open_notebook(name)
        notebook.run_cell(0)
        return notebook, notebook.output_of(0).locator(".sophnet-studio")

    return show


def test_pictures_are_made_reused_taken_animated_and_kept(
    show: Any, page: Page, console: Any, lab: Any, open_notebook: Callable[[str], Any], slow: Any
) -> None:
    notebook, view = show("pictures.ipynb", "ImageStudio", "import time; time.sleep(900)", "fox")
    view.get_by_role("button", name="Generate").click()
    expect(view.get_by_role("alert").first).to_contain_text("the prompt is empty")
    # While a cell runs.
    notebook.start_cell(1)
    view.get_by_label("Prompt", exact=True).fill("a red fox in snow")
    view.get_by_label("Size").fill("1664*928")
    view.get_by_label("Seed", exact=True).fill("7")
    expect(view.get_by_label("Lock the seed")).to_be_checked()
    view.get_by_label("How many").fill("3")
    view.get_by_label("Prompt", exact=True).press("Enter")
    expect(view.locator("li[data-phase=working]")).to_have_count(3)
    expect(view.locator("li").first).to_contain_text("running")
    # So that none ends before that.
    with slow.still():
        notebook.screenshot("image-studio-working", of=view)
        view.get_by_role("button", name="Cancel").first.click()
        expect(view.locator("li[data-phase=stopped]")).to_contain_text(
            "Tasks of the service, below, fetches it"
        )
    expect(ready(view)).to_have_count(2, timeout=90_000)
    expect(ready(view).last).to_contain_text("1664 × 928 · seed 7")
    assert ready(view).last.locator("img").evaluate(LOADED) > 300
    notebook.interrupt()
    notebook.wait_idle()
    look_at_them_large(notebook, view)

    view.get_by_label("Prompt", exact=True).fill("something else")
    view.get_by_label("Size").fill("")
    ready(view).last.get_by_role("button", name="Reuse").click()
    expect(view.get_by_label("Prompt", exact=True)).to_have_value("a red fox in snow")
    expect(view.get_by_label("Prompt", exact=True)).to_be_focused()
    expect(view.get_by_label("Size")).to_have_value("1664*928")
    expect(view.get_by_label("Seed", exact=True)).to_have_value("7")

    ready(view).last.get_by_role("button", name="Save as variable").click()
    view.get_by_label("Name of the variable").fill("panel")
    view.get_by_label("Name of the variable").press("Enter")
    expect(view.get_by_role("alert").first).to_contain_text("take another name")
    ready(view).last.get_by_role("button", name="Save as variable").click()
    view.get_by_label("Name of the variable").fill("fox")
    view.get_by_label("Name of the variable").press("Enter")
    expect(ready(view).last).to_contain_text("in fox")
    expect(view.get_by_role("alert").first).to_be_hidden()
    notebook.run_cell(2)
    expect(notebook.output_of(2).locator("img")).to_be_visible()

    ready(view).last.get_by_role("button", name="Video:").click()
    view.get_by_label("Describe the video").fill("it runs away")
    view.get_by_label("Describe the video").press("Enter")
    expect(view.locator("video")).to_have_count(1, timeout=120_000)
    assert view.locator("video").evaluate(PLAYS) == [832, 480, 5, True]
    with page.expect_download() as saved:
        ready(view).last.get_by_role("button", name="Download").click()
    assert saved.value.suggested_filename == "a-red-fox-in-snow.png"
    view.locator("li[data-phase=stopped]").get_by_role("button", name="Remove").click()
    expect(view.locator("li")).to_have_count(3)
    for theme in ("Light", "Dark"):
        notebook.set_theme(f"JupyterLab {theme}")
        notebook.screenshot(f"image-studio-{theme.lower()}", of=view)
    look_in_high_contrast(notebook, view, "image-studio")
    page.set_viewport_size({"width": 620, "height": 900})
    assert view.evaluate(FITS)
    notebook.screenshot("image-studio-narrow", of=view)
    page.set_viewport_size({"width": 1440, "height": 900})

    notebook.save()
    page.reload()
    page.locator(".jp-NotebookPanel").wait_for(timeout=60_000)
    expect(ready(view)).to_have_count(3, timeout=60_000)
    expect(view.get_by_label("Prompt", exact=True)).to_have_value("a red fox in snow")
    assert ready(view).last.locator("img").evaluate(LOADED) > 300
    expect(view.locator("video")).to_have_count(1)
    notebook.wait_idle()
    notebook.save()

    # The same in a notebook without its kernel, which nobody trusts, and as a page.
    saved_book = nbformat.read(lab.root / "pictures.ipynb", as_version=4)
    assert len(json.dumps(saved_book)) < 4_000_000
    saved_book.cells[0].source += "\n# changed by somebody else"
    nbformat.write(saved_book, lab.root / "theirs.ipynb")
    notebook = open_notebook("theirs.ipynb")
    output = notebook.output_of(0)
    expect(output.locator("figure img")).to_have_count(2)
    assert output.locator("figure img").first.evaluate(LOADED) > 100
    expect(output.locator("video")).to_be_visible()
    expect(output.get_by_text("Made by the sandbox")).to_be_visible()
    expect(output.get_by_text("not found")).to_be_hidden()
    notebook.screenshot("image-studio-theirs", of=output)
    assert silent(console), console.lines


def test_videos_are_queued_cancelled_and_played(
    show: Any, page: Page, console: Any, lab: Any
) -> None:
    notebook, view = show("videos.ipynb", "VideoStudio", "print(panel.made)")
    expect(view.get_by_role("combobox", name="Size")).to_be_visible(timeout=60_000)
    expect(view.get_by_role("combobox", name="Resolution")).to_be_hidden()
    view.get_by_role("combobox", name="Model").select_option("Wan2.1-T2V-14B")
    expect(view.get_by_role("combobox", name="Size")).to_be_hidden()
    expect(view.get_by_role("combobox", name="Resolution")).to_be_visible()
    expect(view.get_by_label("Negative prompt")).to_be_hidden()
    expect(view.get_by_role("combobox", name="Ratio")).to_be_hidden()
    view.get_by_role("combobox", name="Model").select_option("Wan2.2-T2V-A14B")
    view.get_by_label("Prompt", exact=True).fill("waves on the sea 海浪")
    view.get_by_role("combobox", name="Seconds").select_option("1")
    view.get_by_role("combobox", name="Size").select_option("480*832")
    view.get_by_role("button", name="Generate").click()
    view.get_by_role("button", name="Generate").click()
    expect(view.locator("li[data-phase=working]")).to_have_count(2)
    view.get_by_role("button", name="Cancel").last.click()
    expect(view.locator("li[data-phase=stopped]")).to_have_count(1)

    chooser = view.locator(".sophnet-beginning input[type=file]")
    files = {"name": "small.png", "mimeType": "image/png", "buffer": picture(200, 200)}
    chooser.set_input_files(files)
    expect(view.locator(".sophnet-refused")).to_contain_text("make it larger")
    view.get_by_role("button", name="Dismiss").click()
    files = {"name": "dot.png", "mimeType": "image/png", "buffer": picture(800, 600)}
    chooser.set_input_files(files)
    expect(view.get_by_role("button", name="Without it")).to_be_visible()
    expect(view.locator(".sophnet-beginning")).to_contain_text("dot.png")
    assert view.locator(".sophnet-beginning img").evaluate(LOADED)
    expect(view.get_by_role("combobox", name="Model")).to_have_value("Wan2.2-I2V-A14B")
    view.get_by_label("Prompt", exact=True).fill("the dot grows")
    view.get_by_role("combobox", name="Seconds").select_option("1")
    view.get_by_role("button", name="Generate").click()
    expect(view.locator("video")).to_have_count(2, timeout=120_000)
    assert view.locator("video").last.evaluate(PLAYS) == [480, 832, 1, True]
    expect(view.locator("video").first).to_have_attribute("poster", re.compile("^blob:"))
    notebook.run_cell(1)
    expect(notebook.output_of(1)).to_contain_text("<Video 480×832 · 1.0 s")
    for theme in ("Light", "Dark"):
        notebook.set_theme(f"JupyterLab {theme}")
        notebook.screenshot(f"video-studio-{theme.lower()}", of=view)
    look_in_high_contrast(notebook, view, "video-studio")
    page.set_viewport_size({"width": 620, "height": 900})
    assert view.evaluate(FITS)
    notebook.screenshot("video-studio-narrow", of=view)
    page.set_viewport_size({"width": 1440, "height": 900})
    notebook.save()
    page.reload()
    page.locator(".jp-NotebookPanel").wait_for(timeout=60_000)
    expect(view.locator("video")).to_have_count(2, timeout=120_000)
    expect(view.locator(".sophnet-beginning")).to_contain_text("dot.png", timeout=60_000)
    assert silent(console), console.lines


PIECE = """() => window.host.tell({ kind: "piece", piece: {
    id: "a", kind: "video", prompt: "waves", settings: {}, phase: "working", state: "running",
    seconds: 3, figures: "seed 7", error: "", sandbox: true,
} })"""


def test_what_is_being_made_has_the_room_that_it_will_take(show_panel: Callable[..., Page]) -> None:
    page = show_panel("studio/video_studio", key="abc", phase="working")
    page.add_style_tag(content=style("studio/studio.css"))
    page.evaluate(PIECE)
    piece = page.locator("li[data-phase=working]")
    expect(piece).to_contain_text(re.compile("sandbox · running … · [0-9]+ s · seed 7"))
    # A line ends between two facts, never inside one.
    expect(piece.locator(".sophnet-fact").last).to_have_text("seed 7")
    room = piece.locator(".sophnet-stage").bounding_box()
    assert room
    assert room["width"] > 200
    assert room["width"] / room["height"] == pytest.approx(1.6, abs=0.05)


def test_an_animated_cell_plays_in_both_themes_and_as_a_page(
    lab: Any, open_notebook: Callable[[str], Any], page: Page
) -> None:
    lab.write(
        "animate.ipynb",
        "%load_ext sophnet_jupyter",
        "%imagine a red fox in snow --seed 7 -o fox",
        "%animate --image fox the fox runs --duration 1 --seed 3 -o video",
    )
    notebook = open_notebook("animate.ipynb")
    for index in range(3):
        notebook.run_cell(index)
    output = notebook.output_of(2)
    video = output.locator("video")
    notebook.screenshot("animate-progress", of=output)
    expect(video).to_be_visible(timeout=120_000)
    assert video.evaluate(PLAYS) == [832, 480, 1, True]
    output.get_by_text("reuse these settings").click()
    expect(output.locator("pre", has_text="%%animate")).to_contain_text("--duration 1 --seed 3")
    for theme in ("Light", "Dark"):
        notebook.set_theme(f"JupyterLab {theme}")
        notebook.screenshot(f"animate-{theme.lower()}", of=output)
        notebook.screenshot(f"imagine-reuse-{theme.lower()}", of=notebook.output_of(1))
    notebook.save()
    shutil.copy(lab.root / "animate.ipynb", lab.root / "page.ipynb")
    command = [sys.executable, "-m", "nbconvert", "--to", "html", "page.ipynb"]
    subprocess.run(command, cwd=lab.root, check=True, capture_output=True)
    page.goto((lab.root / "page.html").as_uri())
    video = page.locator("video").first
    expect(video).to_be_visible()
    assert video.evaluate(PLAYS) == [832, 480, 1, True]
    notebook.screenshot("animate-nbconvert")
