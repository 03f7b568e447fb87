"""
An answer is whole wherever it is shown, also where nothing that was shown is ever replaced.

Output widgets, consoles and batch runs ignore updates: what they were first sent is all that their
reader sees. So each of these tests reads a cell as they do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

pytestmark = pytest.mark.kernel

SETUP = """
%load_ext sophnet_jupyter
from ipywidgets import Output
open("notes.txt", "w").write("# Notes\\n\\nThe meeting is on Friday.\\n\\nBring the plan.\\n")
def weather(city: str) -> str:
    "The weather in a city."
    return f"Rain in {city}."
table = [{"query": "red"}, {"query": "blue"}]
import openpyxl, wave
book = openpyxl.Workbook()
for row in [["region", "sales"], ["North", 10.5], ["South", 20]]:
    book.active.append(row)
book.save("q3.xlsx")
%excel put q3.xlsx
with wave.open("quiet.wav", "wb") as sound:
    sound.setnchannels(1); sound.setsampwidth(2); sound.setframerate(16000)
    sound.writeframes(bytes(32000))
"""
# What is asked, and words from its beginning and its end.
CASES = {
    "a chat": ("sophchat", "Count to 40", ("1, 2, 3", "39, 40", "complete")),
    "a long answer": ("sophchat", "Tell me a long story about a fox.", ("fox", "complete")),
    "a thought": ("sophchat", "--think What is 17 * 23?", ("The user writes", "391", "complete")),
    "a call": (
        "sophchat",
        "--tools weather --run-tools What is the weather in Paris?",
        ("weather", "Rain in Paris", "complete"),
    ),
    "vectors": ("embed", "\nred\nblue", ("red", "blue", "complete")),
    "an image": ("imagine", "a red fox", ("a red fox", "complete")),
    "a document": ("parse", "notes.txt", ("Notes", "Friday", "Bring the plan", "complete")),
    "a report": (
        "excel",
        "--files q3 Which region has most sales?",
        ("Reading q3.xlsx", "South", "complete"),
    ),
    "a video": ("animate", "--wait --duration 1 a red fox", ("a red fox", "complete")),
    "a recording": ("transcribe", "quiet.wav", ("quiet.wav", "complete")),
    "a voice": ("speak", "one two three", ("complete",)),
    "an app": ("dify", "\nred", ("red", "complete")),
    "rows": ("dify", "--each table -o rows\n{query}", ("2 of 2 rows",)),
    "files of a model": ("knowledge", "handbook add notes.txt", ("notes.txt", "ENABLED")),
}
# Interrupts the next answer that is drawn at its end, when some of it has come.
PRESS = """
import os, signal
from sophnet_jupyter.views.live.answer import WholeAnswer
def press(self, response, event):
    if "1, 2, 3" in response.text:
        WholeAnswer.on_event = usual
        os.kill(os.getpid(), signal.SIGINT)
usual, WholeAnswer.on_event = WholeAnswer.on_event, press
"""


def cell(magic: str, said: str) -> str:
    line, newline, body = said.partition("\n")
    if newline:
        return f"get_ipython().run_cell_magic({magic!r}, {line!r}, {body!r})"
    return f"get_ipython().run_line_magic({magic!r}, {line!r})"


@pytest.fixture(scope="module")
def sandbox(start_sandbox: Callable[..., Any]) -> Iterator[Any]:
    with start_sandbox("--tokens-per-second", "200", "--task-seconds", "0.5") as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def kernel(start_kernel: Any, sandbox: Any) -> Iterator[Any]:
    with start_kernel(load=False, SOPHNET_SANDBOX_URL=sandbox.root) as kernel:
        assert kernel.run(SETUP).status == "ok"
        yield kernel


@pytest.fixture
def console(kernel: Any) -> Iterator[Any]:
    """The same kernel, asked by a client that sends what `jupyter console` does."""
    kernel.names_cells, kernel.client.session.metadata = False, {}
    yield kernel
    kernel.names_cells = True


def check(outcome: Any, wanted: tuple[str, ...]) -> None:
    assert outcome.status == "ok", outcome.reply
    seen = outcome.text_without_updates
    assert [word for word in wanted if word not in seen] == [], seen


@pytest.mark.parametrize(("magic", "line", "wanted"), CASES.values(), ids=CASES)
def test_an_answer_is_whole_in_an_output_widget(
    kernel: Any, magic: str, line: str, wanted: tuple[str, ...]
) -> None:
    check(kernel.run(f"with Output():\n    _ = {cell(magic, line)}"), wanted)


@pytest.mark.parametrize(("magic", "line", "wanted"), CASES.values(), ids=CASES)
def test_an_answer_is_whole_in_a_console(
    console: Any, magic: str, line: str, wanted: tuple[str, ...]
) -> None:
    outcome = console.run(f"_ = {cell(magic, line)}")
    check(outcome, wanted)


@pytest.mark.parametrize(("magic", "line", "wanted"), CASES.values(), ids=CASES)
def test_an_answer_is_whole_in_a_batch_run(
    kernel: Any, magic: str, line: str, wanted: tuple[str, ...]
) -> None:
    check(kernel.run(f"_ = {cell(magic, line)}", allow_stdin=False), wanted)


def test_an_interrupted_answer_is_whole_in_an_output_widget(kernel: Any) -> None:
    assert kernel.run(PRESS).status == "ok"
    outcome = kernel.run(f"with Output():\n    {cell('sophchat', 'Count to 9000')}")
    # The widget shows the error, and lets the cell go on.
    assert "Stopped" in outcome.text_without_updates
    assert "1, 2, 3" in outcome.text_without_updates
    assert "stopped" in outcome.text_without_updates


def test_an_answer_in_the_background_is_whole_in_an_output_widget(kernel: Any) -> None:
    # There the end of the cell is the end of what the widget takes: the cell waits.
    code = f"with Output():\n    {cell('sophchat', '--background Count to 40')}"
    check(kernel.run(code), ("1, 2, 3", "39, 40", "complete"))


def test_an_answer_in_the_background_is_whole_in_a_console_with_its_next_cell(
    console: Any, sandbox: Any
) -> None:
    with sandbox.still():
        begun = console.run(cell("sophchat", "--background -o job Count to 40"))
    assert "39, 40" not in begun.text_without_updates
    check(console.run("job.wait()"), ("1, 2, 3", "39, 40", "complete"))


def test_interact_shows_whole_answers(kernel: Any) -> None:
    code = "from ipywidgets import interact\n"
    code += f"_ = interact(lambda n: {cell('sophchat', 'Count to 40')}, n=(1, 3))"
    check(kernel.run(code), ("1, 2, 3", "39, 40", "complete"))


def test_behind_an_output_widget_a_cell_is_watched_again(kernel: Any) -> None:
    outcome = kernel.run(f"with Output():\n    pass\n_ = {cell('sophchat', 'Count to 40')}")
    assert len(outcome.updates) > len(outcome.unchanged), "nothing was updated"
