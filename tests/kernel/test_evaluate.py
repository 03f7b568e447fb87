"""``%%sophchat --each --expect`` in a real kernel, against the sandbox."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

pytestmark = pytest.mark.kernel

SET_UP = """
import pandas as pd
things = ["headphones", "kettle", "laptop", "lamp", "chair", "jacket", "camera", "watch"]
said = {"positive": ["The {} is great", "Nice {}, enjoy"], "negative": ["The {} broke", "Bad {}"]}
df = pd.DataFrame({"review": text.format(thing), "label": label}
    for label, texts in said.items() for text in texts for thing in things)
v1 = "Classify as positive or negative: {review}"
v2 = "Classify as positive or negative.\\nReview: It leaks\\nLabel: negative\\nReview: {review}"
def short(row, answer): return len(answer.text) < 9
"""


@pytest.fixture
def ready(kernel: Any, sandbox: Any) -> Any:
    kernel.run(SET_UP)
    sandbox.forget()
    return kernel


def test_prompts_are_measured_and_the_verdict_is_told_after_the_sandbox(ready: Any) -> None:
    cell = "%sophchat --each df --expect label --prompt v1,v2 -o e -m DeepSeek-V4-Flash"
    said = ready.run(cell)
    assert said.status == "ok", said.text
    assert "Sandbox: these answers are scripted" in said.text
    verdict = ready.value("e.verdicts[1]")
    assert said.text.index("Sandbox:") < said.text.index(verdict)
    assert ready.value("len(e.to_frame())") == 64
    assert ready.value("_ is e")
    assert verdict in ready.run("e").text


def test_models_scores_and_a_judge_are_named_on_the_line(ready: Any, sandbox: Any) -> None:
    line = "%%sophchat --each df --expect label -m DeepSeek-V3.2,GLM-5 --first 8 --score short"
    said = ready.run(
        f'{line} --judge "Is it polite?" --judge-model qwen3.7-max -o e\nGood or bad? {{review}}'
    )
    assert said.status == "ok", said.text
    assert ready.value("e.score_names") == ["exact", "short", "judge"]
    assert ready.value("[c.label for c in e.columns]") == ["DeepSeek-V3.2", "GLM-5"]
    models = [request["body"]["model"] for request in sandbox.seen()]
    assert models.count("qwen3.7-max") == 16
    assert "Only 8 rows" in said.text


def test_the_request_of_each_column_is_shown_and_nothing_sent(ready: Any, sandbox: Any) -> None:
    said = ready.run("%sophchat --each df --expect label --prompt v1,v2 --show-request")
    assert said.text.count('"messages"') == 2
    assert sandbox.seen() == []


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ("%sophchat --expect label Hi", "--each"),
        ("%sophchat --each df --expect lable --prompt v1", "'lable'"),
        ("%sophchat --each df --expect label --prompt v1 Hi", "not both"),
        ("%sophchat --each df --expect label --prompt v1 --score shorts", "no shorts"),
        ("%sophchat --each df --expect label --prompt v1 --judge-model GLM-5", "--judge"),
        ("%sophchat --each df --expect label --prompt v1 -c trip", "--conversation"),
        ("%sophchat --each df --expect label --prompt v1 --resume -o none", "no run"),
        ("%sophchat --each df --expect label --prompt short", "no prompt"),
    ],
)
def test_a_wrong_line_is_refused_in_one_line(
    ready: Any, sandbox: Any, cell: str, said: str
) -> None:
    outcome = ready.run(cell)
    assert outcome.status == "error"
    assert said in outcome.text
    assert outcome.text.count("\n") < 4
    assert sandbox.seen() == []


def test_equal_questions_of_two_cells_are_asked_once(ready: Any, sandbox: Any) -> None:
    ready.run("few = df[:4]")
    for _ in range(2):
        cell = ready.run("%sophchat --each few --expect label --prompt v1 --cache -o e")
        assert cell.status == "ok"
    assert len(sandbox.seen()) == 4
    assert ready.value("all(one.said.cached for one in e.answers)")


def test_a_cell_goes_on_with_what_is_kept_of_it(ready: Any, sandbox: Any) -> None:
    ready.run("few = df[:4]")
    ready.run("%sophchat --each few --expect label --prompt v1 -o e")
    ready.run("%sophchat --each few --expect label --prompt v1 --resume -o e")
    assert len(sandbox.seen()) == 4
    assert ready.value("e.state") == "done"


def test_an_interrupt_keeps_what_is_done_and_awaiting_goes_on(
    ready: Any, sandbox: Any, tasks: Callable[[], int], eventually: Any
) -> None:
    ready.run("few, slow = df[:12], 'Count to 60 for {review}'")
    cell = "%sophchat --each few --expect label --prompt slow --concurrency 1 -o e"
    stopped = ready.run(cell, interrupt_after=lambda outcome: len(sandbox.seen()) > 2)
    assert "EvaluationStopped" in stopped.errors[0]["ename"]
    assert "of 12 answers; they are in e" in stopped.text
    eventually(lambda: tasks() == 0)
    done = ready.value("sum(one.ended for one in e.answers)")
    assert 1 <= done < 12
    assert ready.value("all('exact' in one.grades for one in e.answers if one.ended)")
    sandbox.forget()
    assert "were not asked" not in ready.run("await e").text
    assert len(sandbox.seen()) == 12 - done


def test_one_in_the_background_is_listed_and_ends_with_its_verdict(
    ready: Any, eventually: Any
) -> None:
    said = ready.run("%sophchat --each df --expect label --prompt v1 -o later -b")
    assert said.status == "ok", said.text
    assert "rows" in ready.run("%sophnet jobs").text
    eventually(lambda: ready.value("later.state") == "done")
    assert ready.value("later.verdicts[0].startswith('Sandbox')")


def test_an_evaluation_is_drawn_once(ready: Any) -> None:
    said = ready.run("%sophchat --each df --expect label --prompt v1 -o e")
    assert said.html.count("how it was done") == 1
