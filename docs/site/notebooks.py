"""
The notebooks as pages: each is run against a sandbox, and what it shows is kept.

A panel's line to its kernel ends with the kernel, so that a page has its still form instead: the
widgets' scripts, which others load from a network, are not needed.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbclient import NotebookClient

ROOT = Path(__file__).parents[2]
NOTEBOOKS = ROOT / "notebooks"
# An app that is served, and no page that is read.
APPS = ("demo-app",)
WIDGET = "application/vnd.jupyter.widget-view+json"
# So many at once: more wait for each other's processors.
AT_ONCE = 2
SECONDS = 240
# What readers see in place of a folder of the machine that has built the site.
HOME = "/home/you/sophnet-quickstart"


def names() -> list[str]:
    """The notebooks that become pages."""
    return sorted(path.stem for path in NOTEBOOKS.glob("*.ipynb") if path.stem not in APPS)


def run_all(target: Path) -> None:
    """
    Run each in a folder of its own, and write it with its outputs to ``target/NAME.ipynb``.

    Raises nbclient's ``CellExecutionError`` for a cell that fails.
    """
    target.mkdir(parents=True, exist_ok=True)
    with sandbox() as address, ThreadPoolExecutor(AT_ONCE) as threads:
        for name in threads.map(lambda name: _run(name, target, address), names()):
            print(f"  {name} has run")


def _run(name: str, target: Path, address: str) -> str:
    place = target / "at-work" / name
    shutil.rmtree(place, ignore_errors=True)
    others = shutil.ignore_patterns("*.ipynb", ".*")
    shutil.copytree(NOTEBOOKS, place, ignore=others)
    (place / "data").mkdir()
    # The first history of a user has a line of its own in the output.
    (place / "data" / "history.sqlite").touch()
    book = nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)
    ours = ("SOPHNET_", "DIFY_", "TELEAI_")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    given = {
        "SOPHNET_SANDBOX_URL": address,
        "SOPHNET_SANDBOX_KEY": "sandbox",
        "SOPHNET_SANDBOX": "1",
        "SOPHNET_OUTPUT": "stable",
        "SOPHNET_DATA_DIR": str(place / "data"),
        "SOPHNET_CACHE_DIR": str(place / "cache"),
        "SOPHNET_CONFIG_DIR": str(place / "config"),
        "IPYTHONDIR": str(place / "ipython"),
        "PYTHONPATH": str(ROOT),
    }
    client = NotebookClient(
        book, timeout=SECONDS, record_timing=False, resources={"metadata": {"path": str(place)}}
    )
    client.execute(env=kept | given)
    for cell in book.cells:
        if cell.cell_type == "code":
            cell.outputs = [as_read(output) for output in cell.outputs]
    book.metadata.pop("widgets", None)
    # What a cell has written beside the notebook is shown by its outputs.
    media = place / "sophnet-media"
    if media.is_dir():
        shutil.copytree(media, target / "sophnet-media", dirs_exist_ok=True)
    text = nbformat.writes(book).replace(str(place), HOME)
    (target / f"{name}.ipynb").write_text(text, encoding="utf-8")
    return name


def as_read(output: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """An output as readers without a kernel get it: a panel as its still form."""
    data = output.get("data", {})
    if WIDGET in data:
        del data[WIDGET]
    if html := data.get("text/html"):
        # The theme's own dark mode has no JupyterLab, whose colors ours follow: see site.css.
        data["text/html"] = re.sub(r"<script\b.*?</script>", "", html, flags=re.DOTALL)
    return output


@contextlib.contextmanager
def sandbox() -> Iterator[str]:
    """The address of a sandbox that answers at once; its key is ``sandbox``."""
    command = [sys.executable, "-m", "sophnet_jupyter.sandbox", "--first-token", "0"]
    command += ["--tokens-per-second", "0", "--task-seconds", "0.2"]
    environment = {**os.environ, "SOPHNET_SANDBOX_KEY": "sandbox"}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, cwd=ROOT) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{json.loads(process.stdout.readline())['port']}"
        finally:
            process.kill()


if __name__ == "__main__":
    run_all(Path(sys.argv[1]))
