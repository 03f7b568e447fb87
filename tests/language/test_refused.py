"""What is refused is told in Chinese, whole; what a model reads stays English."""

from __future__ import annotations

import ast
import asyncio
import io
import re
import runpy
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import PIL.Image
import pytest

import sophnet_jupyter
from sophnet_jupyter import Prompt
from sophnet_jupyter.errors import RequestRefused, SettingsError, SophNetError, UnknownOption
from sophnet_jupyter.explore.inputs import read
from sophnet_jupyter.explore.tables import DataTable
from sophnet_jupyter.language import retold
from sophnet_jupyter.prompt.fill import fill
from sophnet_jupyter.prompt.forms.complaint import Misfit
from sophnet_jupyter.prompt.forms.shape import shape
from sophnet_jupyter.prompt.images.attach import attach, with_images
from sophnet_jupyter.prompt.table import table_text
from sophnet_jupyter.prompt.tools import call
from sophnet_jupyter.prompt.tools.tools import toolbox
from sophnet_jupyter.response import Response
from sophnet_jupyter.values.image import Image

UNTOLD = runpy.run_path(str(Path(__file__).with_name("untold.py")))
# Names, code, and what stands there as it was written.
_CODE = re.compile(r"[A-Za-z_.]*[=(\[{`'\"/#.][^\s，。：；、）]*|\b[A-Z][\w-]*|\b\w+_\w+|\d\w*")
_COMMAND = re.compile(r"pip install|\".*\"")
_WORD = re.compile(r"[a-z]{2,}")
KNOWN = {
    *("model", "temperature", "true", "false", "schema", "system", "user", "assistant", "pandas"),
    *("prompts", "reviews", "review", "pip", "install", "pyarrow", "kind", "text", "await", "str"),
    *("int", "age", "rows", "md", "savefig", "png", "numpy", "dict", "data", "uint", "json"),
    *("integer", "dataclass", "sophprompt", "stop", "top_p", "thinking", "seed", "repair"),
    "detail",
    *("description", "float", "object", "array", "embed", "ocr", "exploration", "explore", "max"),
}


