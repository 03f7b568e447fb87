"""The README's first picture: an answer that grows below its cell, filmed as a reader sees it."""

from __future__ import annotations

import io
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Page, expect

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs" / "chat-cell.webp"
CELLS = (
    "%load_ext sophnet_jupyter",
    "import pandas as pd\n"
    'cities = pd.DataFrame({"city": ["北京", "上海", "Xi\'an"], "people": [21.9, 24.9, 13.0]})',
    "%%sophchat -o summary\nSummarise this table in three bullet points: {cities}",
    "%%sophchat --think\nShow me a famous equation and what it means.",
    "summary.usage.total_tokens, summary.ending",
)
MOST = 40


def moves(path: Path) -> bool:
    with Image.open(path) as picture:
        return bool(getattr(picture, "n_frames", 1) > 5)


@pytest.mark.browser
def test_the_first_picture_is_filmed(
    lab: Any, open_notebook: Callable[[str], Any], page: Page
) -> None:
    page.set_viewport_size({"width": 1000, "height": 700})
    lab.write("film.ipynb", *CELLS)
    notebook = open_notebook("film.ipynb")
    notebook.command("application:toggle-left-area")
    notebook.run_cell(0)
    notebook.run_cell(1)
    frames: list[tuple[float, bytes]] = []
    shown = page.locator(".jp-NotebookPanel-notebook")
    for cell in (2, 3):
        notebook.start_cell(cell)
        footer = notebook.output_of(cell).get_by_text("complete")
        while len(frames) < MOST * (cell - 1) and not footer.count():
            frames.append((time.monotonic(), shown.screenshot(type="jpeg", quality=90)))
        expect(footer).to_be_visible(timeout=30_000)
        notebook.wait_idle()
    notebook.run_cell(4)
    frames.append((time.monotonic(), shown.screenshot(type="jpeg", quality=90)))
    assert len({data for _, data in frames}) > 5, "nothing has moved"
    times = [at for at, _ in frames]
    waits = [round(1000 * (after - at)) for at, after in pairwise(times)]
    first, *rest = [Image.open(io.BytesIO(data)) for _, data in frames]
    made = ROOT / "test-results" / PICTURE.name
    first.save(made, save_all=True, append_images=rest, duration=[*waits, 4000], loop=0, quality=60)
    assert moves(made)


def test_the_first_picture_of_both_readmes_moves() -> None:
    assert moves(PICTURE)
    for name in ("README.md", "README.zh-CN.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        assert text.index(f"](docs/{PICTURE.name})") == text.index("](docs/"), name
