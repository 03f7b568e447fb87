"""One answer is stopped by itself: its cell ends well, and the notebook goes on."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.kernel

# Whoever follows hears of the model with the first event.
STOPS = """
from sophnet_jupyter.kernel import running
seen = []
def stops(one):
    seen.append((one.cell, one.state))
    if one.model:
        one.stop()
unfollow = running.follow(stops)
"""


@pytest.fixture
def stopping(kernel):
    """A kernel in which each answer is stopped when its model is known."""
    kernel.run(STOPS)
    yield kernel
    kernel.run("unfollow()")


def test_a_stopped_answer_is_the_response_of_its_cell(stopping):
    outcome = stopping.run("%%sophchat -o part\ncount to 500", cell="a-cell")
    assert outcome.status == "ok"
    assert outcome.errors == []
    assert "stopped" in outcome.text
    assert stopping.value("part.ending, _ is part, len(part.text) < 1500") == (
        "stopped",
        True,
        True,
    )
    assert stopping.value("seen[0], seen[-1]") == (("a-cell", "running"), ("a-cell", "stopped"))
    assert stopping.value("running.now()") == []


def test_a_stopped_answer_in_the_background_is_cancelled(stopping):
    outcome = stopping.run("%%sophchat -b -o part\ncount to 500", cell="a-cell")
    assert outcome.status == "ok"
    stopping.run("import time\nwhile running.now(): time.sleep(0.02)")
    assert stopping.value("part.ending") == "stopped"
    assert stopping.value("seen[-1]") == ("a-cell", "stopped")


def test_a_stopped_comparison_is_the_value_of_its_cell(stopping):
    outcome = stopping.run("%%sophchat -m GLM-5,Kimi-K2.5 -o both\ncount to 500", cell="a-cell")
    assert outcome.status == "ok"
    assert outcome.errors == []
    assert stopping.value("_ is both, not both.busy, both[0].ending == 'complete'") == (
        *(True, True, False),
    )
    assert stopping.value("seen[-1]") == ("a-cell", "stopped")
    assert stopping.value("running.now()") == []


def test_what_ended_or_failed_says_so(kernel):
    kernel.run(STOPS.replace("one.stop()", "pass"))
    kernel.run("%sophchat what is 2*3?")
    kernel.run("%sophchat --max-tokens 5 Count to 500")
    assert kernel.run("%sophchat -m no-such-model hi").status == "error"
    kernel.run("unfollow()")
    states = [state for _, state in kernel.value("seen")]
    assert [state for state in states if state != "running"] == ["complete", "cut", "failed"]
    assert kernel.value("running.now()") == []
