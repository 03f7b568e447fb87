"""Each string of the page half is there in Chinese, where JupyterLab's server looks for it."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
EXTENSION = ROOT / "labextension"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
STRING = r'"((?:[^"\\]|\\.)*)"'
CATALOGUE: dict[str, Any] = json.loads(
    (
        ROOT / "sophnet_jupyter" / "locale" / "zh_CN" / "LC_MESSAGES" / "sophnet_jupyter.json"
    ).read_text("utf-8")
)


def strings() -> Iterator[str]:
    for path in sorted((EXTENSION / "src").rglob("*.ts")):
        source = path.read_text("utf-8")
        for found in re.finditer(rf"trans\.__\(\s*((?:{STRING}\s*\+?\s*)+)", source):
            yield "".join(re.findall(STRING, found[1]))
        # Each is a plain string, or nobody could look it up.
        assert not re.search(r"trans\.__\(\s*[^\"\s]", source), path.name


def of_the_schema(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in ("title", "description") and isinstance(inner, str):
                yield "schema", inner
            elif name == "label" and inner:
                yield "menu", inner
            else:
                yield from of_the_schema(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from of_the_schema(inner)


def test_each_string_is_there_in_chinese_and_no_other() -> None:
    schema = json.loads((EXTENSION / "schema" / "plugin.json").read_text("utf-8"))
    wanted = set(strings()) | {f"{kind}\u0004{text}" for kind, text in of_the_schema(schema)}
    assert set(CATALOGUE) - {""} == wanted


@pytest.mark.parametrize("said", [text for text in CATALOGUE if text])
def test_a_translation_keeps_the_places_of_what_is_put_in(said: str) -> None:
    (translated,) = CATALOGUE[said]
    assert re.findall(r"%\d", translated) == re.findall(r"%\d", said)


def test_the_server_is_told_where_the_catalogue_is() -> None:
    assert PROJECT["entry-points"]["jupyterlab.locale"] == {"sophnet_jupyter": "sophnet_jupyter"}


def test_the_catalogue_names_its_language_as_the_page_looks_for_it() -> None:
    # With a dash, though the folder has none: else each string stays English, without a word.
    assert CATALOGUE[""]["language"] == "zh-CN"
