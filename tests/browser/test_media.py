"""Pictures, sounds and videos of a saved notebook: untrusted, without a kernel, and as a page."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from playwright.sync_api import Locator, Page, expect

from sophnet_jupyter.files.wav import head
from sophnet_jupyter.response import Response
from sophnet_jupyter.values.image import Image
from sophnet_jupyter.values.video import Video
from sophnet_jupyter.views.answer import bundle

pytest.importorskip("av")

from sophnet_jupyter.sandbox.engines.pictures.video import Take, still
from sophnet_jupyter.sandbox.engines.pictures.video import encoded as video

pytestmark = pytest.mark.browser

TONE = Path(__file__).parents[1] / "widgets" / "tone.mp3"
TAKE = Take(prompt="a fox", seed=7, size=(640, 360), seconds=1)
DRAWN = "picture => picture.complete && picture.naturalWidth"
# Seconds, once it is known that they can be played.
PLAYED = """async player => {
    player.muted = true;
    await player.play();
    while (!player.currentTime) await new Promise(requestAnimationFrame);
    return player.duration;
}"""


def responses() -> list[Response]:
    picture = Image(data=still(TAKE, 0), mime="image/png", prompt="a fox", seed=7)
    moving = Video(data=video(TAKE), mime="video/mp4", prompt="a fox", poster=picture)
    long = head(3_000_000, 24_000, 1) + bytes(3_000_000)
    return [
        Response(images=(picture, picture), ending="complete"),
        Response(videos=(moving,), ending="complete"),
        Response(audio=TONE.read_bytes(), ending="complete"),
        Response(audio=long, ending="complete"),
    ]


def write(path: Path) -> None:
    cells = []
    for response in responses():
        shown = nbformat.v4.new_output("display_data", data=bundle(response))
        cells.append(nbformat.v4.new_code_cell("1", outputs=[shown], execution_count=1))
    # Written by somebody else: nobody has signed it, so that JupyterLab does not trust it.
    metadata = {"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=metadata), path)


def alive(output: Callable[[int], Locator]) -> None:
    """All media of the four outputs can be seen and played."""
    for picture in output(0).locator("img").all():
        assert picture.evaluate(DRAWN)
    expect(output(0).locator("img")).to_have_count(2)
    moving = output(1).locator("video")
    assert (moving.get_attribute("poster") or "").startswith("data:image/webp;base64,")
    assert 0.9 < moving.evaluate(PLAYED) < 1.1
    assert 2.9 < output(2).locator("audio").evaluate(PLAYED) < 3.1
    # Too large to be in the notebook: a file beside it.
    large = output(3).locator("audio")
    assert not (large.get_attribute("src") or "data:").startswith("data:")
    assert 60 < large.evaluate(PLAYED) < 65


def test_media_play_untrusted_without_a_kernel_and_in_a_page_of_nbconvert(
    lab: Any,
    page: Page,
    open_notebook: Callable[[str], Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(lab.root)
    write(lab.root / "media.ipynb")
    notebook = open_notebook("media.ipynb")
    assert not page.evaluate("jupyterapp.shell.currentWidget.content.widgets[0].model.trusted")
    for kernel in lab.api("/kernels"):
        lab.api(f"/kernels/{kernel['id']}", "DELETE")
    alive(notebook.output_of)
    for theme in ("Dark", "Light"):
        notebook.set_theme(f"JupyterLab {theme}")
        notebook.screenshot(f"media-untrusted-{theme.lower()}")

    command = [sys.executable, "-m", "nbconvert", "--to", "html", "media.ipynb"]
    subprocess.run(command, check=True, capture_output=True, timeout=60)
    page.goto((lab.root / "media.html").as_uri())
    alive(lambda index: page.locator(".jp-Cell").nth(index))
    notebook.screenshot("media-nbconvert")
