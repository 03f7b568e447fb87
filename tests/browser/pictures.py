"""
The moving pictures of the gallery: ``make pictures`` runs these stories and films them.

Each is a test as the others are, with the same JupyterLab and sandbox, and fails where its feature
does: so no picture shows what is not there. `FOLDER` is committed; a picture is WebP, at most
`MOST` bytes. Apart from ``make test``, which has the same features tested more closely.
"""

from __future__ import annotations

import base64
import io
import random
from array import array
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from sophnet_jupyter.files import wav
from sophnet_jupyter.sandbox.engines.sound import voice

from .hearing import hearing

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "pictures"
FILES = ROOT / "notebooks" / "files"
MOST = 400_000
SIZE = {"width": 1000, "height": 640}
# Milliseconds that one sight stays at least and at most, and the last one before it begins anew.
SHORTEST, LONGEST, LAST = 80, 1200, 2500
# Tried in turn until the picture is small enough: its width, its quality, every how manyth sight.
ATTEMPTS = ((900, 70, 1), (800, 60, 1), (800, 50, 2), (700, 45, 3), (640, 40, 4), (560, 35, 6))
FIRST, SECOND = "My name is Alice.", "The train leaves at seven."
LOAD = "%load_ext sophnet_jupyter"


class Film:
    """What a page showed from `begin` to `end`, sight by sight."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.sights: list[tuple[float, bytes]] = []

    def begin(self) -> None:
        """Film from here on."""
        self.line = self.page.context.new_cdp_session(self.page)
        self.line.on("Page.screencastFrame", self._note)
        self.line.send("Page.startScreencast", {"format": "png", "everyNthFrame": 1})

    def rest(self, milliseconds: int = 900) -> None:
        """Let who looks at the picture read."""
        self.page.wait_for_timeout(milliseconds)

    def end(self, name: str) -> None:
        """Write the picture."""
        self.rest()
        self.line.send("Page.stopScreencast")
        FOLDER.mkdir(exist_ok=True)
        for width, quality, each in ATTEMPTS:
            data = self._picture(width, quality, each)
            if len(data) <= MOST:
                break
        else:
            pytest.fail(f"{name} is {len(data):,} bytes at its smallest: make its story shorter.")
        (FOLDER / f"{name}.webp").write_bytes(data)

    def _note(self, frame: dict[str, Any]) -> None:
        self.sights.append((frame["metadata"]["timestamp"], base64.b64decode(frame["data"])))
        self.line.send("Page.screencastFrameAck", {"sessionId": frame["sessionId"]})

    def _picture(self, width: int, quality: int, each: int) -> bytes:
        chosen = [*self.sights[:-1][::each], self.sights[-1]]
        pictures = []
        for _, data in chosen:
            image = Image.open(io.BytesIO(data)).convert("RGB")
            height = round(image.height * width / image.width)
            pictures.append(image.resize((width, height), Image.Resampling.LANCZOS))
        times = [time for time, _ in chosen]
        lasts = [
            round(min(max((after - before) * 1000, SHORTEST), LONGEST))
            for before, after in pairwise(times)
        ]
        written = io.BytesIO()
        pictures[0].save(
            written,
            "WEBP",
            save_all=True,
            append_images=pictures[1:],
            duration=[*lasts, LAST],
            loop=0,
            quality=quality,
            method=4,
        )
        return written.getvalue()


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """A Chromium whose microphone hears two sentences, with silence around them."""
    (first, rate), (second, _) = voice.speak(FIRST), voice.speak(SECOND)
    # Not quite silent, as no room is.
    silence = array("h", random.Random(0).choices(range(-60, 61), k=rate)).tobytes()
    path = tmp_path_factory.mktemp("spoken") / "spoken.wav"
    path.write_bytes(wav.written(silence + first + silence * 10 + second + silence * 12, rate))
    with hearing(path) as browser:
        yield browser


@pytest.fixture
def film(page: Page) -> Film:
    """A camera that has not begun."""
    page.set_viewport_size(SIZE)  # type: ignore[arg-type]
    return Film(page)


@pytest.fixture
def slow(start_sandbox: Callable[..., Any]) -> Iterator[str]:
    """A cell that loads us, with a sandbox at the pace of a person who reads fast."""
    with start_sandbox("--tokens-per-second", "60", "--task-seconds", "1") as sandbox:
        yield f"%env SOPHNET_SANDBOX_URL={sandbox.root}\n{LOAD}"


@pytest.fixture
def opened(lab: Any, open_notebook: Callable[[str], Any], slow: str) -> Callable[..., Any]:
    """Opens a notebook of these cells, alone in the window, with us loaded by one that is gone."""

    def opened(*cells: str) -> Any:
        lab.write("story.ipynb", slow, *cells)
        notebook = open_notebook("story.ipynb")
        notebook.command("application:toggle-left-area")
        notebook.command("application:set-mode", mode="single-document")
        notebook.run_cell(0)
        notebook.page.evaluate(
            "document.querySelector('.jp-Notebook .jp-Cell').style.display = 'none'"
        )
        return notebook

    return opened


def test_an_answer_streams_below_its_cell(opened: Callable[..., Any], film: Film) -> None:
    notebook = opened(
        "import pandas as pd\n"
        'cities = pd.DataFrame({"city": ["北京", "上海", "Xi\'an"], "people": [21.9, 24.9, 13.0]})',
        "%%sophchat -o summary\nSummarise this table in three bullet points: {cities}",
        "%%sophchat --think\nShow me a famous equation and what it means.",
    )
    notebook.run_cell(1)
    film.begin()
    notebook.run_cell(2)
    notebook.run_cell(3)
    expect(notebook.output_of(3)).to_contain_text("complete")
    film.end("chat")


def test_models_answer_side_by_side(opened: Callable[..., Any], film: Film) -> None:
    notebook = opened("%sophchat -m DeepSeek-V3.2,GLM-5 -o c Count to 40")
    film.begin()
    notebook.run_cell(1)
    expect(notebook.output_of(1).locator(".sophnet-column")).to_have_count(2)
    film.end("compare")


def test_a_panel_asks_while_cells_run(opened: Callable[..., Any], film: Film, page: Page) -> None:
    notebook = opened("import sophnet_jupyter\nsophnet_jupyter.ChatPanel()")
    notebook.run_cell(1)
    film.begin()
    box = notebook.output_of(1).get_by_placeholder("Ask something")
    box.press_sequentially("What is 17 * 23?", delay=40)
    box.press("Enter")
    expect(notebook.output_of(1)).to_contain_text("391")
    expect(notebook.output_of(1)).to_contain_text("complete")
    film.end("chat-panel")


def test_each_row_of_a_table_is_asked(opened: Callable[..., Any], film: Film) -> None:
    notebook = opened(
        "import pandas as pd\n"
        "df = pd.DataFrame({'review': [f'Number {n} is fine' for n in range(24)],\n"
        "                   'stars': [n % 5 for n in range(24)]})",
        "%%sophchat --each df -o out --concurrency 4\nWhat is 12*{stars}? {review}",
        "out[['review', 'answer', 'ending']].head(3)",
    )
    notebook.run_cell(1)
    film.begin()
    notebook.run_cell(2)
    expect(notebook.output_of(2)).to_contain_text("24")
    notebook.run_cell(3)
    film.end("many-rows")


def test_a_table_becomes_a_map(opened: Callable[..., Any], film: Film, page: Page) -> None:
    notebook = opened(
        "import pandas as pd\n"
        "topics = {'weather': 'rain and cold wind in the {}',\n"
        "          'food': 'soup with salt from the {}', 'sport': 'a late goal for the {}'}\n"
        "places = 'north south east west coast hills valley city village harbor'.split()\n"
        "rows = [(topic, text.format(place))\n"
        "        for topic, text in topics.items() for place in places]\n"
        "df = pd.DataFrame(rows * 2, columns=['topic', 'text'])\n"
        "df['text'] += [' ' + str(n % 7) for n in range(60)]",
        "%explore df text --color topic -o ex",
    )
    notebook.run_cell(1)
    film.begin()
    notebook.start_cell(2)
    view = notebook.output_of(2).locator(".sophnet-explorer")
    canvas = view.locator("canvas").first
    expect(canvas).to_be_visible(timeout=60_000)
    notebook.wait_idle()
    canvas.scroll_into_view_if_needed()
    place = canvas.bounding_box()
    assert place
    for step in range(6):
        page.mouse.move(
            place["x"] + place["width"] * (0.2 + step * 0.1), place["y"] + place["height"] * 0.5
        )
        film.rest(250)
    film.end("map")


def test_a_scan_and_its_text_point_at_each_other(
    opened: Callable[..., Any], film: Film, lab: Any
) -> None:
    scan = FILES / "letter.png"
    (lab.root / "letter.png").write_bytes(scan.read_bytes())
    notebook = opened("%ocr letter.png -o letter")
    film.begin()
    notebook.run_cell(1)
    view = notebook.output_of(1).locator(".sophnet-pages")
    boxes = view.locator(".sophnet-box")
    expect(boxes.first).to_be_visible()
    for at in range(min(boxes.count(), 4)):
        boxes.nth(at).hover()
        film.rest(600)
    film.end("ocr")


def test_an_image_is_made_from_words(opened: Callable[..., Any], film: Film) -> None:
    notebook = opened("%imagine -n 2 --seed 7 a red fox in snow")
    film.begin()
    notebook.run_cell(1)
    expect(notebook.output_of(1).locator("img")).to_have_count(2)
    film.end("images")


def test_a_recording_becomes_text(opened: Callable[..., Any], film: Film) -> None:
    notebook = opened(
        "%speak -o said Please open the door. The quick brown fox jumps over the lazy dog.",
        'said.save("talk.mp3")',
        "%transcribe talk.mp3 --speakers Ada -o talk",
    )
    notebook.run_cell(1)
    notebook.run_cell(2)
    film.begin()
    notebook.run_cell(3)
    rows = notebook.output_of(3).locator(".sophnet-transcript li")
    expect(rows.first).to_be_visible()
    rows.last.click()
    film.end("transcript")


def test_tab_completes_a_cell_of_words(opened: Callable[..., Any], film: Film, page: Page) -> None:
    notebook = opened("")
    popup = page.locator(".jp-Completer:not(.lm-mod-hidden)")
    notebook.cell(1).locator(".cm-content").click()
    film.begin()
    for typed, offered in (("%%sophchat --te", "--temperature"), (" 0.2 -m deep", "DeepSeek-V3.2")):
        page.keyboard.type(typed, delay=60)
        page.keyboard.press("Tab")
        item = popup.locator(".jp-Completer-item", has_text=offered).first
        expect(item).to_be_visible()
        film.rest()
        item.click()
        expect(popup).to_have_count(0)
    page.keyboard.type("\nWhat is {2 * 21} in words?", delay=30)
    page.keyboard.press("Shift+Enter")
    expect(notebook.output_of(1)).to_contain_text("complete")
    film.end("completion")


def test_words_become_a_video(opened: Callable[..., Any], film: Film) -> None:
    notebook = opened("%animate a red fox runs through snow --duration 1")
    film.begin()
    notebook.run_cell(1)
    video = notebook.output_of(1).locator("video")
    expect(video).to_be_visible(timeout=60_000)
    video.evaluate("video => { video.muted = true; return video.play(); }")
    film.rest(2500)
    film.end("video")


def test_words_are_said(opened: Callable[..., Any], film: Film) -> None:
    notebook = opened("from sophnet_jupyter import VoiceStudio\nVoiceStudio()")
    notebook.run_cell(1)
    panel = notebook.output_of(1).locator(".sophnet-voice-studio")
    film.begin()
    panel.get_by_label("Text", exact=True).press_sequentially(
        "The quick brown fox jumps over the lazy dog.", delay=25
    )
    panel.locator("button.sophnet-main").click()
    expect(panel.get_by_role("listitem")).to_contain_text("Complete", timeout=60_000)
    film.rest(1500)
    film.end("voice")


def test_an_app_of_dify_is_filled_in_and_run(opened: Callable[..., Any], film: Film) -> None:
    notebook = opened("from sophnet_jupyter import DifyApp\nDifyApp()")
    notebook.run_cell(1)
    view = notebook.output_of(1).locator(".sophnet-dify")
    film.begin()
    view.get_by_role("button", name="What is 12*12?").click()
    view.get_by_label("Words").fill("20")
    film.rest()
    view.get_by_label("Query").press("Control+Enter")
    answer = view.get_by_role("article", name="Answer")
    expect(answer).to_contain_text("144")
    expect(view.locator(".sophnet-phase")).to_have_text("Ready")
    answer.scroll_into_view_if_needed()
    film.end("dify")


def test_a_workbook_is_analysed(opened: Callable[..., Any], film: Film) -> None:
    notebook = opened("from sophnet_jupyter import ExcelAnalyst\nExcelAnalyst()")
    notebook.run_cell(1)
    view = notebook.output_of(1).locator(".sophnet-excel")
    film.begin()
    view.locator("input[type=file]").set_input_files(str(FILES / "sales.xlsx"))
    box = view.get_by_label("Your question")
    box.press_sequentially("Which region sells most?", delay=30)
    box.press("Enter")
    expect(view.locator("article summary")).to_contain_text("analysis steps", timeout=30_000)
    expect(view.locator(".sophnet-phase")).to_have_text("Ready", timeout=30_000)
    view.locator("article").scroll_into_view_if_needed()
    film.end("excel")


def test_what_is_said_becomes_text(opened: Callable[..., Any], film: Film) -> None:
    notebook = opened("from sophnet_jupyter import Microphone\nMicrophone()")
    notebook.run_cell(1)
    view = notebook.output_of(1).locator(".sophnet-microphone")
    film.begin()
    view.get_by_role("button", name="Start").click()
    expect(view.locator("li span").nth(1)).to_be_visible(timeout=60_000)
    view.get_by_role("button", name="Stop").click()
    expect(view.locator(".sophnet-phase")).to_have_text("Ready")
    film.end("microphone")


def test_a_voice_answers(opened: Callable[..., Any], film: Film) -> None:
    notebook = opened(
        "from sophnet_jupyter import VoiceChat\n"
        "VoiceChat(clean=False, silence=0.5, chat={'max_tokens': 30})"
    )
    notebook.run_cell(1)
    view = notebook.output_of(1).locator(".sophnet-voice-chat")
    film.begin()
    view.get_by_role("button", name="Start").click()
    first = view.locator(".sophnet-turns > ol > li").first
    expect(first).to_contain_text(FIRST, timeout=60_000)
    expect(first.locator(".sophnet-figures")).to_contain_text("sound after", timeout=60_000)
    view.get_by_role("button", name="Stop").click()
    expect(view.locator(".sophnet-phase")).to_have_text("Stopped")
    film.end("voice-chat")
