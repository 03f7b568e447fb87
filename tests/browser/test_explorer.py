"""The map as a user meets it: in JupyterLab, in front of a real kernel and the sandbox."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pandas as pd
import pytest
from playwright.sync_api import Page, expect

from sophnet_jupyter import Client

pytestmark = pytest.mark.browser

SETUP = """import pandas as pd
%load_ext sophnet_jupyter
topics = {"weather": "rain and cold wind in the {}", "food": "soup with salt from the {}",
          "sport": "a late goal for the {}"}
places = "north south east west coast hills valley city village harbor".split()
rows = [(topic, text.format(place)) for topic, text in topics.items() for place in places]
df = pd.DataFrame(rows * 2, columns=["topic", "text"])
df["text"] += [" " + str(n % 7) for n in range(60)]
%explore df text --color topic -o ex"""


@pytest.fixture
def panel(lab: Any, open_notebook: Callable[[str], Any]) -> tuple[Any, Any]:
    lab.write(
        "explorer.ipynb",
        SETUP,
        "print(sorted(ex.selected.topic.unique()), len(ex.selected), ex.state)",
        "ex.select(lambda d: d.topic == 'food')\nex.highlight([0])",
    )
    notebook = open_notebook("explorer.ipynb")
    notebook.run_cell(0)
    return notebook, notebook.output_of(0).locator(".sophnet-explorer")


def colored(view: Any) -> int:
    """Pixels of the map that are not its ground."""
    return int(
        view.locator("canvas").first.evaluate(
            """canvas => {
              const image = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
              let count = 0;
              for (let at = 0; at < image.data.length; at += 4) {
                const color = [...image.data.slice(at, at + 3)];
                if (Math.max(...color) - Math.min(...color) > 60) count++;
              }
              return count;
            }"""
        )
    )


def drawn(view: Any, condition: Callable[[int], bool]) -> int:
    """Wait for what is drawn with one of the next frames; the colored pixels by then."""
    for _ in range(600):
        if condition(count := colored(view)):
            return count
        view.page.wait_for_timeout(100)
    raise AssertionError(f"{count} pixels are colored")


def test_rows_are_found_selected_and_handed_to_python_and_back(
    panel: Any, page: Page, console: Any, lab: Any
) -> None:
    notebook, view = panel
    expect(view.locator(".sophnet-phase")).to_have_text("Ready", timeout=60_000)
    expect(view.locator(".sophnet-facts")).to_contain_text("60 rows")
    expect(view.locator(".sophnet-legend button")).to_have_count(3)
    expect(view.locator(".sophnet-cluster").first).to_be_visible()
    drawn(view, lambda count: count > 300)

    notebook.screenshot("explorer", of=view)
    # A box around everything, then undone.
    view.get_by_role("button", name="Box").click()
    box = view.locator(".sophnet-map").bounding_box()
    assert box
    page.mouse.move(box["x"] + 2, box["y"] + 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] - 3, box["y"] + box["height"] - 3, steps=5)
    page.mouse.up()
    expect(view.locator("aside strong")).to_have_text("60 of 60 selected")
    notebook.run_cell(1)
    expect(notebook.output_of(1)).to_contain_text("['food', 'sport', 'weather'] 60 ready")
    view.get_by_role("button", name="Undo").click()
    expect(view.locator("aside strong")).to_have_text("Nothing is selected")

    # From Python: the rest turns gray, the rows stand beside.
    before = colored(view)
    notebook.run_cell(2)
    expect(view.locator("aside strong")).to_have_text("20 of 60 selected")
    expect(view.locator("tbody tr")).to_have_count(20)
    drawn(view, lambda count: count < before)

    # By meaning, after Enter only.
    search = view.get_by_role("searchbox")
    search.fill("late goal")
    search.press("Enter")
    expect(view.get_by_text("Random pairs")).to_be_visible()
    expect(view.locator("tbody .sophnet-text").first).to_contain_text("a late goal")

    notebook.screenshot("explorer-found", of=view)
    # The keyboard walks true neighbors; what is below it is said.
    view.locator(".sophnet-map").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    expect(view.locator("aside strong")).to_have_text("1 of 60 selected")
    page.keyboard.press("Escape")
    expect(view.locator("aside strong")).to_have_text("Nothing is selected")


def test_a_category_is_hidden_and_the_still_form_has_the_picture(
    panel: Any, page: Page, lab: Any
) -> None:
    notebook, view = panel
    expect(view.locator(".sophnet-phase")).to_have_text("Ready", timeout=60_000)
    expect(view.locator(".sophnet-legend button")).to_have_count(3)
    page.set_viewport_size({"width": 600, "height": 900})
    notebook.set_theme("JupyterLab Dark")
    notebook.screenshot("explorer-narrow-dark", of=view)
    notebook.set_theme("JupyterLab Light")
    page.set_viewport_size({"width": 1280, "height": 900})
    before = colored(view)
    view.locator(".sophnet-legend button").first.click()
    drawn(view, lambda count: count < before)
    notebook.save()
    saved = nbformat.read(lab.root / "explorer.ipynb", as_version=4)
    html = "".join(
        str(output.get("data", {}).get("text/html", "")) for output in saved.cells[0].outputs
    )
    assert "data:image/png;base64," in html
    assert len(html) < 420_000


PICTURES = """import pandas as pd
from PIL import Image
%load_ext sophnet_jupyter
colors = "red blue green yellow orange purple".split()
rows = [{"title": f"a {c} box {n}", "path": None} for c in colors for n in range(5)]
for c in colors:
    for n in range(5):
        Image.new("RGB", (40 + n, 40), c).save(f"{c}{n}.png")
        rows.append({"title": None, "path": f"{c}{n}.png"})
