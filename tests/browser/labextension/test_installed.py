"""The wheel in an environment of its own, without Node: both halves of the extension are in it."""

from __future__ import annotations

import re
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[3]
PROMPT = "%%sophchat -m DeepSeek-V3.2\nDon't guess: what is 17 * 23?"
WHERE = "%load_ext sophnet_jupyter\nimport sophnet_jupyter\nprint(sophnet_jupyter.__file__)"
# The color of the first words, and of all others.
COLORS = """cell => {
    const all = [...cell.querySelectorAll(".cm-line span")].filter(span => !span.children.length);
    const found = all.map(span => [span.textContent.trim(), getComputedStyle(span).color]);
    return [getComputedStyle(cell.querySelector(".cm-content")).color, Object.fromEntries(found)];
}"""


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """
    It holds the wheel.

    JupyterLab and the rest are those of this environment, as they would take minutes: found behind
    it, and without their folder of extensions, where this checkout's may be installed too.
    """
    place = tmp_path_factory.mktemp("installed")
    build = [sys.executable, "-m", "build", "--wheel", "--outdir", str(place), str(ROOT)]
    done = subprocess.run(build, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = place.glob("*.whl")
    path = place / "environment"
    venv.create(path, symlinks=True)
    pip = [sys.executable, "-m", "pip", "--python", str(path / "bin" / "python")]
    command = [*pip, "install", "-q", "--no-deps", "--disable-pip-version-check", str(wheel)]
    subprocess.run(command, check=True)
    (packages,) = path.glob("lib/python*/site-packages")
    behind = [each for each in sys.path if Path(each).name in ("site-packages", "dist-packages")]
    (packages / "behind.pth").write_text("\n".join(behind), encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def places() -> dict[str, str]:
    """No command is on the path, so no Node; the pages of JupyterLab itself are where they are."""
    pages = Path(sysconfig.get_path("data"), "share", "jupyter", "lab")
    return {"PATH": "", "JUPYTERLAB_DIR": str(pages)}


@pytest.fixture(scope="module")
def lab(environment, places, serve, tmp_path_factory):
    python = str(environment / "bin" / "python")
    with serve(tmp_path_factory.mktemp("lab"), python, bundle=None, **places) as lab:
        yield lab


def test_the_wheel_alone_brings_a_page_that_colors_prompts_and_a_kernel_that_answers_it(
    lab, environment, places, open_notebook, console
):
    ask = [str(environment / "bin" / "python"), "-m", "jupyterlab.labextensions", "list"]
    variables = {**places, "HOME": str(lab.root)}
    done = subprocess.run(ask, env=variables, capture_output=True, text=True)
    listed = done.stdout + done.stderr
    ours = listed.partition(f"{environment}/share/jupyter/labextensions")[2]
    assert re.search(r"sophnet-jupyter v\S+ .*enabled.*OK", ours), listed

    lab.write("installed.ipynb", WHERE, PROMPT)
    notebook = open_notebook("installed.ipynb")
    expect(notebook.cell(1).locator(".cm-line span", has_text="%%sophchat")).to_be_visible()
    plain, words = notebook.cell(1).evaluate(COLORS)
    assert len({plain, words["%%sophchat"], words["-m"], words["DeepSeek-V3.2"]}) == 4
    # As Python the apostrophe would begin a string.
    assert not [each for each in words if "t guess" in each and words[each] != plain]

    notebook.run_cell(0)
    expect(notebook.output_of(0)).to_contain_text(str(environment))
    notebook.run_cell(1)
    expect(notebook.output_of(1)).to_contain_text("391")
    # The kernel has told the page how it ended.
    expect(notebook.cell(1).locator(".jp-sophnet-mark[data-state=complete]")).to_be_visible()
    # What JupyterLab lacks here, as terminals, is its own affair.
    assert [line for line in console.lines if "sophnet" in line] == []