@pytest.fixture(autouse=True)
def chinese(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOPHNET_LANGUAGE", "zh")


def english(said: str) -> list[str]:
    return [word for word in _WORD.findall(_CODE.sub(" ", said)) if word not in KNOWN]


def check(said: str) -> None:
    assert re.search("[\u4e00-\u9fff]", said), said
    assert english(said) == [], said


@pytest.mark.parametrize(
    "text",
    [
        "+++\nmodel = \n+++\nHi",
        "+++\nmodel\n+++\nHi",
        "+++\nmodel = 'a\n+++\nHi",
        "+++\nmodel = 'a' b\n+++\nHi",
        "+++\nmodel = 'a'\nmodel = 'b'\n+++\nHi",
        "+++\n[defaults\n+++\nHi",
        "+++\nstop = ['a'\n+++\nHi",
        '+++\nmodel = "\\q"\n+++\nHi',
        "+++\n= 1\n+++\nHi",
        "+++\n[defaults]\n[defaults]\n+++\nHi",
        "+++\nmodel = 'a'",
        "+++\nmodle = 'a'\n+++\nHi",
        "+++\nzzz = 'a'\n+++\nHi",
        "+++\ntemperature = 'hot'\n+++\nHi",
        "+++\nstop = 1\n+++\nHi",
        "+++\n[defaults]\n_a = 1\n+++\nHi",
        "words\n## user\nHi",
        "## user\n",
        "",
        "## user\nHi\n## system\nBe brief.",
        "## assistant\nHi",
        "## user\na\n## user\nb",
        "## user\na\n## assistant\nb",
        "{_private}",
        "+++\nschema = 'none.json'\n+++\nHi",
        "+++\nschema = '../x.json'\n+++\nHi",
        "+++\nschema = 'bad.json'\n+++\nHi",
    ],
)
def test_a_wrong_prompt_file_is_told_in_chinese(text: str, tmp_path: Path) -> None:
    (tmp_path / "bad.json").write_text("{,}")
    (tmp_path / "a.md").write_text(text)
    with pytest.raises(SettingsError) as caught:
        Prompt(tmp_path / "a.md").messages()
    # Of a long list the end is cut, within a word too.
    check(re.sub(r"\w+…", "…", str(caught.value).replace(tmp_path.as_posix(), "")))


def test_what_a_prompt_lacks_is_told_in_chinese(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.md").write_text("Sum up {text}.")
    prompt = Prompt(tmp_path / "a.md")
    for ask in (prompt.messages, lambda: prompt.messages(txet=1), lambda: Prompt("reviews")):
        with pytest.raises((SettingsError, UnknownOption)) as caught:
            ask()
        check(str(caught.value).replace(tmp_path.as_posix(), "").replace("txet", ""))


@dataclass
class Person:
    age: int


SCHEMA = {
    "type": "object",
    "properties": {"age": {"type": "integer", "minimum": 0, "enum": [1, 2]}},
    "required": ["age"],
    "additionalProperties": False,
}


@pytest.mark.parametrize("form", [Person, SCHEMA])
@pytest.mark.parametrize(
    "text", ["", "No.", '{"age": "old"}', "{}", '{"age": -1, "more": 1}', "[" * 120 + "]" * 120]
)
def test_a_form_that_is_missed_is_chinese_to_the_reader_and_english_to_the_model(
    form: object, text: str
) -> None:
    if form is Person and "more" in text:
        return
    with pytest.raises(Misfit) as caught:
        shape(form).read(text)
    check(str(caught.value))
    assert caught.value.told.isascii()


def png(width: int, height: int) -> bytes:
    file = io.BytesIO()
    PIL.Image.new("1", (width, height)).save(file, "PNG")
    return file.getvalue()


REFUSED: dict[str, Callable[[], object]] = {
    "a text": lambda: attach("no file"),
    "no file": lambda: attach(Path("none.png")),
    "a folder": lambda: attach(Path("/")),
    "a PDF": lambda: attach(b"%PDF-1.7"),
    "Photoshop": lambda: attach(b"8BPS" + bytes(20)),
    "unknown bytes": lambda: attach(b"abcdef"),
    "empty": lambda: attach(b""),
    "too many pixels": lambda: attach(png(20_000, 20_000)),
    "too large to send": lambda: attach(png(200, 200), max_encoded=20),
    "a wrong array": lambda: attach(np.zeros((2, 2, 2))),
    "values of an array": lambda: attach(np.full((2, 2), 7.0)),
    "an array of texts": lambda: attach(np.array([["a", "b"]])),
    "a number": lambda: attach(7),
    "a response without images": lambda: attach(Response()),
    "no message": lambda: with_images([], attach(png(1, 1))),
    "a size": lambda: attach(png(1, 1), max_side=0),
    "a picture that was not fetched": lambda: Image(url="https://x/y.png").open(),
    "a broken picture": lambda: Image(data=b"abc").open(),
    "a column": lambda: DataTable(pd.DataFrame({"text": ["a"]})).column("txt"),
    "columns of one name": lambda: read(pd.DataFrame([[1, 2]], columns=["a", "a"])),
    "no table": lambda: read(7),
    "nothing to read": lambda: read("text"),
    "vectors of different lengths": lambda: read(["a", "b"], vectors=[[1], [1, 2]]),
    "a wrong schema": lambda: shape({"type": "wrong"}),
    "no schema": lambda: shape("Person"),
    "no tool": lambda: toolbox(7),
    "a missing file of a map": lambda: read(Path("none.parquet")),
    "nothing to save": lambda: Response().save("a.txt"),
    "subtitles": lambda: Response().to_srt(),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_is_refused_is_told_in_chinese(what: str) -> None:
    with pytest.raises(SophNetError) as caught:
        REFUSED[what]()
    check(str(caught.value))


def test_what_a_model_reads_stays_english() -> None:
    text, size = table_text(pd.DataFrame({"a": range(500)})) or ("", "")
    assert "(shown: 20 of 500 rows)" in text
    check(size)
    filled = fill("{long}", {"long": "x" * 30_000})
    assert "characters left out" in filled.text
    check(filled.inserted[0].removeprefix("{long}"))
    told = asyncio.run(call.run(None, "f", "{}", timeout=1))
    assert told.text.isascii()


ENGINES = Path(sophnet_jupyter.__file__).parent / "sandbox" / "engines"


def test_why_an_engine_refuses_is_told_in_chinese() -> None:
    said = {
        text
        for path in ENGINES.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") in ("Missing", "Unreadable", "ValueError")
        for text in map(UNTOLD["written"], node.args)
    }
    assert len(said) > 15
    for text in said:
        text = text.replace(".X,", ".xyz,") if "reader" in text else text
        of = "input_images[0] " if text.startswith("is ") else ""
        told = str(RequestRefused(service="SophNet sandbox", status=400, message=of + text))
        assert not re.search(r"[a-z]{2,} [a-z]{2,}", _COMMAND.sub("", told)), told


def test_what_a_library_says_stays_where_it_is_none_of_its_usual_sentences() -> None:
    assert retold("wholly new", ("invalid value",)) == "wholly new"
    assert retold("invalid value", ("invalid value",)) == "值无效"
