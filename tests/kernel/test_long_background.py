"""Long work with ``--background``: the prompt is back, and its cell goes on."""

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

PAINT = "%imagine -b --seed 3"
FOREVER = ("--task-seconds", "60")


@pytest.fixture(scope="module")
def studio(start_sandbox):
    with start_sandbox("--task-seconds", "0.5") as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def slow(start_kernel, start_sandbox, tmp_path_factory):
    """A kernel whose pictures take a minute."""
    folder = tmp_path_factory.mktemp("slow")
    with (
        start_sandbox(*FOREVER) as sandbox,
        start_kernel(SOPHNET_SANDBOX_URL=sandbox.root, cwd=folder) as kernel,
    ):
        yield kernel


def ended(cell):
    return lambda: "ran in the background" in cell.text


def test_the_prompt_is_back_and_the_picture_takes_the_place_of_its_progress(own, studio):
    with studio.still():
        cell = own.run(f"{PAINT} -n 2 -o foxes --save out/ a fox")
        assert cell.status == "ok"
        assert "<figure" not in cell.html
        number = cell.reply["execution_count"]
        other = own.run("(type(foxes).__name__, foxes is _, foxes.done)")
    assert other.text == "('Background', True, False)"
    own.follow(ended(cell))
    assert cell.html.count("<figure") == 2
    assert "running" not in cell.text
    assert "<style" not in cell.html
    assert "✓ complete · qwen-image" in cell.text
    assert re.search(r"saved: \S+/out/a-fox-3\.png, \S+-4\.png", cell.text)
    assert len(cell.outputs) == 3, "the note, the pictures, and where they were saved"
    assert len(other.outputs) == 1
    own.run("%sophnet jobs")
    assert own.value(f"(len(foxes.images), Out[{number}].response is foxes)") == (2, True)
    early = [data for _, _, data in cell.updates if "seed 3" in data.get("text/plain", "")]
    assert "seed 4: not begun yet" in early[0]["text/plain"]
    assert "sophnet-running-" in early[0]["text/html"], "hides a button that is dead"


def test_it_is_awaited_like_any_answer(own):
    assert own.run("fox = %imagine -b --seed 9 a fox").status == "ok"
    cell = own.run("response = await fox\n(response.ending, len(response.images))")
    assert cell.text == "('complete', 1)"
    assert own.run("fox.response").html.count("<figure") == 1


def test_cancelling_says_that_the_service_goes_on_and_keeps_the_task(slow):
    cell = slow.run(f"{PAINT} -o hen a hen in snow")
    slow.follow(lambda: "task " in cell.text)
    assert "Cancel ends the waiting" not in cell.text, "that is for the button"
    number = cell.reply["execution_count"]
    assert re.search(rf"\[{number}\].*running.*a hen", slow.run("%sophnet jobs").text, re.DOTALL)
    said = slow.run(f"%sophnet cancel {number}").printed()
    assert f"[{number}] stopped" in said
    assert "The service goes on with the task" in said
    slow.follow(ended(cell))
    assert "■ stopped" in cell.text
    assert "The service goes on with the task" in cell.text
    assert cell.errors == []
    assert "a hen in snow · seed 3" in slow.run("%sophnet tasks").text
    slow.run("%sophnet tasks forget")


def test_the_button_cancels_by_the_line_that_works_while_a_cell_runs(slow, tmp_path):
    cell = slow.run(f"{PAINT} -o owl an owl")
    slow.follow(lambda: "task " in cell.text)
    press = (
        "from sophnet_jupyter.widgets.panel import line\n"
        "data = {'kind': 'cancel', 'view': 'v'}\n"
        "list(line._lines.values())[-1].receive({'content': {'data': data}})\n"
        "import os, time\n"
        f"while not os.path.exists({str(tmp_path / 'seen')!r}): time.sleep(0.05)"
    )
    busy = slow.send(press)
    slow.follow(ended(cell))
    assert not busy.idle
    (tmp_path / "seen").touch()
    slow.finish(busy)
    assert slow.value("owl.response.ending") == "stopped"
    # Nothing holds a button that has done its work.
    lines = "__import__('gc').collect() >= 0 and len(line._lines)"
    slow.follow(lambda: slow.value(lines) == 0)
    slow.run("%sophnet tasks forget")


def test_an_error_is_drawn_in_its_own_cell(own):
    cell = own.run("%imagine -b -o broken -m no-such-model a fox")
    assert cell.status == "ok"
    own.follow(ended(cell))
    drawn = [output["data"]["text/plain"] for output in cell.outputs]
    assert any(words.startswith(("NotFound: ", "BadRequest", "InvalidRequest")) for words in drawn)
    own.follow(lambda: own.value("broken.state") == "failed")


def test_a_batch_run_waits_and_has_the_pictures(start_kernel, studio):
    with start_kernel(SOPHNET_SANDBOX_URL=studio.root) as batch:
        cell = batch.run("handle = %imagine -b --seed 3 --save fox.png a fox", allow_stdin=False)
        assert "waits for it" in cell.printed()
        assert cell.html.count("<figure") == 1
        assert "saved: fox.png" in cell.text
        assert "not begun" not in cell.text
        assert batch.value("(handle.done, handle.response.ending)") == (True, "complete")
        failed = batch.run("%imagine -b -m no-such-model a fox", allow_stdin=False)
        assert len(failed.errors) == 1


def test_under_capture_the_cell_waits(own):
    own.run("%%capture cap\nhandle = %imagine -b --seed 3 a fox")
    assert own.value("(handle.done, 'waits for it' in cap.stdout, len(cap.outputs))") == (
        True,
        True,
        1,
    )


def test_a_terminal_is_told_before_its_next_prompt(environment, studio):
    pty = pytest.importorskip("pty")
    screen, inside = pty.openpty()
    settings = {"SOPHNET_SANDBOX_URL": studio.root, "TERM": "dumb", "COLUMNS": "200"}
    with subprocess.Popen(
        [sys.executable, "-m", "IPython", "--simple-prompt", "--colors=NoColor", "--no-banner"],
        stdin=inside,
        stdout=inside,
        stderr=inside,
        env=environment(**settings),
    ) as process:
        os.close(inside)
        shown = ""

        def type_line(line, until=r"\nIn \[\d+\]: $"):
            nonlocal shown
            begin, deadline = len(shown), time.monotonic() + WITHIN
            os.write(screen, line.encode())
            while not re.search(until, shown[begin:], re.DOTALL):
                assert time.monotonic() < deadline, shown
                if select.select([screen], [], [], 0.1)[0]:
                    shown += os.read(screen, 65536).decode().replace("\r", "")
            return shown[begin:]

        type_line("", r"In \[1\]: $")
        type_line("%load_ext sophnet_jupyter\n")
        with studio.still():
            asked = type_line("job = %imagine -b --seed 3 a fox\n")
        assert "seed 3" not in asked.partition("\n")[2]
        waited = type_line("job.wait(50).ending\n")
        before, _, after = waited.partition("— [2] a fox —")
        assert "'complete'" in before
        assert "seed 3" in after
        assert "✓ complete" in after
        process.kill()
    os.close(screen)
