"""Documents, and files that the project itself writes, leave a result or a sentence too."""

from __future__ import annotations

import asyncio
import importlib.util
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from sophnet_jupyter import Client
from sophnet_jupyter.client.dify import Dify
from sophnet_jupyter.errors import SophNetError
from sophnet_jupyter.history.cassette import Cassette
from sophnet_jupyter.prompt.file.prompt import Prompt
from sophnet_jupyter.runs.evaluation import kept, review
from sophnet_jupyter.sandbox.engines.texts import documents as readers

from .corpus import harmed, whole
from .documents import documents, own, rewritten

has_engines = all(importlib.util.find_spec(name) for name in ("av", "openpyxl", "pptx", "mammoth"))
pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not has_engines, reason="the engines are not installed"),
]
SENTENCE = 500
# Each file of ours, and who reads it.
READERS: dict[str, Callable[[Path], object]] = {
    "prompt": Prompt,
    "cassette": lambda path: Cassette(path).load(),
    "review": review._read,
    "evaluation": lambda path: kept.read(path).answers,
}


def check(name: str, said: str) -> None:
    assert said, name
    assert "\n" not in said, (name, said)
    assert len(said) < SENTENCE, (name, said)


@pytest.mark.parametrize("what", READERS)
def test_a_damaged_file_of_our_own_is_read_or_refused_in_a_sentence(
    what: str, tmp_path: Path
) -> None:
    path = tmp_path / ("file.xlsx" if what == "review" else "file.jsonl")
    path.write_bytes(own()[what])
    READERS[what](path)
    files = [*harmed(what, own()[what], times=20)]
    if what in ("cassette", "evaluation"):
        files += rewritten(own()[what])
    for name, data in files:
        path.write_bytes(data)
        try:
            READERS[what](path)
        except SophNetError as error:
            check(name, str(error))
        except Exception as error:
            raise AssertionError(f"{what}, {name}: {error!r}") from error


def test_a_damaged_document_is_read_in_the_sandbox_or_refused_in_a_sentence() -> None:
    for ending, good in documents().items():
        assert readers.markdown(good, ending) or ending == "pdf"
        for name, data in harmed(ending, good, times=2):
            try:
                assert len(readers.markdown(data, ending)) < 4_000_000
            except readers.Unreadable as error:
                check(name, str(error))


@pytest.fixture
async def client(sandbox: SimpleNamespace) -> Any:
    async with Client(api_key=sandbox.key, base_url=sandbox.url) as client:
        yield client


@pytest.fixture
async def app(sandbox: SimpleNamespace) -> Any:
    async with Dify(api_key=sandbox.key, base_url=f"{sandbox.root}/v1") as app:
        yield app


@pytest.mark.parametrize("where", ["documents", "knowledge", "an app"])
async def test_what_is_damaged_goes_through_a_service_and_comes_back_as_a_result_or_a_sentence(
    client: Client, app: Dify, where: str, tmp_path: Path
) -> None:
    knowledge = client.knowledge("handbook-damaged").files

    async def known(path: Path) -> object:
        file = await knowledge.upload(path)
        try:
            file = await knowledge.wait_enabled(file, every=0.05)
            return await knowledge.get(file)
        finally:
            await knowledge.delete(file)

    doors: dict[str, Callable[[Path], Awaitable[object]]] = {
        "documents": client.documents.parse,
        "knowledge": known,
        "an app": lambda path: app.complete("Describe it", files=path),
    }
    kinds = documents() | ({"png": whole()["png"]} if where == "an app" else {})
    turn = asyncio.Semaphore(4)

    async def through(name: str, path: Path) -> None:
        async with turn:
            try:
                assert await doors[where](path) is not None
            except SophNetError as error:
                check(name, str(error))

    whole_one = tmp_path / "whole.docx"
    whole_one.write_bytes(kinds["docx"])
    assert await doors[where](whole_one)
    waiting = []
    for ending, data in kinds.items():
        for name, harm in harmed(ending, data, times=1):
            path = tmp_path / f"{name}.{ending}"
            path.write_bytes(harm)
            waiting.append(through(name, path))
    await asyncio.gather(*waiting)
