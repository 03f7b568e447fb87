"""Answers that go on while other cells run."""

from __future__ import annotations

import os
import re
import select
import subprocess
import sys
import time

import pytest

from ..waiting import WITHIN

pytestmark = pytest.mark.kernel

LONG = "Count to 9000"


def ended(*cells):
    """A condition: the last words of these cells have come."""
    return lambda: all("ran in the background" in cell.text for cell in cells)


def words(cell):
    return " ".join(cell.text.split())


def shown_words(output):
    return " ".join(output["data"]["text/plain"].split())


@pytest.fixture(autouse=True)
def nothing_is_left_running(kernel):
    yield
    kernel.run("%sophnet cancel all")


def test_the_prompt_is_back_at_once_and_the_answer_goes_on_in_its_cell(kernel, sandbox):
    with sandbox.still():
        asking = kernel.run("%%sophchat -b -o answer\nCount to 100\n")
        assert asking.status == "ok"
        assert "99, 100." not in asking.text
        other = kernel.run(
            "(type(answer).__name__, answer is _, answer is Out[_n], answer.done)".replace(
                "Out[_n]", f"Out[{asking.reply['execution_count']}]"
            )
        )
    assert other.text == "('Background', True, True, False)"
    kernel.follow(ended(asking))
    assert words(asking).count("99, 100.") == 1
    assert "complete" in asking.text
    assert len(other.outputs) == 1
    number = asking.reply["execution_count"]
    assert kernel.value(f"(type(answer).__name__, Out[{number}].done)") == ("Response", True)
    assert kernel.value(f"Out[{number}].response is answer")


def test_each_cell_gets_its_own_text_and_nothing_else(kernel):
    background = [kernel.run(f"%sophchat -b Count to {60 + n}") for n in range(4)]
    front = kernel.run("%%sophchat\nCount to 50\n")
    kernel.follow(ended(*background))
    for cell, last in [*zip(background, range(60, 64), strict=True), (front, 50)]:
        # Besides a background answer's note, the answer and its footer.
        shown = [words for words in map(shown_words, cell.outputs) if "," in words]
        assert " ".join(shown) == ", ".join(map(str, range(1, last + 1))) + "."
        assert [("✓ complete" in words) for words in map(shown_words, cell.outputs)].count(
            True
        ) == 1
    assert "background" not in front.text
    # By the messages' parents too: no display is drawn from two cells.
    displays = [{display for _, display, _ in cell.updates} for cell in [*background, front]]
    assert sum(map(len, displays)) == len(set().union(*displays))


def test_a_handle_is_awaited_waited_for_and_read_meanwhile(kernel, sandbox):
    with sandbox.still():
        kernel.run("handle = %sophchat -b Count to 80")
        assert kernel.value("handle.state, handle.done") == ("running", False)
    assert kernel.run("response = await handle").status == "ok"
    assert kernel.value("(response.ending, handle.wait() is response, handle.response is response)")
    assert kernel.value("response.text").endswith("79, 80.")
    assert re.fullmatch(
        r"<Background \[\d+\] complete \d+\.\d s · 'Count to 80'>", kernel.run("handle").text
    )


def test_waiting_may_be_limited_and_the_answer_goes_on(kernel):
    kernel.run(f"handle = %sophchat -b {LONG}")
    cell = kernel.run("handle.wait(0.2)")
    assert [error["ename"] for error in cell.errors] == ["TimeoutError"]
    assert kernel.value("handle.state") == "running"


@pytest.mark.parametrize(
    "waiting", ["handle.wait()", "await handle", "import time; time.sleep(30)"]
)
def test_interrupting_another_cell_does_not_stop_it(kernel, waiting):
    kernel.run(f"handle = %sophchat -b {LONG}")
    cell = kernel.run(f"print('here')\n{waiting}", interrupt_after=lambda cell: cell.printed())
    assert cell.status == "error"
    assert cell.seconds_to_idle < 10
    before = kernel.value("len(handle.response.text)")
    kernel.follow(lambda: kernel.value("len(handle.response.text)") > before)
    assert kernel.value("handle.state") == "running"


