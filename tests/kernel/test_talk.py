"""``%talk`` in a real kernel, with files in place of a microphone."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from ..kernels import PRESS

has_engines = all(importlib.util.find_spec(name) for name in ("av", "espeakng_loader"))
pytestmark = [
    pytest.mark.kernel,
    pytest.mark.skipif(not has_engines, reason="the engines are not installed"),
]

# Sound in which the sandbox's script hears these numbers, 100 ms each.
SPOKEN = """
from array import array
from pathlib import Path
def spoken(*numbers):
    samples = array("h")
    for number in numbers:
        samples.extend([number] * 1600)
    return samples.tobytes()
Path("question.raw").write_bytes(spoken(1, 2, 3, 4))
two = [spoken(1, 2, 3, 4), spoken(5, 6, 7, 8)]
"""


@pytest.fixture(scope="module")
def talking(
    start_sandbox: Callable[..., AbstractContextManager[Any]],
    start_kernel: Callable[..., AbstractContextManager[Any]],
) -> Iterator[Any]:
    with (
        start_sandbox("--quirk", "scripted_speech", "--voice-speed", "0") as sandbox,
        start_kernel(SOPHNET_SANDBOX_URL=sandbox.root) as kernel,
    ):
        assert kernel.run(SPOKEN).status == "ok"
        yield kernel


def test_a_file_is_a_question_that_is_answered(talking: Any) -> None:
    cell = talking.run("%talk question.raw --pace 0 --keep --voice longwan")
    assert cell.status == "ok", cell.text
    assert talking.value("[(t.question, t.ending) for t in talk.turns]") == [
        ("1 2 3 4", "complete")
    ]
    assert talking.value("len(talk.turns[0].audio) > 1000, talk.phase") == (True, "ready")
    assert "1 2 3 4" in cell.html, "the still form has the conversation"
    assert "data:audio/mpeg;base64," in cell.html


def test_a_list_is_one_turn_each_and_becomes_a_table(talking: Any) -> None:
    assert talking.run("%talk two --pace 0 -o both").status == "ok"
    assert talking.value("list(both.to_frame().question)") == ["1 2 3 4", "5 6 7 8"]


def test_a_line_says_how_the_model_and_its_voice_are(talking: Any) -> None:
    line = "%talk question.raw --pace 0 --voice longwan --rate 1.5 --volume 70 -o quick"
    assert talking.run(f"{line} -x max_tokens=3 --no-heartbeat").status == "ok"
    assert talking.value("len(quick.turns[0].answer.split()) < 10") is True
    assert talking.value("quick._manner, quick.voice, quick._options") == (
        {"speech_rate": 1.5, "volume": 70.0},
        "longwan",
        {"chat": {"max_tokens": 3}, "heartbeat": False},
    )
    refused = talking.run("%talk question.raw --rate 9")
    assert "speech_rate" in refused.text


def test_an_interrupt_hangs_up_and_keeps_what_was_said(talking: Any) -> None:
    talking.run("many = [spoken(n, n, n, n, n, n, n, n, n, n) for n in range(1, 60)]")
    talking.run(PRESS)
    cell = talking.run("press_when(lambda: long.turns)\n%talk many -o long")
    assert cell.errors[0]["ename"] == "Stopped"
    assert talking.run("await long.until(within=50)").status == "ok"
    assert talking.value("long.phase, len(long.turns) > 0") == ("stopped", True)


INTERRUPTED = """
import os, signal, threading, time
from sophnet_jupyter import Client, VoiceChat
ids = dict(asr_easyllm_id="ears", tts_easyllm_id="mouth")
chat = VoiceChat(Client("sandbox", "{url}", "p", model="m"), two, pace=0, **ids)
seen, caught, handled = [], [], threading.Event()
def interrupt(change):
    # The signal that a front end's interrupt is, exactly while it is in that state.
    if change.new not in seen and change.new != "ready":
        seen.append(change.new)
        handled.clear()
        os.kill(os.getpid(), signal.SIGINT)
        handled.wait(20)
chat.observe(interrupt, "phase")
begun = False
while True:
    try:
        if not begun:
            begun = True
            chat.start()
        while chat.busy or not seen:
            time.sleep(0.01)
        break
    except KeyboardInterrupt:
        caught.append(chat.phase)
        handled.set()
"""


def test_an_interrupt_of_a_cell_reaches_the_conversation_in_no_state(
    talking: Any, start_sandbox: Callable[..., AbstractContextManager[Any]]
) -> None:
    options = ("--quirk", "scripted_speech", "--voice-speed", "0", "--fault", "drop_thinking")
    with start_sandbox(*options) as sandbox:
        cell = talking.run(INTERRUPTED.format(url=f"{sandbox.root}/api/open-apis"))
    assert cell.status == "ok", cell.text
    states = ["connecting", "listening", "thinking", "reconnecting", "speaking"]
    assert talking.value("seen == caught, seen") == (True, states)
    assert talking.value("[(turn.question, turn.ending) for turn in chat.turns]") == [
        ("1 2 3 4", "complete"),
        ("5 6 7 8", "complete"),
    ]
    assert talking.value("chat.error, chat.phase") == (None, "ready")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("%talk none.wav", "There is no file none.wav."),
        ("%talk --pace 0", "--pace is for a file"),
        ("%talk -o 'a b'", "variable's name"),
        ("%talk question.raw -m no-such-model", "not enabled"),
    ],
)
def test_wrong_use_is_one_sentence(talking: Any, line: str, said: str) -> None:
    cell = talking.run(line)
    assert cell.status == "error"
    assert said in cell.text
    assert len(cell.text) < 600


def test_without_a_file_it_waits_for_the_browser(talking: Any) -> None:
    cell = talking.run("%talk --push")
    assert cell.status == "ok"
    assert "press Start" in cell.html
    assert talking.value("talk.turns, talk.busy, talk.mode") == ([], False, "push-to-talk")


def test_a_script_needs_no_panel(talking: Any) -> None:
    code = """
import sophnet_jupyter
client = sophnet_jupyter.Client()
async with client.voicechat.connect(system="Be brief.", chat={"max_tokens": 20}) as session:
    await session.play(two[0], pace=0)
    response = await session.answer()
"""
    cell = talking.run(code)
    assert cell.status == "ok", cell.text
    assert talking.value("session.question, response.ending") == ("1 2 3 4", "complete")
    assert talking.value("response.audio[:2]") == b"\xff\xf3"
