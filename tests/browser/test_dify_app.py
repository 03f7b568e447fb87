"""The app's panel as a user meets it: in JupyterLab, in front of a real kernel and the sandbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

SETUP = """from sophnet_jupyter import DifyApp
panel = DifyApp()
panel"""
LOOK = "print(panel.response.ending, panel.response.sandbox, panel.response.text[:20])"
ALOUD = """from sophnet_jupyter import DifyApp; from sophnet_jupyter.client import sandbox
from sophnet_jupyter.providers.dify.app import App
from sophnet_jupyter.wire.call import Network, Origin
from sophnet_jupyter.wire.wire import Wire
bearer = f"Bearer {sandbox.key().reveal()}"
headers = {"authorization": bearer, "x-sandbox-quirks": "autoplay"}
root = sandbox.address().removesuffix("/api/open-apis") + "/v1"
origin = Origin(service="Dify", base_url=root, authorize=lambda call: headers, scrub=str)
DifyApp(App(Wire(origin, Network()), user="ada"))"""
# Tells how loud the loudest was that went to the loudspeaker.
LISTENER = """(() => {
    window.loudest = 0;
    const connect = AudioNode.prototype.connect;
    AudioNode.prototype.connect = function (to, ...rest) {
        if (to instanceof AudioDestinationNode) {
            const ear = this.context.createAnalyser();
            connect.call(this, ear);
            setInterval(() => {
                const levels = new Float32Array(ear.fftSize);
                ear.getFloatTimeDomainData(levels);
                window.loudest = Math.max(window.loudest, ...levels.map(Math.abs));
            }, 20);
        }
        return connect.call(this, to, ...rest);
    };
})()"""
FITS = "node => node.scrollWidth <= node.clientWidth"


@pytest.fixture
def panel(lab: Any, open_notebook: Callable[[str], Any]) -> tuple[Any, Any]:
    lab.write("dify.ipynb", SETUP, LOOK)
    notebook = open_notebook("dify.ipynb")
    notebook.run_cell(0)
    return notebook, notebook.output_of(0).locator(".sophnet-dify")


def test_an_app_is_filled_in_run_heard_and_rated(
    panel: Any, page: Page, console: Any, lab: Any
) -> None:
    notebook, view = panel
    phase = view.locator(".sophnet-phase")
    expect(phase).to_have_text("Ready")
    expect(view.locator(".sophnet-name")).to_have_text("Sandbox writer")
    expect(view.locator(".sophnet-opening strong")).to_have_text("task")
    link = view.get_by_role("link", name="Privacy policy")
    expect(link).to_have_attribute("rel", "noopener noreferrer")

    view.get_by_role("button", name="Run").click()
    expect(view.locator(".sophnet-alert")).to_contain_text("Fill in what the app needs: Query.")
    view.get_by_role("button", name="What is 12*12?").click()
    expect(view.get_by_label("Query")).to_have_value("What is 12*12?")
    expect(view.get_by_label("Query")).to_be_focused()
    view.get_by_label("Words").fill("20")
    photo = view.get_by_role("group", name="Photo")
    photo.locator("input[type=file]").set_input_files(
        {"name": "song.mp3", "mimeType": "audio/mpeg", "buffer": b"ID3"}
    )
    expect(photo.get_by_role("alert")).to_contain_text("song.mp3 is not of a kind")
    photo.get_by_role("button", name="Dismiss").click()
    material = view.get_by_role("group", name="Material")
    text = b"Rain fell all night. " * 200_000
    material.locator("input[type=file]").set_input_files(
        {"name": "notes.txt", "mimeType": "text/plain", "buffer": text}
    )
    # At once: what is asked waits for the file.
    view.get_by_label("Query").press("Control+Enter")
    answer = view.get_by_role("article", name="Answer")
    expect(answer).to_contain_text("144")
    expect(phase).to_have_text("Ready")
    expect(view.locator(".sophnet-alert")).to_be_hidden()

    material.get_by_role("button", name="Show notes.txt").click()
    preview = view.get_by_role("group", name="Preview of notes.txt")
    expect(preview).to_contain_text("Rain fell all night.")
    notebook.screenshot("dify-preview", of=view)
    preview.get_by_role("button", name="Hide the preview").click()
    expect(preview).to_be_hidden()

    view.get_by_role("button", name="Copy").click()
    expect(view.get_by_role("button", name="Copied")).to_be_visible()
    assert "144" in page.evaluate("navigator.clipboard.readText()")
    view.get_by_role("button", name="Like", exact=False).first.click()
    expect(view.get_by_role("button", name="👍 Like")).to_have_attribute("aria-pressed", "true")
    view.get_by_label("Comment on the answer").fill("Just right.")
    view.get_by_role("button", name="Send").click()
    expect(view.get_by_text("Noted with your words.")).to_be_visible()
    view.get_by_role("tab", name="Opinions").click()
    said_by_users = view.get_by_role("list", name="Opinions").get_by_role("listitem")
    expect(said_by_users.filter(has_text="Just right.").first).to_contain_text("👍 Like")
    notebook.screenshot("dify-opinions", of=view)
    view.get_by_role("tab", name="App").click()
    view.get_by_role("button", name="Read aloud").click()
    sound = view.get_by_role("group", name="the answer")
    expect(sound).to_contain_text("of 0.")
    page.set_viewport_size({"width": 1200, "height": 1250})
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        notebook.set_theme(theme)
        notebook.screenshot(f"dify-{theme.split()[1].lower()}", of=view)
    page.emulate_media(forced_colors="active")
    notebook.screenshot("dify-forced-colors", of=view)
    outline = "node => getComputedStyle(node).outlineStyle"
    assert view.get_by_role("button", name="👍 Like").evaluate(outline) == "solid"
    assert view.get_by_role("button", name="👎 Dislike").evaluate(outline) == "none"
    page.emulate_media(forced_colors="none")
    page.set_viewport_size({"width": 640, "height": 1250})
    assert view.evaluate(FITS)
    notebook.screenshot("dify-narrow", of=view)

    notebook.save()
    book = nbformat.read(lab.root / "dify.ipynb", as_version=4)
    (twin,) = [output for output in book.cells[0].outputs if "sophnet-twin" in str(output)]
    assert "144" in twin.data["text/html"]
    assert "<audio" in twin.data["text/html"]
    assert "144" not in str(book.metadata), "no widget state holds the answer too"
    bad = ("uncaught", "error", "warning")
    # JupyterLab itself complains about a slow machine.
    said = [line for line in console.lines if "to activate" not in line]
    assert not [line for line in said if line.startswith(bad)]


def test_an_app_that_reads_aloud_is_heard_without_a_click(
    lab: Any, open_notebook: Callable[[str], Any], page: Page
) -> None:
    page.add_init_script(LISTENER)
    lab.write("aloud.ipynb", ALOUD)
    notebook = open_notebook("aloud.ipynb")
    notebook.run_cell(0)
    view = notebook.output_of(0).locator(".sophnet-dify")
    view.get_by_label("Query").fill("What is 12*12?")
    view.get_by_label("Query").press("Control+Enter")
    expect(view.get_by_role("article", name="Answer")).to_contain_text("144")
    expect(view.get_by_role("group", name="the answer")).to_contain_text("of 0.")
    page.wait_for_function("loudest > 0.05", polling=100)
    expect(view.get_by_role("button", name="Read aloud")).to_be_hidden()


def test_annotations_are_minded_and_stopping_keeps_what_had_come(panel: Any) -> None:
    notebook, view = panel
    expect(view.locator(".sophnet-phase")).to_have_text("Ready")
    app = view.get_by_role("tab", name="App")
    app.focus()
    app.press("ArrowRight")
    expect(view.get_by_role("tab", name="Annotations")).to_be_focused()
    desk = view.get_by_role("tabpanel", name="Annotations")
    expect(desk.get_by_text("There is none yet.")).to_be_visible()
    desk.get_by_label("Question", exact=True).fill("Where is the office?")
    desk.get_by_label("Answer", exact=True).fill("<b>On</b> the hill.")
    desk.get_by_role("button", name="Add", exact=True).click()
    expect(desk.get_by_role("listitem")).to_contain_text("<b>On</b> the hill.")
    desk.get_by_role("button", name="Edit: Where").click()
    desk.get_by_label("Answer", exact=True).fill("In the valley.")
    desk.get_by_role("button", name="Save").click()
    expect(desk.get_by_role("listitem")).to_contain_text("In the valley.")
    desk.get_by_text("Answer from annotations").click()
    desk.get_by_label("Provider of the embedding model").fill("zhipu")
    desk.get_by_label("Embedding model", exact=True).fill("embedding_3")
    for theme in ("JupyterLab Light", "JupyterLab Dark"):
        notebook.set_theme(theme)
        notebook.screenshot(f"dify-annotations-{theme.split()[1].lower()}", of=view)
    desk.get_by_role("button", name="Switch on").click()
    expect(desk.get_by_text("Annotations answer from a score of 0.9.")).to_be_visible()
    view.get_by_role("tab", name="App").click()
    view.get_by_label("Query").fill("Where is the office?")
    view.get_by_role("button", name="Run", exact=True).click()
    answer = view.get_by_role("article", name="Answer")
    expect(answer).to_contain_text("In the valley.")
    expect(answer).to_contain_text("Answered from an annotation by Sandbox editor")
    view.get_by_role("tab", name="Annotations").click()
    desk.get_by_label("Search annotations").press("Enter")
    expect(desk.get_by_text("answered 1 time")).to_be_visible()
    delete = desk.get_by_role("button", name="Delete: Where")
    delete.click()
    expect(delete).to_have_text("Really delete?")
    delete.click()
    expect(desk.get_by_text("There is none yet.")).to_be_visible()

    view.get_by_role("tab", name="App").click()
    view.get_by_label("Query").fill("Write a story of 400 words about rain")
    view.get_by_role("button", name="Run", exact=True).click()
    expect(view.locator(".sophnet-phase")).to_have_text("Answering")
    view.get_by_role("button", name="Stop").click()
    expect(view.locator(".sophnet-phase")).to_have_text("Stopped")
    notebook.run_cell(1)
    expect(notebook.output_of(1)).to_contain_text("stopped True")
