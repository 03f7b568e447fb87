"""``%%excel`` in a real kernel: files, steps, report, interruption."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.kernel

UUID = "d12fd037-19df-4973-a246-290673b6407a"
WORKBOOK = """
import openpyxl
_book = openpyxl.Workbook()
for _row in [["region", "sales"], ["North", 10.5], ["South", 20], ["North", 31]]:
    _book.active.append(_row)
_book.save("q3.xlsx")
"""


@pytest.fixture(scope="module")
def put(shared_kernel: Any) -> None:
    assert shared_kernel.run(WORKBOOK).status == "ok"
    said = shared_kernel.run("%excel put q3.xlsx")
    assert "q3 is " in said.text, said.text
    assert "in the sandbox" in said.text


def test_the_report_stands_open_below_its_folded_steps(kernel: Any, put: None) -> None:
    kernel.run("what = 'sales'")
    cell = kernel.run("%%excel --files q3 -o report\nWhich region has most {what}?")
    assert cell.status == "ok"
    steps, rest = cell.html.split("</details>", 1)
    assert "<details" in steps
    assert "<b>analysis steps</b> · 3 lines" in steps
    assert "Reading q3.xlsx" in steps
    assert "<b>report</b>" in rest
    assert "<table" in rest
    assert "61.50" in rest
    assert "sandbox" in rest
    assert "with {what}" in rest
    assert kernel.value("(report.ending, report.service, len(report.request_id))") == (
        "complete",
        "TeleAI",
        36,
    )
    assert kernel.value("'Asked: Which region has most sales?' in _.text")


def test_a_report_shown_again_is_marked_as_it_was(kernel: Any, put: None) -> None:
    kernel.run("%excel --files q3 -o shown_again What is in it?")
    cell = kernel.run("display(shown_again)")
    assert "<b>analysis steps</b>" in cell.html
    assert cell.html.index("</details>") < cell.html.index("<b>report</b>")


@pytest.fixture(scope="module")
def slow(start_kernel: Callable[..., Any], start_sandbox: Callable[..., Any]) -> Iterator[Any]:
    """A kernel whose reports take their time, so that each of their steps can be seen."""
    with (
        start_sandbox("--tokens-per-second", "30") as sandbox,
        start_kernel(SOPHNET_SANDBOX_URL=sandbox.root) as kernel,
    ):
        assert kernel.run(f"{WORKBOOK}\n%excel put q3.xlsx").status == "ok"
        yield kernel


def test_it_streams(slow: Any) -> None:
    cell = slow.run("%excel --files q3 What is in it?")
    assert len(cell.updates) > 5
    assert any("<b>analysing</b>" in data["text/html"] for _, _, data in cell.updates)
    assert cell.bytes < 200_000


def test_an_interrupt_keeps_what_had_come(slow: Any) -> None:
    cell = slow.run(
        "%excel --files q3 -o part 哪个地区最好?",
        interrupt_after=lambda outcome: "<b>report</b>" in outcome.html,
    )
    assert cell.errors[0]["ename"] == "Stopped"
    assert slow.value("part.ending") == "stopped"
    assert slow.value("len(part.thinking) > 0")


def test_names_are_listed_and_sent_as_their_uuids(kernel: Any, sandbox: Any) -> None:
    assert kernel.run(f"%excel name mine {UUID}").status == "ok"
    assert f"mine                 {UUID}" in kernel.run("%excel files").text
    cell = kernel.run("%excel --files mine what?")
    assert "no file has this uuid (没有找到对应uuid的文件)" in cell.text
    (request,) = [each for each in sandbox.seen() if "excel" in each["path"]]
    assert request["body"]["extra_params"]["file_uuids"] == [UUID]
    kernel.run("%excel --files mine --trace-id mine-1 --timestamp 1730681150 what?")
    named = sandbox.seen()[-1]["body"]
    assert (named["traceId"], named["timestamp"]) == ("mine-1", 1_730_681_150)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("%excel", "Nothing to ask"),
        ("%excel what?", "Name the workbooks"),
        ("%excel --files mien what?", "No workbook is called 'mien'. Did you mean mine?"),
        ("%excel name q4 123", "is no uuid"),
        (f"%excel name a/b {UUID}", "A name has letters"),
        ("%excel put", "Write %excel name NAME UUID"),
        ("%excel put none.xlsx", "There is no file"),
        ("%%excel --files q3 words\nmore", "belongs below the line"),
        ("%%excel --files q3\n ", "Nothing to ask"),
        ("%excel --files q3 -t 7 what?", "between 0 and 1"),
        ("%excel --files q3 -o 1x what?", "a variable's name"),
    ],
)
def test_wrong_usage_says_what_is_right(kernel: Any, line: str, said: str) -> None:
    kernel.run(f"%excel name mine {UUID}")
    cell = kernel.run(line)
    assert cell.status == "error"
    assert said in cell.text


def test_put_names_the_console_where_there_is_a_real_key(
    start_kernel: Callable[..., Any],
) -> None:
    with start_kernel(
        TELEAI_APP_ID="app1", TELEAI_APP_KEY="canary-key-5a7c", TELEAI_BASE_URL="http://127.0.0.1:9"
    ) as kernel:
        cell = kernel.run("%excel put q3.xlsx")
        assert "names no upload call" in cell.text
        shown = kernel.run("c = __import__('sophnet_jupyter').Client().excel\nprint(vars(c), c)")
        assert "app1" in shown.text
        assert "canary-key" not in shown.text
        refused = kernel.run("%excel --files canary-key-5a7c what?")
        assert "looks like a key" in refused.text


def test_a_batch_run_leaves_one_marked_output(
    environment: Callable[..., Any], running_sandbox: Any, tmp_path: Path
) -> None:
    cells = ["%load_ext sophnet_jupyter", WORKBOOK, "%excel put q3.xlsx", "%excel -f q3 what?"]
    code = {"cell_type": "code", "metadata": {}, "execution_count": None, "outputs": []}
    book = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        "cells": [{**code, "id": f"c{n}", "source": text} for n, text in enumerate(cells)],
    }
    path = tmp_path / "batch.ipynb"
    path.write_text(json.dumps(book))
    done = subprocess.run(
        [str(Path(sys.executable).with_name("jupyter-execute")), "--inplace", str(path)],
        env=environment(SOPHNET_SANDBOX_URL=running_sandbox.root),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr.decode()
    (output,) = json.loads(path.read_text())["cells"][-1]["outputs"]
    html, words = ("".join(output["data"][kind]) for kind in ("text/html", "text/plain"))
    assert html.index("analysis steps") < html.index("<b>report</b>") < html.index("<table")
    assert words.startswith("— analysis steps —")
    assert "— report —" in words
