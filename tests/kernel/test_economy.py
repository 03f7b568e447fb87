"""What a streamed answer costs between a real kernel and its front end."""

from __future__ import annotations

from itertools import pairwise

import pytest

pytestmark = pytest.mark.kernel

SPAWN = """
from sophnet_jupyter import Client
from sophnet_jupyter.kernel.loop import spawn
from sophnet_jupyter.kernel.output import Cell
from sophnet_jupyter.response import Arrival
from sophnet_jupyter.views.answer import Context
from sophnet_jupyter.views.live.answer import LiveAnswer, show

client = Client()

def stream(prompt):
    view = LiveAnswer(Cell(get_ipython()), Context())
    events = client.chat.stream(prompt, model="DeepSeek-V3.2")
    return spawn(show(events, view, Arrival(on_event=view.on_event), model="DeepSeek-V3.2"))
"""


def span(updates):
    return updates[-1][0] - updates[0][0]


def test_a_long_answer_costs_little(kernel):
    cell = kernel.run("%%sophchat\nWrite a story of 1400 words about a lamp\n")
    tokens = kernel.value("_.usage.completion_tokens")
    assert tokens >= 1_500
    # 30 kB a second are 1.2 MB for an answer of 4,000 tokens at 100 a second.
    assert cell.bytes <= 30_000 * span(cell.updates)
    drawn = cell.updates[1:-2]
    assert len(drawn) > 20
    # Some may be drawn late, and the next in their time all the same.
    assert len(drawn) - 1 <= 15 * span(drawn) + 3
    assert len(cell.outputs) <= 50
    plain = "".join(output["data"]["text/plain"] for output in cell.outputs)
    assert plain.startswith(kernel.value("_.text").strip())


def test_a_frozen_display_is_never_touched_again(kernel):
    cell = kernel.run("%%sophchat\nWrite a story of 600 words about a lamp\n")
    order = {}
    numbers = [order.setdefault(display, len(order)) for _, display, _ in cell.updates]
    assert len(order) > 3
    assert all(after >= before for before, after in pairwise(numbers))


def test_twenty_answers_at_once_share_what_the_kernel_may_send(start_sandbox, start_kernel):
    with (
        start_sandbox("--tokens-per-second", "40") as slow,
        start_kernel(SOPHNET_SANDBOX_URL=slow.root) as kernel,
    ):
        cell = kernel.run(
            SPAWN + "answers = [stream(f'Count to {60 + n}') for n in range(20)]\n"
            "texts = [answer.result().text for answer in answers]"
        )
        assert cell.status == "ok"
        times = [at for at, _, _ in cell.updates]
        drawn = [at for at in times if times[0] + 0.5 < at < times[-1] - 0.5]
        assert len(drawn) / (drawn[-1] - drawn[0]) <= 200
        for n in range(20):
            assert " ".join(cell.text.split()).count(f"{59 + n}, {60 + n}.") == 1


def test_an_answer_stays_in_the_cell_that_asked(kernel, sandbox):
    with sandbox.still():
        asking = kernel.run(SPAWN + "answer = stream('Count to 150')")
        assert "149, 150." not in asking.text
        other = kernel.send(
            "import time\nwhile not answer.done():\n    print('other'); time.sleep(0.05)\n'mine'"
        )
        kernel.follow(lambda: other.printed().count("other") > 1)
    kernel.finish(other)
    kernel.follow(lambda: "complete" in asking.text)
    assert "149, 150." in asking.text
    assert "other" not in asking.text
    assert other.printed().count("other") > 3
    assert [output["kind"] for output in other.outputs if "data" in output] == ["execute_result"]


def test_a_display_belongs_to_the_cell_it_was_made_for(kernel):
    first = kernel.run(SPAWN + "pinned = Cell(get_ipython())")
    second = kernel.run("pinned.publish({'text/plain': 'late'})")
    kernel.follow(lambda: first.text == "late")
    assert [output["kind"] for output in second.outputs] == ["execute_result"]
