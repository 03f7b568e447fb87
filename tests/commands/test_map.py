"""``sophnet-jupyter map`` on files, against the sandbox."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from sophnet_jupyter.commands.schemas import schema_of
from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.runs import tables_on_disk

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts" / "sums.md").write_text("What is {n}*{n}?")
    (tmp_path / "rows.csv").write_text("n,code\n" + "".join(f"{n},00{n}\n" for n in range(12)))
    return tmp_path


@pytest.fixture
def mapped(folder: Path, sandbox: Any) -> Run:
    def mapped(*words: str, prompt: str = "prompts/sums.md", **settings: str) -> Any:
        environment = {
            **os.environ,
            "SOPHNET_DATA_DIR": str(folder / "data"),
            "SOPHNET_API_KEY": sandbox.key,
            "SOPHNET_BASE_URL": sandbox.url,
            **settings,
        }
        command = [sys.executable, "-m", "sophnet_jupyter.cli", "map", *words, "--prompt", prompt]
        return subprocess.run(
            command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120
        )

    return mapped


def test_a_file_comes_back_with_its_answers_and_cells_stay_texts(mapped: Run, folder: Path) -> None:
    done = mapped("rows.csv", "-o", "out.parquet")
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip().endswith("out.parquet")
    assert "12 of 12 rows" in done.stderr
    found = pl.read_parquet(folder / "out.parquet")
    assert found["code"].to_list()[7] == "007"
    assert "49" in found["answer"][7]
    assert set(found["ending"]) == {"complete"}


def test_a_job_that_is_resumed_asks_nothing_twice_and_parts_are_apart(
    mapped: Run, folder: Path, seen: Callable[[], list[dict[str, Any]]]
) -> None:
    for part in (1, 2):
        done = mapped("rows.csv", "-o", f"{part}.jsonl", "--shard", f"{part}/2", "--resume")
        assert done.returncode == 0, done.stderr
    assert len(seen()) == 12
    done = mapped("rows.csv", "-o", "2.jsonl", "--shard", "2/2", "--resume")
    assert "6 from before" in done.stderr
    assert len(seen()) == 12
    parts = [(folder / f"{part}.jsonl").read_text().splitlines() for part in (1, 2)]
    assert [json.loads(line)["n"] for line in parts[0] + parts[1]] == [str(n) for n in range(12)]


def test_the_exit_status_says_that_rows_failed_or_the_budget_ended(
    mapped: Run, folder: Path
) -> None:
    (folder / "bad.jsonl").write_text('{"n": "\\ud800"}\n{"n": 2}\n')
    assert mapped("bad.jsonl", "-o", "bad.csv").returncode == 3
    (folder / "many.csv").write_text("n\n" + "".join(f"{n}\n" for n in range(60)))
    assert mapped("many.csv", "-o", "few.csv", "--budget", "600-tokens").returncode == 4
    assert (folder / "few.csv").exists()


def test_a_form_makes_columns(mapped: Run, folder: Path) -> None:
    form = {"type": "object", "properties": {"score": {"type": "integer"}}, "required": ["score"]}
    (folder / "prompts" / "Review.json").write_text(json.dumps(form))
    done = mapped("rows.csv", "-o", "out.parquet", "--schema", "Review", "--first", "2")
    assert done.returncode == 0, done.stderr
    assert pl.read_parquet(folder / "out.parquet")["score"].len() == 2


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nothing.csv", "-o", "x.csv"], "There is no file nothing.csv"),
        (["rows.csv", "-o", "x.doc"], "not as x.doc"),
        (["rows.txt", "-o", "x.csv"], "not as .txt"),
        (["rows.csv", "-o", "x.csv", "--schema", "None"], "there is no prompts/None.json"),
        (["rows.csv", "-o", "x.csv", "--budget", "2.00 CNY"], "needs the price of"),
    ],
)
def test_what_cannot_be_done_is_told_in_one_line(mapped: Run, words: list[str], said: str) -> None:
    done = mapped(*words)
    assert done.returncode == 1
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_without_a_key_nobody_answers_unless_the_sandbox_is_asked_for(mapped: Run) -> None:
    done = mapped(
        "rows.csv", "-o", "x.csv", SOPHNET_API_KEY="", SOPHNET_BASE_URL="", SOPHNET_SANDBOX=""
    )
    assert done.returncode == 1
    assert "SOPHNET_SANDBOX=1" in done.stderr


@pytest.mark.parametrize(
    ("text", "said"), [("[1]\n", "line 1 is no object"), ('{"a": 1}\n{\n', "line 2 is no JSON")]
)
def test_a_line_that_is_none_is_named(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "a.jsonl").write_text(text)
    with pytest.raises(SettingsError, match=said):
        tables_on_disk.read(tmp_path / "a.jsonl")


def test_a_file_in_another_encoding_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes("名\n评论\n".encode("gbk"))
    with pytest.raises(SettingsError, match="not in UTF-8"):
        tables_on_disk.read(tmp_path / "a.csv")


def test_a_class_of_a_module_is_a_form() -> None:
    assert schema_of("fractions:Fraction", beside=Path()).__name__ == "Fraction"
    with pytest.raises(SettingsError, match="no attribute"):
        schema_of("fractions:Nothing", beside=Path())
