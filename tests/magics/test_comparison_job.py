"""A comparison in the background, as `%sophnet jobs` and `%sophnet cancel` know it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from sophnet_jupyter import Client
from sophnet_jupyter.magics.answers.comparison_job import ComparisonJob

from ..waiting import wait

MODELS = ["DeepSeek-V3.2", "GLM-5"]


def _job(url: str, key: str, prompt: str) -> tuple[ComparisonJob, threading.Event]:
    comparison = Client(key, url).chat.compare(prompt, models=MODELS)
    job, ended = ComparisonJob(3, prompt, comparison), threading.Event()
    job.start(comparison.run(), ended.set)
    return job, ended


def test_it_says_how_many_answers_have_come(sandbox: SimpleNamespace) -> None:
    job, ended = _job(sandbox.url, sandbox.key, "Count to 5")
    assert ended.wait(60)
    job.future.result(60)
    assert job.done
    assert job.state == "done, 2 of 2 answers"


def test_cancelled_it_keeps_what_had_come(start_sandbox: Callable[..., Any]) -> None:
    with start_sandbox("--tokens-per-second", "20") as sandbox:
        job, ended = _job(sandbox.url, "sandbox", "Count to 5000")
        cells = job.comparison.cells
        wait(lambda: all(one.response.text for one in cells))
        assert job.state == "running, 0 of 2 answers"
        job.cancel()
        assert ended.wait(60)
    job.future.result(60)
    assert job.state == "stopped, 2 of 2 answers"
    assert all(one.response.ending == "stopped" and one.response.text for one in cells)
