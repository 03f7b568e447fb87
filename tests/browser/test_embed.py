"""The heat-map of a few texts and pictures as a reader meets it: in light, in dark, and saved."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

TEXTS = """texts = [
    "How do I reset my password?", "a red fox in snow", "我忘记了密码", "I forgot my password",
    "怎么重置密码？", "a fox at night in the snow", "Stock prices fell on Monday",
]
%embed texts"""
PICTURES = """from PIL import Image
red, green, blue = (Image.new("RGB", (48, 48), name) for name in ("red", "green", "blue"))
%embed --image red --image green --image blue "the red rose" "the blue sea" """
MANY = """rows = [f"row {n} about {['foxes', 'hens', 'banks'][n % 3]}" for n in range(300)]
%embed rows"""
OPACITY = """cell => parseFloat(getComputedStyle(cell).backgroundColor.split(",")[3])"""
CONTRAST = """cell => {
    const channels = text => text.match(/[\\d.]+/g).map(Number);
    const [r, g, b, a = 1] = channels(getComputedStyle(cell).backgroundColor);
    let under = [255, 255, 255];
    for (let at = cell.parentElement; at; at = at.parentElement) {
        const [x, y, z, alpha = 1] = channels(getComputedStyle(at).backgroundColor);
        if (alpha === 1) { under = [x, y, z]; break; }
    }
    const ground = [r, g, b].map((value, n) => value * a + under[n] * (1 - a));
    const light = rgb => rgb.slice(0, 3).map(v => v / 255)
        .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
        .reduce((sum, v, n) => sum + v * [0.2126, 0.7152, 0.0722][n], 0);
    const [one, other] = [light(ground), light(channels(getComputedStyle(cell).color))];
    return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}"""


def test_a_heat_map_can_be_read_in_both_themes_and_in_a_notebook_of_somebody_else(
    lab: Any, open_notebook: Callable[[str], Any], page: Page
) -> None:
    lab.write("embed.ipynb", "%load_ext sophnet_jupyter", TEXTS, PICTURES, MANY)
    notebook = open_notebook("embed.ipynb")
    for index in range(4):
        notebook.run_cell(index)
    table = notebook.output_of(1).locator("table")
    expect(table.locator("td")).to_have_count(49)
    expect(notebook.output_of(2).locator("th img")).to_have_count(3)
    expect(notebook.output_of(3)).to_contain_text("300 texts × 1024 dimensions")
    for theme in ("Light", "Dark"):
        notebook.set_theme(f"JupyterLab {theme}")
        for index, name in ((1, "texts"), (2, "pictures"), (3, "many")):
            notebook.cell(index).scroll_into_view_if_needed()
            notebook.screenshot(f"embed-{name}-{theme.lower()}", of=notebook.output_of(index))
        contrasts = [cell.evaluate(CONTRAST) for cell in table.locator("td").all()]
        assert min(contrasts) > 4.5, theme
    notebook.save()
    saved = json.loads((lab.root / "embed.ipynb").read_text())
    for cell in saved["cells"]:
        cell["metadata"].pop("trusted", None)
    # A changed text has another signature, so that nobody vouches for it.
    saved["cells"][0]["source"] += "\n# from somebody else"
    (lab.root / "foreign.ipynb").write_text(json.dumps(saved))
    foreign = open_notebook("foreign.ipynb")
    cells = foreign.output_of(1).locator("td")
    expect(cells).to_have_count(49)
    strengths = [cell.evaluate(OPACITY) for cell in cells.all()]
    assert max(strengths) > 0.5 > 0.1 > min(strengths)
    titles = [cell.get_attribute("title") for cell in cells.all()]
    assert all(title and " ~ " in title for title in titles)
    foreign.screenshot("embed-untrusted", of=foreign.output_of(1))

    command = [sys.executable, "-m", "nbconvert", "--to", "html", "foreign.ipynb"]
    subprocess.run(command, cwd=lab.root, check=True, capture_output=True)
    page.goto((lab.root / "foreign.html").as_uri())
    converted = page.locator("table").first
    expect(converted.locator("td")).to_have_count(49)
    assert min(cell.evaluate(CONTRAST) for cell in converted.locator("td").all()) > 4.5
    expect(page.locator("th img")).to_have_count(3)
    assert page.locator("th img").first.evaluate("image => image.naturalWidth") > 0
    expect(page.get_by_text("300 texts × 1024 dimensions")).to_be_visible()
    foreign.screenshot("embed-nbconvert")
