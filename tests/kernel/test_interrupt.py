"""Interrupting a chat cell: hang up, keep what came, stop, go on."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.kernel

LONG = "Count to 9000"

# Interrupts at moments that nobody could hit from outside, the first before anything is sent.
EARLY = f"""
import os, signal, threading, time, traceback
import sophnet_jupyter
ask, endings, ours_in_the_way, slowest = get_ipython().run_line_magic, [], 0, 0
def interrupt():
    global interrupted
    interrupted = time.monotonic()
    os.kill(os.getpid(), signal.SIGINT)
for n in range(60):
    try:
        threading.Timer(n * 0.0002, interrupt).start()
        ask('sophchat', '{LONG}')
    except sophnet_jupyter.Stopped as stopped:
        endings.append(getattr(stopped.response, 'ending', 'stopped'))
    except KeyboardInterrupt as early:
        frames = traceback.extract_tb(early.__traceback__)
        ours_in_the_way += any('sophnet_jupyter' in frame.filename for frame in frames)
    slowest = max(slowest, time.monotonic() - interrupted)
"""


def growing(cell):
    return len(cell.updates) > 4


def test_an_interrupt_hangs_up_and_keeps_what_came(kernel, sandbox, eventually):
    cell = kernel.run(f"%%sophchat -o part\n{LONG}\n", interrupt_after=growing)
    number = cell.reply["execution_count"]
    assert cell.status == "error"
    assert [error["ename"] for error in cell.errors] == ["Stopped"]
    assert cell.errors[0]["traceback"] == [
        "Stopped: interrupted; the part that had arrived is kept in `_`."
    ]
    assert cell.seconds_to_idle < 10
    assert kernel.value(f"part is _ and part is Out[{number}]")
    assert kernel.value("part.ending") == "stopped"
    assert kernel.value("part.text").startswith("1, 2, 3,")
    assert "■ stopped" in cell.text
    assert "waiting" not in cell.text
    eventually(lambda: sandbox.seen()[0]["ended"] == "hung up")


def test_the_error_of_an_interrupt_is_small(kernel):
    cell = kernel.run(f"%sophchat {LONG}", interrupt_after=growing)
    assert len(str(cell.errors)) < 400


def test_an_interrupt_stops_run_all(kernel):
    asking = kernel.send(f"%%sophchat\n{LONG}\n")
    following = [kernel.send(f"ran_{n} = True") for n in range(2)]
    kernel.follow(lambda: growing(asking))
    kernel.interrupt(asking)
    assert [kernel.finish(cell).status for cell in following] == ["aborted", "aborted"]
    assert not kernel.value("'ran_0' in globals()")


def test_the_next_cell_works(kernel, tasks):
    kernel.run(f"%sophchat {LONG}", interrupt_after=growing)
    assert "19, 20." in kernel.run("%sophchat Count to 20").text
    assert tasks() == 0


def test_early_interrupts_leave_nothing_running(kernel, tasks, eventually):
    cell = kernel.run(EARLY)
    assert cell.status == "ok", cell.errors
    assert kernel.value("ours_in_the_way") == 0
    assert kernel.value("sum(ending == 'stopped' for ending in endings)") > 20
    # An answer takes more than a minute.
    assert kernel.value("slowest") < 20
    assert "waiting" not in cell.text
    eventually(lambda: tasks() == 0)


def test_an_interrupt_before_the_first_token_says_so(kernel, start_sandbox, start_kernel):
    with (
        start_sandbox("--first-token", "60") as slow,
        start_kernel(SOPHNET_SANDBOX_URL=slow.root) as waiting,
    ):
        waiting.run("before = 'kept'\nbefore")
        cell = waiting.run("%sophchat hi", interrupt_after=lambda cell: slow.seen())
        assert cell.errors[0]["traceback"] == ["Stopped: interrupted before anything had arrived."]
        assert "waiting" not in cell.text
        assert "■ stopped" in cell.text
        assert waiting.value("_") == "kept"


def test_a_cell_that_awaits_is_interrupted_as_well(kernel, sandbox, eventually):
    code = f"import asyncio\nawait asyncio.sleep(0)\npart = %sophchat {LONG}"
    cell = kernel.run(code, interrupt_after=growing)
    assert [error["ename"] for error in cell.errors] == ["Stopped"]
    assert cell.seconds_to_idle < 10
    eventually(lambda: sandbox.seen()[0]["ended"] == "hung up")


def test_awaiting_cells_are_still_cancelled_by_ipykernel_afterwards(kernel):
    kernel.run("import asyncio\nawait asyncio.sleep(0)\n%sophchat Count to 20")
    napping = "print('naps')\nfor nap in range(1000):\n    await asyncio.sleep(0.1)"
    cell = kernel.run(napping, interrupt_after=lambda cell: cell.printed())
    assert [error["ename"] for error in cell.errors] == ["CancelledError"]


def test_a_loop_over_prompts_ends_at_once(kernel, sandbox):
    code = f"for n in range(3):\n    get_ipython().run_line_magic('sophchat', '{LONG}')"
    cell = kernel.run(code, interrupt_after=growing)
    assert [error["ename"] for error in cell.errors] == ["Stopped"]
    assert len(sandbox.seen()) == 1


def test_an_interrupted_turn_is_no_part_of_the_conversation(kernel, sandbox):
    kernel.run(f"%sophchat -c cut {LONG}", interrupt_after=growing)
    kernel.run("%sophchat -c cut hi")
    assert [message["content"] for message in sandbox.seen()[-1]["body"]["messages"]] == ["hi"]
