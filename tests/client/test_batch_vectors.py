"""`sophnet_jupyter.batch.embed`: a table that no machine holds, as files with its vectors."""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dask
import dask.dataframe as dd
import numpy as np
import pandas as pd
import pyarrow.parquet as parquet
import pytest

from sophnet_jupyter import Client, batch
from sophnet_jupyter.client.batch_vectors import embedded
from sophnet_jupyter.errors import KeyRejected, SettingsError

pytestmark = pytest.mark.anyio

FRAME = pd.DataFrame({"body": [f"row {n} of the table" for n in range(60)], "n": range(60)})


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(autouse=True)
def worker(
    sandbox: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> SimpleNamespace:
    """The settings of a worker that has a key for the sandbox, taken for a service."""
    monkeypatch.setenv("SOPHNET_API_KEY", sandbox.key)
    monkeypatch.setenv("SOPHNET_BASE_URL", sandbox.url)
    monkeypatch.setenv("SOPHNET_CACHE_DIR", str(tmp_path / "cache"))
    return sandbox


def frame(table: pd.DataFrame = FRAME, parts: int = 6) -> Any:
    return dd.from_pandas(table, npartitions=parts)


def read(job: Any) -> pd.DataFrame:
    return pd.concat([pd.read_parquet(path) for path in job.files])


def sent(seen: Callable[[], list[dict[str, Any]]]) -> list[str]:
    return [text for each in seen() for text in each["body"]["input_texts"]]


async def test_each_row_has_the_vector_of_its_text_and_stays_as_it_was(
    tmp_path: Path, seen: Callable[[], list[dict[str, Any]]], worker: SimpleNamespace
) -> None:
    job = batch.embed(frame(), text="body", to=tmp_path / "out", dimensions=64)
    assert seen() == []
    assert await job is job
    found = read(job)
    pd.testing.assert_frame_equal(found[["body", "n"]], FRAME, check_dtype=False)
    async with Client() as client:
        wanted = (await client.embeddings.create(list(FRAME.body), dimensions=64)).vectors
    assert np.allclose(np.stack(found.vector.tolist()), wanted)
    manifest = json.loads((tmp_path / "out/manifest.json").read_text())
    assert (manifest["rows"], manifest["missing"], len(manifest["parts"])) == (60, 0, 6)
    assert manifest["model"] == "text-embeddings"
    assert {each["origin"].partition("/")[0] for each in manifest["parts"]} == {"sandbox"}
    again = await Client().explore(found, "body", vectors="vector")
    assert np.isfinite(again.map).all()


async def test_a_second_run_skips_whole_parts_and_asks_for_new_rows_only(
    tmp_path: Path, seen: Callable[[], list[dict[str, Any]]]
) -> None:
    await batch.embed(frame(), "body", tmp_path / "out", dimensions=64)
    assert len(sent(seen)) == 60
    changed = FRAME.copy()
    changed.loc[7, "body"] = "another row"
    job = batch.embed(frame(changed), "body", tmp_path / "out", dimensions=64)
    await job
    assert sent(seen)[60:] == ["another row"]
    assert (job.done, job.skipped) == (6, 5)
    # The part of before is not among the files any more.
    assert len(list((tmp_path / "out").glob("*.parquet"))) == 6
    assert read(job).body[7] == "another row"


async def test_rows_without_text_and_refused_ones_have_a_reason_and_no_vector(
    tmp_path: Path,
) -> None:
    table = pd.DataFrame({"body": ["fox", None, " ", "too " * 9000, "hen"]})
    job = await batch.embed(frame(table, 1), "body", tmp_path / "out", dimensions=64)
    found = read(job)
    assert found.vector.isna().tolist() == [False, True, True, True, False]
    assert found.reason.iloc[1] == "no text"
    assert "tokens" in found.reason.iloc[3]
    assert job.missing == 3


async def test_a_rejected_key_fails_it_and_leaves_no_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOPHNET_API_KEY", "wrong")
    job = batch.embed(frame(), "body", tmp_path / "out", dimensions=64)
    with pytest.raises(KeyRejected):
        await job
    assert job.state == "failed"
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


async def test_a_worker_without_a_key_never_asks_the_sandbox_instead(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = batch.embed(frame(), "body", tmp_path / "out", dimensions=64)
    monkeypatch.delenv("SOPHNET_API_KEY")
    with pytest.raises(SettingsError, match="key"):
        await job


async def test_an_interrupt_leaves_whole_parts_and_the_next_run_goes_on(
    tmp_path: Path, seen: Callable[[], list[dict[str, Any]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    job = batch.embed(frame(), "body", tmp_path / "out", dimensions=64)
    came = job.came

    def stop_at_two(facts: Any) -> None:
        came(facts)
        if job.done == 2:
            job.stop()

    monkeypatch.setattr(job, "came", stop_at_two)
    with pytest.raises(asyncio.CancelledError):
        await job
    assert job.state == "stopped"
    assert not (tmp_path / "out/manifest.json").exists()
    again = await batch.embed(frame(), "body", tmp_path / "out", dimensions=64)
    assert again.skipped >= 2
    assert sorted(sent(seen)) == sorted(FRAME.body)


@pytest.mark.parametrize(
    ("given", "options", "says"),
    [
        (FRAME, {}, "frame of Dask"),
        (None, {"text": "words"}, "There is no column 'words'"),
        (None, {"at_once": 0}, "at_once"),
        (None, {"dimensions": 7.5}, "dimensions"),
    ],
)
def test_what_cannot_be_asked_is_refused_when_it_is_made(
    given: Any, options: dict[str, Any], says: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match=says):
        batch.embed(
            frame() if given is None else given, options.pop("text", "body"), tmp_path, **options
        )


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Any]:
    from distributed import Client as Cluster
    from distributed import LocalCluster

    options: dict[str, Any] = {"dashboard_address": None, "silence_logs": 50}
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, processes=True, **options) as local,
        Cluster(local),
    ):
        yield local


async def test_workers_that_are_killed_lose_no_row_and_tear_no_file(
    cluster: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = batch.embed(frame(parts=20), "body", tmp_path / "out", dimensions=64)
    came, killed = job.came, []

    def kill(facts: Any) -> None:
        came(facts)
        if job.done in (2, 6, 10):
            pid = next(nanny.pid for nanny in cluster.workers.values() if nanny.pid)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                killed.append(pid)

    monkeypatch.setattr(job, "came", kill)
    await job
    found = read(job)
    assert killed
    assert sorted(found.n) == list(range(60))
    assert not found.vector.isna().any()
    # Who is killed while it writes leaves a hidden file, which no reader of a folder looks at.
    shown = [path for path in (tmp_path / "out").glob("*.parquet") if path.name[0] != "."]
    assert sorted(shown) == sorted(job.files)
    assert len(shown) == 20


async def test_its_files_hold_neither_a_key_nor_a_folder_and_hostile_texts_stay_texts(
    tmp_path: Path, start_sandbox: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    key = "sk-canary-7Qz41vXw90LmKdPe"
    odd = ["half \ud83d", "</script>\x00\x1b[31m", "right\u202eto left", "=cmd|' /C calc'!A0"]
    texts = pd.Series([*odd, *(f"row {n}" for n in range(8))], dtype=object)
    table = pd.DataFrame({"body": texts, "n": range(12)})
    with (
        start_sandbox("--vectors", "lexical", key=key) as service,
        dask.config.set({"dataframe.convert-string": False}),
    ):
        monkeypatch.setenv("SOPHNET_API_KEY", key)
        monkeypatch.setenv("SOPHNET_BASE_URL", service.url)
        job = await batch.embed(frame(table, 2), "body", tmp_path / "out", dimensions=64)
        again = await batch.embed(frame(table, 2), "body", tmp_path / "out", dimensions=64)
    assert job.missing == 0
    assert again.skipped == 2
    manifest = (tmp_path / "out/manifest.json").read_text()
    told = manifest
    for path in job.files:
        kept = parquet.read_table(path)
        told += repr((kept.to_pylist(), kept.schema.metadata))
    for secret in (key, str(tmp_path), str(Path.home())):
        assert secret not in told
    assert not [text for text in odd if text in manifest]
    found = read(job)
    assert sorted(found.n) == list(range(12))
    assert {"half ?", *odd[1:]} < set(found.body)


async def test_a_part_that_no_file_can_hold_is_told_in_a_sentence(tmp_path: Path) -> None:
    table = pd.DataFrame({"body": ["fox", "hen"], "mixed": pd.Series([1, "a"], dtype=object)})
    with (
        dask.config.set({"dataframe.convert-string": False}),
        pytest.raises(SettingsError, match="Parquet cannot hold"),
    ):
        await batch.embed(frame(table, 1), "body", tmp_path / "out", dimensions=64)


def test_the_job_of_a_worker_holds_no_key() -> None:
    from sophnet_jupyter.client.batch_vectors import EmbedJob

    assert not [name for name in EmbedJob.__dataclass_fields__ if "key" in name]
    assert embedded.__module__ == "sophnet_jupyter.client.batch_vectors"