d = pd.DataFrame(rows)
%explore d title --image path -o ex"""

# A red image, as a hand drops it.
DROP = """async element => {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 60;
  const context = canvas.getContext("2d");
  context.fillStyle = "red";
  context.fillRect(0, 0, 60, 60);
  const blob = await new Promise(done => canvas.toBlob(done));
  const data = new DataTransfer();
  data.items.add(new File([blob], "dropped.png", { type: "image/png" }));
  const about = { dataTransfer: data, bubbles: true, cancelable: true };
  for (const kind of ["dragover", "drop"]) element.dispatchEvent(new DragEvent(kind, about));
}"""


def test_images_stand_on_the_map_are_searched_by_and_brought_to_their_words(
    lab: Any, open_notebook: Callable[[str], Any], page: Page, console: Any
) -> None:
    lab.write(
        "pictures.ipynb", PICTURES, "print(ex.coloring.title, ex.coloring.values is not None)"
    )
    notebook = open_notebook("pictures.ipynb")
    notebook.run_cell(0)
    view = notebook.output_of(0).locator(".sophnet-explorer")
    expect(view.locator(".sophnet-phase")).to_have_text("Ready", timeout=60_000)
    images = view.get_by_role("button", name="Images")
    expect(images).to_have_attribute("aria-pressed", "true")
    shown = "view => Number(view.dataset.pictures) > 0"
    page.wait_for_function(shown, arg=view.locator(".sophnet-map").element_handle())
    notebook.screenshot("explorer-pictures", of=view)
    images.click()
    expect(view.locator(".sophnet-map")).to_have_attribute("data-pictures", "0")
    images.click()

    # Dropped on the map it finds its like, first among texts and first among images.
    view.locator(".sophnet-stage").evaluate(DROP)
    expect(view.get_by_text("“dropped.png”")).to_be_visible()
    expect(view.locator("tbody .sophnet-score").filter(has_text="image 1 ·")).to_have_count(1)
    expect(view.locator("tbody .sophnet-score").filter(has_text="text 1 ·")).to_have_count(1)

    # Two pins, one laid upon the other.
    search = view.get_by_role("searchbox")
    for word in ("red", "blue"):
        search.fill(word)
        view.get_by_role("button", name="Pin", exact=True).click()
        expect(view.locator(".sophnet-pin").filter(has_text=word)).to_be_visible()
    notebook.screenshot("explorer-pins", of=view)
    view.get_by_role("button", name="Compare").click()
    expect(view.locator(".sophnet-legend span")).to_have_count(3)

    # Texts and images are islands: the switch is offered, and nobody throws it but a hand.
    note = view.locator(".sophnet-gap-note")
    expect(note).to_contain_text("are of another kind")
    note.get_by_role("button", name="Take kind out").click()
    expect(note.get_by_role("button", name="Tell kind apart again")).to_be_visible()
    expect(view.locator(".sophnet-phase")).to_have_text("Ready")
    notebook.screenshot("explorer-centered", of=view)


@pytest.fixture
def policy() -> str:
    """As strict as a page with a panel can be: no eval, no script but its own, no network."""
    return "default-src 'none'; script-src 'self'; style-src 'unsafe-inline'; img-src data: blob:"


# Later, since what a debugger runs itself is allowed.
EVALUATED = """() => new Promise((done) => setTimeout(() => {
  try { done(Function("return 1")()); } catch (error) { done(error.name); }
}))"""
# What a kernel would tell the panel of 200 rows, one after the other.
TOLD = """async () => {
  const told = (array) => new DataView(array.buffer);
  const count = 200;
  const places = Float32Array.from({ length: 2 * count }, (_, at) => Math.sin(at * 12.9898) * 10);
  const few = told(Uint32Array.from([1, 2, 3]));
  const text = "</script><img src=x onerror=alert(1)>";
  const row = (row) => ({ row, text, beside: "0.9" });
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 64;
  canvas.getContext("2d").fillRect(0, 0, 64, 64);
  const jpeg = await new Promise((done) => canvas.toBlob(done, "image/jpeg"));
  const sheet = new DataView(await jpeg.arrayBuffer());
  const { tell } = window.host;
  const none = { kind: "state", count, height: 300, columns: ["topic"], notices: ["<b>told</b>"] };
  tell({ ...none, phase_now: "ready", facts: ["200 rows"], problem: "" }, [told(places), few, few]);
  const legend = [{ name: "<b>one</b>", color: "#0072b2", count: 200 }];
  tell({ kind: "colors", palette: ["#0072b2", "#9a9a9a"], legend, title: "topic", numbers: false },
    [told(new Uint8Array(count))]);
  tell({ kind: "sizes" }, [told(Float32Array.from({ length: count }, (_, at) => at / count))]);
  const clusters = [{ number: 0, label: "<i>first</i>", words: ["rain"], size: 200, x: 0, y: 0 }];
  tell({ kind: "clusters", clusters });
  const rays = [{ row: 1, score: 0.5 }];
  tell({ kind: "pins", pins: ["a", "b"].map((label, x) => ({ label, x, y: 1, rays })) });
  tell({ kind: "found", rows: [row(1)], title: "found", note: "note" }, [few]);
  tell({ kind: "near", row: 1 }, [few]);
  tell({ kind: "gap", sentence: "apart", by: "topic", large: true, centered: false });
  tell({ kind: "sprites", rows: [1, 2, 3], columns: 1, side: 64 }, [sheet]);
  const cosines = Float32Array.from([1, -0.001, -0.001, 1]);
  tell({ kind: "heat", texts: ["one", "two"], chance: -0.002 }, [told(cosines)]);
  tell({ kind: "answer", text: "<b>answer</b>" });
  tell({ kind: "asked", text: "<b>asked</b>" });
  tell({ kind: "highlight" }, [few]);
  tell({ kind: "zoom" }, [few]);
}"""


def test_the_panel_does_all_it_can_where_no_eval_and_no_foreign_script_is_allowed(
    show_panel: Callable[..., Page], console: Any
) -> None:
    page = show_panel("explorer/panel", key="abc", phase="ready")
    assert page.evaluate(EVALUATED) == "EvalError"
    page.evaluate(TOLD)
    view = page.locator(".sophnet-explorer")
    expect(view.locator("aside strong").first).to_have_text("3 of 200 selected")
    expect(view.locator(".sophnet-legend button")).to_have_text("<b>one</b> (200)")
    expect(view.locator(".sophnet-cluster input")).to_have_value("<i>first</i>")
    expect(view.locator("tbody .sophnet-text")).to_contain_text("<img src=x")
    expect(view.locator(".sophnet-pin")).to_have_count(2)
    expect(view.get_by_text("<b>asked</b>")).to_be_attached()
    expect(view.locator("canvas.sophnet-heat")).to_be_visible()
    expect(view.locator(".sophnet-pair")).to_contain_text("0.00 by chance 0.00")
    assert "-0.00" not in view.inner_html()
    page.get_by_role("button", name="Fit").click()
    # Three rows are selected: the rest is gray.
    drawn(view, lambda count: count > 20)
    assert not [line for line in console.lines if "Content Security" in line], console.lines


@pytest.fixture(scope="module")
def explored(sandbox: Any) -> Any:
    """An exploration, made beside the browser's own loop."""
    found: list[Any] = []

    async def explore() -> Any:
        async with Client("sandbox", sandbox.url) as client:
            texts = [
                f"{topic} of the {n}" for topic in ("rain", "soup", "=goal") for n in range(20)
            ]
            table = pd.DataFrame({"text": texts, "secret": ["classified"] * 60})
            return await client.explore(table, "text", color="cluster")

    thread = threading.Thread(target=lambda: found.append(asyncio.run(explore())))
    thread.start()
    thread.join()
    return found[0]