def test_a_cancelled_answer_hangs_up_and_keeps_what_came(kernel, sandbox, eventually):
    asking = kernel.run(f"%sophchat -b -o handle {LONG}")
    kernel.follow(lambda: "49, 50" in words(asking))
    kernel.run("job = handle; job.cancel()")
    kernel.follow(ended(asking))
    eventually(lambda: sandbox.seen()[0]["ended"] == "hung up")
    assert "■ stopped" in asking.text
    assert asking.errors == []
    assert kernel.value("(job.state, handle.ending, handle is job.response)") == (
        "stopped",
        "stopped",
        True,
    )
    cell = kernel.run("await job")
    assert cell.errors[0]["traceback"] == [
        "Cancelled: cancelled; the part that had arrived is in .response."
    ]


def test_a_job_that_is_cancelled_before_it_begins_leaves_nothing(kernel, eventually):
    ask = f"get_ipython().run_line_magic('sophchat', '-b {LONG}').cancel()"
    kernel.run(f"for n in range(20):\n    {ask}")
    eventually(lambda: "running" not in kernel.run("%sophnet jobs").text)
    assert "Traceback" not in kernel.run("import gc; gc.collect()").text


def test_an_error_is_drawn_in_its_own_cell_and_kept(kernel):
    asking = kernel.run("%sophchat -b -o handle -m no-such-model hi")
    kernel.follow(lambda: "NotFound" in asking.text)
    assert asking.errors == []
    drawn = asking.outputs[-1]["data"]
    assert drawn["text/plain"].startswith("NotFound: ")
    assert "\n" not in drawn["text/plain"]
    assert kernel.value("(handle.state, type(handle.error).__name__)") == ("failed", "NotFound")
    foreground = kernel.run("%sophchat -m no-such-model hi")
    waiting = kernel.run("handle.wait()")
    masked = [
        re.sub("request [-\\w]+", "", cell.errors[0]["traceback"][0])
        for cell in (foreground, waiting)
    ]
    assert masked[0] == masked[1]
    assert re.sub("request [-\\w]+", "", drawn["text/plain"]) == masked[0]


def test_jobs_are_listed_and_cancelled_by_their_cell(kernel, sandbox, eventually):
    cells = [kernel.run(f"%sophchat -b {LONG}") for _ in range(2)]
    eventually(lambda: len(sandbox.seen()) == 2)
    first, second = [cell.reply["execution_count"] for cell in cells]
    assert f"%sophnet cancel {first} stops it" in cells[0].text
    table = kernel.run("%sophnet jobs").text
    assert re.search(rf"\[{first}\].*running.*Count to 9000", table, re.DOTALL)
    assert f"{first}, {second}" in kernel.run("%sophnet cancel").printed("stderr")
    assert f"[{second}] stopped" in kernel.run(f"%sophnet cancel [{second}]").printed()
    assert "No answer of that cell" in kernel.run(f"%sophnet cancel {second}").printed("stderr")
    assert f"[{first}] stopped" in kernel.run("%sophnet cancel").printed()
    assert "Nothing runs" in kernel.run("%sophnet cancel all").printed("stderr")
    eventually(lambda: [one["ended"] for one in sandbox.seen()] == ["hung up"] * 2)


def test_a_name_that_was_given_away_meanwhile_is_left_alone(kernel, sandbox):
    with sandbox.still():
        asking = kernel.run("%sophchat -b -o mine Count to 40")
        kernel.run("mine = 'something else'")
    kernel.follow(ended(asking))
    assert kernel.value("mine") == "something else"


def test_a_conversation_goes_on_after_its_background_answer(kernel, sandbox):
    with sandbox.still():
        asking = kernel.run("%sophchat -b -c later My name is Ada. Count to 40")
        refused = kernel.run("%sophchat -c later hi").printed("stderr")
    assert f"cell [{asking.reply['execution_count']}]" in refused
    kernel.follow(ended(asking))
    kernel.run("%sophchat -c later What is my name?")
    roles = [message["role"] for message in sandbox.seen()[-1]["body"]["messages"]]
    assert roles == ["user", "assistant", "user"]


