"""What is handed over of comparisons, runs and evaluations."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import AsyncGenerator
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pandas as pd
import PIL.Image
import pytest

import sophnet_jupyter
from sophnet_jupyter import Client, SettingsError
from sophnet_jupyter.events import Event, Finished, ImageReady, Started, TextDelta
from sophnet_jupyter.runs.compare.comparison import Comparison
from sophnet_jupyter.runs.compare.grid import Column, grid
from sophnet_jupyter.runs.report.report import Report
from sophnet_jupyter.runs.report.saving import save
from sophnet_jupyter.values.image import Image

pytestmark = pytest.mark.anyio

HOSTILE = '=HYPERLINK("http://x.test")<script>alert(1)</script><img src=http://x.test/i.png>'


def picture() -> bytes:
    file = io.BytesIO()
    PIL.Image.new("RGB", (30, 20), "red").save(file, "PNG")
    return file.getvalue()


async def answer(column: Column, repeat: int) -> AsyncGenerator[Event, None]:
    yield Started(service="S", model=column.model, sandbox=True)
    yield TextDelta(text=HOSTILE)
    yield ImageReady(image=Image(index=0, prompt="red", data=picture()))
    yield Finished(reason="stop")


@pytest.fixture
async def comparison() -> Comparison:
    assert sophnet_jupyter.Client
    asked = {"": "What is red?"}
    return await Comparison(grid("?", models=["a", "-b"]), answer, asked=asked)


@pytest.fixture
def report() -> Report:
    rows = [
        {"id": "00123456789012345678", "n": 12345678901234567, "x": -1.5, "s": "-1", "t": "  =1+1"},
        {"id": "1e5", "n": 3, "x": float("nan"), "s": "@SUM(A1)", "t": "\x07\ud800ok"},
    ]
    return Report(title="Test", value=None, verdict=["v2 is better."], rows=rows, sandbox=True)


async def test_a_page_asks_no_network_runs_nothing_and_begins_with_the_verdict(
    comparison: Comparison, tmp_path: Path
) -> None:
    html = comparison.save(tmp_path / "c.html").read_text(encoding="utf-8")
    assert "default-src 'none'" in html
    # Outside of tags the words of a model may be any.
    tags = "".join(re.findall(r"<[^>]*>", html))
    assert not re.search(r"<script|<link|<iframe|(?:src|href)=[\"']?http", tags)
    assert "&lt;script&gt;" in html
    verdict, grid = html.index("sandbox has answered"), html.index("<img")
    assert html.index("<h1>") < verdict < html.index('class="asked"') < grid
    assert html.count('<img alt="red" src="data:image/webp;base64,') == 2


async def test_a_workbook_keeps_ids_as_text_and_pictures_in_cells(
    comparison: Comparison, report: Report, tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(save(report, tmp_path / "r.xlsx"))
    rows, settings = book["rows"], book["settings"]
    assert [cell.value for cell in rows[2]] == [
        *("00123456789012345678", "12345678901234567", -1.5, "-1", "  =1+1"),
    ]
    assert [cell.data_type for cell in rows[3]] == ["s", "n", "n", "s", "s"]
    assert rows["B3"].value == 3
    facts = {row[0].value: row[1].value for row in settings.iter_rows()}
    assert facts["verdict"].startswith("The sandbox has answered")
    book = openpyxl.load_workbook(comparison.save(tmp_path / "c.xlsx"))
    assert len(book["rows"]._images) == 2
    formulas = [cell for row in book["rows"].iter_rows() for cell in row if cell.data_type == "f"]
    assert formulas == []


def test_a_csv_is_read_by_excel_as_it_is_and_holds_no_formula(
    report: Report, tmp_path: Path
) -> None:
    data = save(report, tmp_path / "r.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    lines = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert lines[1] == ["00123456789012345678", "12345678901234567", "-1.5", "'-1", "'  =1+1"]
    assert lines[2][3] == "'@SUM(A1)"


def test_json_lines_say_that_they_are_the_sandboxes(report: Report, tmp_path: Path) -> None:
    lines = save(report, tmp_path / "r.jsonl").read_text(encoding="utf-8").splitlines()
    first, second = map(json.loads, lines)
    assert (first["sandbox"], first["n"]) == (True, 12345678901234567)
    assert second["x"] is None


def test_another_ending_is_refused_with_those_that_there_are(
    report: Report, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match=r"\.html, \.xlsx, \.csv, \.jsonl, not as \.pdf"):
        save(report, tmp_path / "r.pdf")
    with pytest.raises(SettingsError, match="not as that"):
        save(report, tmp_path / "r")


async def test_a_run_and_an_evaluation_are_written_the_same_way(
    sandbox: SimpleNamespace, tmp_path: Path
) -> None:
    async with Client(api_key=sandbox.key, base_url=sandbox.url) as client:
        table = pd.DataFrame({"id": ["007", "008"], "text": ["one", "two"], "label": ["1", "2"]})
        run = await client.chat.map("Echo {text}", table)
        judged = await client.chat.evaluate({"v1": "Echo {text}"}, table, expect="label")
    for name, value in {"run": run, "evaluation": judged}.items():
        html = value.save(tmp_path / f"{name}.html").read_text(encoding="utf-8")
        assert "sandbox" in html[html.index("<h1>") : html.index("<table")].lower()
        sheet = openpyxl.load_workbook(value.save(tmp_path / f"{name}.xlsx"))["rows"]
        assert [sheet["A2"].value, sheet["A3"].value] == ["007", "008"]
        text = value.save(tmp_path / f"{name}.csv").read_text(encoding="utf-8-sig")
        assert text.splitlines()[1].startswith("007,one")