def test_a_page_of_its_own_needs_no_network_and_gives_its_rows(
    explored: Any, page: Page, console: Any, tmp_path: Path
) -> None:
    explored.rename(0, "</script><b>bold")
    path = explored.to_html(tmp_path / "map.html")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    view = page.locator(".sophnet-explorer")
    expect(view.locator(".sophnet-facts")).to_contain_text("60 rows")
    expect(view.get_by_text("</script><b>bold").first).to_be_visible()
    drawn(view, lambda count: count > 300)
    view.get_by_role("searchbox").fill("goal")
    expect(view.locator("aside strong")).to_have_text("20 of 60 selected")
    with page.expect_download() as started:
        view.get_by_role("button", name="Save .csv").click()
    table = started.value.path().read_text(encoding="utf-8-sig")
    assert table.count("\n") == 21
    assert '"\'=goal of the 3"' in table
    view.locator(".sophnet-text").first.click()
    expect(view.locator("tbody tr")).to_have_count(22)
    tag = view.get_by_label("Tag of the selected rows")
    tag.fill("good")
    tag.press("Enter")
    with page.expect_download() as started:
        view.get_by_role("button", name="Save tags").click()
    assert explored.read_tags(started.value.path()) == {"good": 20}
    page.screenshot(path=Path("test-results/explorer-page.png"))
    assert [url for url in asked if not url.startswith(("file:", "blob:", "data:"))] == []
    assert not [line for line in console.lines if "Content Security" in line], console.lines


def test_a_page_without_text_holds_none(explored: Any, page: Page, tmp_path: Path) -> None:
    explored.tag("private", [1])
    text = explored.to_html(tmp_path / "bare.html", include_text=False).read_text()
    data = text.partition('id="data">')[2].partition("</script>")[0]
    for word in ("rain", "soup", "goal", "secret", "classified", "private", "bold"):
        assert word not in data
    page.goto((tmp_path / "bare.html").as_uri())
    expect(page.locator(".sophnet-facts")).to_contain_text("60 rows")


def test_ten_thousand_rows_are_a_small_page(explored: Any, tmp_path: Path) -> None:
    explored.select(at=range(7))
    one = explored.to_html(tmp_path / "few.html", rows="selected").stat().st_size
    whole = explored.to_html(tmp_path / "all.html").stat().st_size
    # Beside the script, which all pages have, each row takes its neighbors, its text and its place.
    assert (whole - one) / 53 < 250