def test_under_capture_the_cell_waits(kernel):
    kernel.run("%%capture cap\nhandle = %sophchat -b Count to 20")
    assert kernel.value("(handle.done, 'waits for it' in cap.stdout, len(cap.outputs))") == (
        True,
        True,
        1,
    )


def test_a_batch_run_waits_and_has_the_whole_answer(start_kernel, sandbox):
    with start_kernel(SOPHNET_SANDBOX_URL=sandbox.root) as batch:
        cell = batch.run(
            "handle = %sophchat -b Count to 30\n(await handle).ending", allow_stdin=False
        )
        assert "waits for it" in cell.printed()
        assert words(cell).count("29, 30.") == 1
        assert "'complete'" in cell.text
        failed = batch.run("%sophchat -b -m no-such-model hi", allow_stdin=False)
        assert [error["ename"] for error in failed.errors] == ["NotFound"]
        stopped = batch.send(f"%sophchat -b {LONG}", allow_stdin=False)
        batch.follow(lambda: "waits" in stopped.text)
        batch.interrupt(stopped)
        assert [error["ename"] for error in batch.finish(stopped).errors] == ["Stopped"]


@pytest.mark.parametrize("end", ["shutdown", "kill", "unload"])
def test_the_end_of_a_kernel_hangs_up(start_kernel, sandbox, eventually, end):
    with start_kernel(SOPHNET_SANDBOX_URL=sandbox.root) as own:
        asking = own.run(f"%sophchat -b {LONG}")
        own.follow(lambda: "19, 20" in words(asking))
        if end == "unload":
            own.run("%unload_ext sophnet_jupyter")
        else:
            own.manager.shutdown_kernel(now=end == "kill")
        eventually(lambda: sandbox.seen()[0]["ended"] == "hung up")


@pytest.fixture
def terminal(environment, sandbox):
    """Types lines into IPython in a terminal, each when it is asked for; returns all it shows."""
    pty = pytest.importorskip("pty")
    screen, inside = pty.openpty()
    settings = {"SOPHNET_SANDBOX_URL": sandbox.root, "TERM": "dumb", "COLUMNS": "200"}
    process = subprocess.Popen(
        [sys.executable, "-m", "IPython", "--simple-prompt", "--colors=NoColor", "--no-banner"],
        stdin=inside,
        stdout=inside,
        stderr=inside,
        env=environment(**settings),
    )
    os.close(inside)
    shown = ""

    def read_until(pattern, begin, within=WITHIN):
        nonlocal shown
        deadline = time.monotonic() + within
        while not re.search(pattern, shown[begin:], re.DOTALL):
            assert time.monotonic() < deadline, shown
            if select.select([screen], [], [], 0.1)[0]:
                shown += os.read(screen, 65536).decode().replace("\r", "")
        return shown[begin:]

    def type_line(line, until=r"\nIn \[\d+\]: $"):
        begin = len(shown)
        os.write(screen, line.encode())
        return read_until(until, begin)

    read_until(r"In \[1\]: $", 0)
    type_line("%load_ext sophnet_jupyter\n")
    yield type_line
    process.kill()
    process.wait()
    os.close(screen)


def test_a_terminal_is_given_the_answer_before_its_next_prompt(terminal, sandbox, eventually):
    with sandbox.still():
        asked = terminal("job = %sophchat -b Count to 60\n")
    assert "1, 2" not in asked
    eventually(lambda: [one["ended"] for one in sandbox.seen()] == ["finished"])
    shown = terminal("job.wait(50).ending\n")
    before, _, after = shown.partition("— [2] Count to 60 —")
    assert "'complete'" in before
    assert "1, 2" not in before
    assert after.count("59, 60.") == 1
    assert "✓ complete" in after
    assert "59, 60." not in terminal("1\n")
    failed = terminal("job = %sophchat -b -m no-such-model hi\n")
    failed += terminal("len([job.wait(50)])\n")
    assert failed.count("NotFound: ") == 2
    assert "Traceback" not in failed
