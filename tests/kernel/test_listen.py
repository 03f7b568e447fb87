"""``%listen`` in a real kernel, with files in place of a microphone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from ..kernels import PRESS

pytestmark = pytest.mark.kernel

# Sound in which the sandbox's script hears these numbers, 100 ms each; zeros are silence.
TALK = f"""
from array import array
from pathlib import Path
from sophnet_jupyter import Client, Microphone
client_of_test = Client()
def spoken(*numbers):
    samples = array("h")
    for number in numbers:
        samples.extend([number] * 1600)
    return samples.tobytes()
Path("talk.raw").write_bytes(spoken({", ".join(map(str, [1, 2, 3, 0, 0, 0, 4, 5]))}))
"""


@pytest.fixture(scope="module")
def listening(
    start_sandbox: Callable[..., AbstractContextManager[Any]],
    start_kernel: Callable[..., AbstractContextManager[Any]],
) -> Iterator[Any]:
    with (
        start_sandbox("--quirk", "scripted_speech") as sandbox,
        start_kernel(SOPHNET_SANDBOX_URL=sandbox.root) as kernel,
    ):
        assert kernel.run(TALK).status == "ok"
        yield kernel


def test_a_file_is_heard_and_waited_for(listening: Any) -> None:
    cell = listening.run("%listen talk.raw --pace 0 --keep --save said.srt")
    assert cell.status == "ok", cell.text
    assert listening.value("mic.text") == "1 2 3\n4 5"
    assert listening.value("[(s.begin, s.end) for s in mic.sentences]") == [(0, 550), (600, 800)]
    assert listening.value("Path('said.srt').read_text()").startswith(
        "1\n00:00:00,000 --> 00:00:00,550\n1 2 3\n"
    )
    assert listening.value("mic.audio[:4], len(mic.audio) - 44") == (b"RIFF", 800 * 32)
    assert listening.value("mic.phase, mic.busy") == ("ready", False)
    assert "1 2 3" in cell.html, "the still form has the sentences"
    assert "data:audio/wav;base64," in cell.html


def test_a_line_says_how_bare_samples_are_read(listening: Any) -> None:
    cell = listening.run("%listen talk.raw --pace 0 --sample-rate 8000 --no-heartbeat -o slow")
    assert cell.status == "ok", cell.text
    assert listening.value("slow.sentences[-1].end") == 1_600
    assert "sample_rate" in listening.run("%listen talk.raw --sample-rate 3").text


def test_a_variable_is_heard_too_and_times_go_on(listening: Any) -> None:
    assert listening.run("import numpy; samples = numpy.frombuffer(spoken(7, 8), '<i2')").status
    assert listening.run("%listen samples --pace 0 -o other").status == "ok"
    assert listening.value("other.text") == "7 8"
    assert listening.run("other.start(); await other.until(2, within=20)").status == "ok"
    assert listening.value("[s.begin for s in other.sentences]") == [0, 200]


def test_what_waits_for_a_word_goes_on_as_soon_as_it_was_said(listening: Any) -> None:
    code = """
heard = []
Path("longer.raw").write_bytes(spoken(1, 2, 3, 0, 0, 0, 4, 5, *[0] * 60))
m = Microphone(client_of_test, "longer.raw", pace=1)
m.on_final(lambda sentence: heard.append(sentence.text))
m.start()
text = await m.until("2 3", within=30)
early = m.busy
everything = await m.until(within=30)
"""
    cell = listening.run(code)
    assert cell.status == "ok", cell.text
    assert listening.value("(text, early, everything)") == ("1 2 3", True, "1 2 3\n4 5")
    assert listening.value("heard") == ["1 2 3", "4 5"]
    missed = listening.run("await m.until('never said', within=5)")
    assert "stopped before that was said" in missed.text


def test_an_interrupt_hangs_up_and_keeps_what_was_said(listening: Any) -> None:
    listening.run("Path('long.raw').write_bytes(spoken(*[1, 2, 0, 0, 0] * 100))")
    listening.run(PRESS)
    cell = listening.run("press_when(lambda: long.text)\n%listen long.raw --pace 1 -o long")
    assert cell.errors[0]["ename"] == "Stopped"
    assert listening.value("long.text.startswith('1 2')")
    assert listening.run("await long.until(within=50)").status == "ok"
    assert listening.value("long.phase") == "stopped"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("%listen none.wav", "There is no file none.wav."),
        ("%listen --pace 0", "are for a file"),
        ("%listen talk.raw --pace -1", "pace is 0 or more"),
        ("%listen -o 'a b'", "variable's name"),
    ],
)
def test_wrong_use_is_one_sentence(listening: Any, line: str, said: str) -> None:
    cell = listening.run(line)
    assert cell.status == "error"
    assert said in cell.text
    assert len(cell.text) < 600


def test_a_microphone_waits_for_the_browser(listening: Any) -> None:
    cell = listening.run("%listen")
    assert cell.status == "ok"
    assert "press Start" in cell.html
    assert listening.value("mic.text, mic.busy") == ("", False)


def test_frames_of_a_browser_become_sentences_and_gaps_are_told(listening: Any) -> None:
    """The comm's messages as a browser sends them, without one."""
    code = """
from sophnet_jupyter.widgets.hearing import uplink
m = Microphone(client_of_test, keep=True)
def up(data=b"", **facts):
    receiver = uplink._uplinks[m.key]
    receiver.receive({"content": {"data": facts}, "buffers": [data] if data else []})
up(kind="begin", take=7, sample_rate=16000, label="Fake")
pieces = [spoken(n) for n in (1, 2, 3, 0, 0, 0, 4, 5)]
for seq, piece in enumerate(pieces):
    up(piece, kind="frame", take=7, seq=seq if seq < 4 else seq + 2, t=1000.0 + 100 * seq)
up(b"", kind="frame", take=6, seq=0, t=0.0)
up(kind="end", take=7, frames=11)
text = await m.until(within=30)
"""
    cell = listening.run(code)
    assert cell.status == "ok", cell.text
    assert listening.value("text") == "1 2 3\n4 5"
    assert listening.value("len(m.audio) - 44") == 8 * 3200
