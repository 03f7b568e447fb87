"""What has answered in a model's place is named wherever many answers are shown together."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from pathlib import Path
from typing import Any

import pytest

from sophnet_jupyter.events import Event, Finished, Started, TextDelta
from sophnet_jupyter.runs.compare.comparison import Comparison
from sophnet_jupyter.runs.compare.grid import Column, grid
from sophnet_jupyter.runs.rows import Item
from sophnet_jupyter.runs.run import Run
from sophnet_jupyter.runs.verdicts import SCRIPTED, scripted
from sophnet_jupyter.views.answer.figures import sandboxed
from sophnet_jupyter.views.compare import grid as compared
from sophnet_jupyter.views.report.notebook import notebook_page
from sophnet_jupyter.views.runs import progress, still

pytestmark = pytest.mark.anyio
LOCAL = "Ollama at 127.0.0.1:11434"


async def answer(engine: str) -> AsyncGenerator[Event, None]:
    yield Started(service="Test", model="m", sandbox=True, engine=engine)
    yield TextDelta(text="yes")
    yield Finished(reason="stop")


@pytest.mark.parametrize(
    ("engines", "badge", "worth"),
    [
        ([], "", SCRIPTED),
        ([""], "sandbox", SCRIPTED),
        ([LOCAL, LOCAL], f"sandbox: {LOCAL}", f"answers are by {LOCAL}, and say nothing"),
        (["", LOCAL], f"sandbox: {LOCAL}", f"are scripted, or by {LOCAL}, and"),
        (["b", "a"], "sandbox: a, b", "by a, b, and say nothing about the models"),
    ],
)
def test_engines_are_named_once_each(engines: Sequence[str], badge: str, worth: str) -> None:
    found = frozenset(engines)
    assert sandboxed(found) == badge
    assert worth in scripted(found)


async def test_a_comparison_names_who_has_answered() -> None:
    engines = {"A": LOCAL, "B": "<b>other</b>"}

    def ask(column: Column, _: int) -> AsyncGenerator[Event, None]:
        return answer(engines[column.model])

    found = Comparison(grid("hi", models=["A", "B"]), ask)
    await found
    assert found.engines == set(engines.values())
    html = compared.bundle(found)["text/html"]
    assert f"sandbox: &lt;b&gt;other&lt;/b&gt;, {LOCAL}" in html
    assert compared.in_words(found).startswith(f"[sandbox: <b>other</b>, {LOCAL} ·")
    assert found.report().sentences[0].startswith("Sandbox: these answers are by")


async def test_a_run_names_who_has_answered() -> None:
    def ask(item: Item) -> AsyncGenerator[Event, None]:
        return answer(LOCAL if item.number else "")

    run = Run([Item(number=n, prompt="hi") for n in range(2)], ask, total=2)
    await run
    assert run.progress().engines == {"", LOCAL}
    assert f">sandbox: {LOCAL}</span>" in still.figures(run)
    assert progress.line(run).startswith(f"sandbox: {LOCAL} · 2 of 2 rows")


def test_a_page_of_a_notebook_says_so_where_an_engine_has_answered(tmp_path: Path) -> None:
    html = f"<span>sandbox: {LOCAL}</span>"
    output = {"output_type": "display_data", "data": {"text/html": html}, "metadata": {}}
    cell: dict[str, Any] = {"cell_type": "code", "source": "x", "outputs": [output]}
    page = notebook_page({"nbformat": 4, "cells": [cell]}, "n", tmp_path)
    assert "Some answers are the sandbox" in page
