"""Pictures as a reader meets them: on their way, then side by side, in light and in dark."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

LOADED = "img => img.complete && img.naturalWidth"


@pytest.fixture(scope="module")
def studio(start_sandbox: Any) -> Iterator[str]:
    """A sandbox that paints slowly enough to be seen at it, also by a busy machine."""
    with start_sandbox("--task-seconds", "8") as sandbox:
        yield sandbox.root


@pytest.fixture
def painting(lab: Any, studio: str, open_notebook: Callable[[str], Any]) -> Any:
    lab.write(
        "paint.ipynb",
        f"%env SOPHNET_SANDBOX_URL={studio}\n%load_ext sophnet_jupyter",
        "%imagine a red fox in snow --seed 7 -n 4",
        "%imagine --size 1664*928 --seed 3 江南水乡的夜晚，月亮升起",
        "%sophnet tasks",
        "open('notes.txt', 'w').write('# Notes\\n\\n- **one**\\n- two\\n')\n%parse notes.txt",
    )
    notebook = open_notebook("paint.ipynb")
    notebook.run_cell(0)
    return notebook


def test_pictures_come_one_by_one_and_then_stand_side_by_side(painting: Any, lab: Any) -> None:
    painting.start_cell(1)
    output = painting.output_of(1)
    expect(output).to_contain_text("seed 10")
    expect(output).to_contain_text("running")
    painting.screenshot("imagine-progress", of=output)
    expect(output.locator("figure")).to_have_count(4)
    painting.wait_idle()
    expect(output.get_by_text("running")).to_have_count(0)
    for number, picture in enumerate(output.locator("figure").all()):
        assert picture.locator("img").evaluate(LOADED) > 300
        expect(picture).to_contain_text(f"1328 × 1328 · seed {7 + number}")
    tops = {round(figure.bounding_box()["y"]) for figure in output.locator("figure").all()}
    assert len(tops) < 4, "they stand below each other"
    for index in (2, 3, 4):
        painting.run_cell(index)
    expect(painting.output_of(3)).not_to_contain_text("red fox")
    expect(painting.output_of(4).locator("h1")).to_have_text("Notes")
    for theme in ("Light", "Dark"):
        painting.set_theme(f"JupyterLab {theme}")
        for index, name in ((1, "grid"), (2, "one"), (4, "parse")):
            painting.cell(index).scroll_into_view_if_needed()
            painting.screenshot(f"imagine-{name}-{theme.lower()}", of=painting.output_of(index))


def test_pictures_are_there_in_a_notebook_that_is_not_trusted(
    painting: Any, lab: Any, open_notebook: Callable[[str], Any]
) -> None:
    painting.run_cell(2)
    painting.save()
    saved = json.loads((lab.root / "paint.ipynb").read_text())
    for cell in saved["cells"]:
        cell["metadata"].pop("trusted", None)
        for output in cell.get("outputs", []):
            assert "filename" not in json.dumps(output.get("metadata", {}))
    # A changed text has another signature, so that nobody vouches for it.
    saved["cells"][0]["source"] += "\n# from somebody else"
    (lab.root / "foreign.ipynb").write_text(json.dumps(saved))
    foreign = open_notebook("foreign.ipynb")
    picture = foreign.output_of(2).locator("figure img")
    expect(picture).to_be_visible()
    assert picture.evaluate(LOADED) > 300
    foreign.screenshot("imagine-untrusted", of=foreign.output_of(2))
