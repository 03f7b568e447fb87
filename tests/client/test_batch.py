"""`sophnet_jupyter.batch.map`: frames of Dask, with workers that have keys of their own."""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import dask.dataframe as dd
import pandas as pd
import pytest

from sophnet_jupyter import batch
from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.runs.batch.meta import types

FRAME = pd.DataFrame({"text": [f"word {n}" for n in range(12)], "n": range(12)})


@dataclass
class Review:
    answer: str
    score: int
    tags: list[str]


@pytest.fixture
def worker(
    sandbox: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> SimpleNamespace:
    """The settings of a worker that has a key for the sandbox, taken for a service."""
    monkeypatch.setenv("SOPHNET_API_KEY", sandbox.key)
    monkeypatch.setenv("SOPHNET_BASE_URL", sandbox.url)
    monkeypatch.setenv("SOPHNET_DATA_DIR", str(tmp_path))
    return sandbox


def frame(parts: int = 3) -> Any:
    return dd.from_pandas(FRAME, npartitions=parts)


def test_making_the_graph_calls_nobody_and_knows_its_types(
    worker: SimpleNamespace, seen: Callable[[], list[dict[str, Any]]]
) -> None:
    made = batch.map(frame(), "Read {text}", schema=Review)
    assert seen() == []
    assert list(made.columns[:6]) == ["text", "n", "answer", "score", "tags", "answer_2"]
    assert str(made.dtypes["score"]) == "Int64"


def test_a_form_that_is_defined_again_names_the_same_tasks(worker: SimpleNamespace) -> None:
    # As in a notebook, whose classes Dask cannot compare by what is pickled.
    names = set()
    for _ in range(2):

        @dataclass
        class Form:
            answer: str

        job = batch.map(frame(), "Read {text}", schema=Form, name="reads")
        names.add(job._name)
    assert len(names) == 1


def test_each_row_has_its_answer_in_the_types_that_were_told(
    worker: SimpleNamespace, seen: Callable[[], list[dict[str, Any]]]
) -> None:
    made = batch.map(frame(), "What is {n}*{n}?")
    found = made.compute(scheduler="threads")
    assert "49" in found["answer"][7]
    assert found.dtypes.equals(made.dtypes)
    assert len(seen()) == 12


def test_a_task_that_is_tried_again_pays_nothing_again(
    worker: SimpleNamespace, seen: Callable[[], list[dict[str, Any]]]
) -> None:
    made = batch.map(frame(), "What is {n}*{n}?")
    made.compute(scheduler="synchronous")
    again = made.compute(scheduler="synchronous")
    assert len(seen()) == 12
    assert again["cached"].all()
    # Another computation is another one, unless both have one name.
    batch.map(frame(), "What is {n}*{n}?", name="a").compute(scheduler="synchronous")
    assert len(seen()) == 24
    batch.map(frame(), "What is {n}*{n}?", name="a").compute(scheduler="synchronous")
    assert len(seen()) == 24


def test_a_worker_without_a_key_fails_and_never_asks_the_sandbox_instead(
    worker: SimpleNamespace, tmp_path: Path
) -> None:
    made = batch.map(frame(1), "Say {text}")
    job = made.expr.operands[1].keywords["job"] if hasattr(made, "expr") else None
    assert job is not None
    assert not [name for name in vars(job) if "key" in name]
    (tmp_path / "job").write_bytes(pickle.dumps((FRAME, job)))
    code = (
        "import pickle, sys\n"
        "from sophnet_jupyter.client.batch import answered\n"
        "frame, job = pickle.load(open(sys.argv[1], 'rb'))\n"
        "answered(frame, job=job)"
    )
    keyless = {name: value for name, value in os.environ.items() if name != "SOPHNET_API_KEY"}
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "job")],
        env=keyless,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 1
    assert "SettingsError" in done.stderr
    assert "key" in done.stderr


def test_the_threads_of_the_cluster_share_what_is_under_way(worker: SimpleNamespace) -> None:
    from distributed import Client as Cluster
    from distributed import LocalCluster

    options: dict[str, Any] = {"processes": False, "dashboard_address": None}
    with LocalCluster(n_workers=2, threads_per_worker=2, **options) as local, Cluster(local):
        made = batch.map(frame(2), "What is {n}*{n}?", at_once=8)
        job = made.expr.operands[1].keywords["job"]
        assert job.concurrency == 2
        assert set(made.compute()["ending"]) == {"complete"}


def test_what_is_no_form_of_a_table_is_kept_as_json() -> None:
    kinds = types(list[int], [])
    assert kinds["parsed"] == "string"
    assert types(None, ["answer"])["answer_2"] == "string"


@pytest.mark.parametrize(
    ("given", "options"),
    [(FRAME, {}), (None, {"at_once": 99}), (None, {"temperature": 9}), (None, {"prompt": "{x}"})],
)
def test_what_cannot_be_asked_is_refused_when_the_graph_is_made(
    worker: SimpleNamespace, given: Any, options: dict[str, Any]
) -> None:
    ddf = frame() if given is None else given
    with pytest.raises(SettingsError):
        batch.map(ddf, options.pop("prompt", "Say {text}"), **options)
