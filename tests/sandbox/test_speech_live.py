"""The sandbox's streaming recogniser: what it demands, and how it ends a line."""

from __future__ import annotations

import contextlib
import json
import platform
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import psutil
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from ..scripted import spoken

GOOD = {"apikey": "sandbox", "format": "pcm", "sample_rate": "16000", "heartbeat": "true"}
Dial = Callable[..., ClientConnection]


@pytest.fixture(scope="module")
def scripted(started: Callable[..., AbstractContextManager[Any]]) -> Iterator[Any]:
    with started("--quirk", "scripted_speech") as sandbox:
        yield sandbox


@pytest.fixture
def dial(scripted: Any) -> Iterator[Dial]:
    """Opens a line as a client would, with what is given in place of the right query."""
    lines = contextlib.ExitStack()

    def dial(
        path: str = "easyllms", *, switches: str = "", **query: str | None
    ) -> ClientConnection:
        fields = {name: value for name, value in {**GOOD, **query}.items() if value is not None}
        words = "&".join(f"{name}={value}" for name, value in fields.items())
        url = f"ws://127.0.0.1:{scripted.port}/api/open-apis/projects/{path}/stream-speech?{words}"
        headers = {"x-sandbox-faults": switches}
        return lines.enter_context(connect(url, additional_headers=headers, proxy=None))

    with lines:
        yield dial


def closed(line: ClientConnection) -> tuple[int, str]:
    """Read until the end: the code and the words of the good-bye."""
    messages(line)
    return line.close_code or 0, line.close_reason or ""


def messages(line: ClientConnection) -> list[dict[str, Any]]:
    """What comes until the line is closed."""
    heard = []
    with contextlib.suppress(ConnectionClosed):
        while True:
            heard.append(json.loads(line.recv(timeout=60)))
    return heard


def test_a_line_begins_with_ok_and_ends_after_bye_with_the_last_sentence(dial: Dial) -> None:
    line = dial()
    assert line.response.headers["x-sandbox"] == "1"
    assert json.loads(line.recv(timeout=60)) == {"status": "ok"}
    line.send(spoken(1, 2))
    first = json.loads(line.recv(timeout=60))
    assert first == {
        "text": "1",
        "begin_time": 0,
        "end_time": None,
        "words": ["Word(beginTime=0, endTime=50, text=1, punctuation=, fixed=false)"],
        "is_sentence_end": False,
    }
    line.send("BYE")
    rest = [json.loads(line.recv(timeout=60)) for _ in range(2)]
    assert [each["is_sentence_end"] for each in rest] == [False, True]
    assert (rest[1]["text"], rest[1]["end_time"]) == ("1 2", 200)
    assert closed(line) == (1000, "")


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({"apikey": "wrong"}, "the API key is not valid"),
        ({"apikey": None}, "the API key is not valid"),
        ({"format": "ogg"}, "format must be one of pcm, wav"),
        ({"sample_rate": None}, "sample_rate is required"),
        ({"sample_rate": "high"}, "sample_rate must be a number"),
        ({"heartbeat": "True"}, "heartbeat must be true or false"),
        ({"path": "p1/easyllms"}, "easyllm_id is required"),
    ],
)
def test_a_wrong_address_is_closed_before_ok(
    dial: Dial, query: dict[str, str | None], words: str
) -> None:
    path = query.pop("path", None) or "easyllms"
    line = dial(path, **query)
    code, said = closed(line)
    assert code == 1008
    assert words in said


def test_sound_before_ok_and_words_other_than_bye_end_the_line(
    started: Callable[..., AbstractContextManager[Any]], dial: Dial
) -> None:
    line = dial()
    line.recv(timeout=60)
    line.send('"BYE"')
    assert closed(line) == (1007, "the only text that may be sent is BYE")
    with started("--quirk", "scripted_speech", "--first-token", "5") as slow:
        words = "&".join(f"{name}={value}" for name, value in GOOD.items())
        root = f"ws://127.0.0.1:{slow.port}/api/open-apis"
        with connect(f"{root}/projects/easyllms/stream-speech?{words}", proxy=None) as line:
            line.send(spoken(1))
            assert closed(line) == (1008, "nothing may be sent before ok has come")


def test_silence_keeps_a_line_open_only_with_heartbeat(dial: Dial) -> None:
    line = dial(heartbeat="false", switches="line_idle=0.3")
    line.recv(timeout=60)
    with contextlib.suppress(ConnectionClosed):
        while True:
            line.send(spoken(0))
    assert line.close_code == 1000
    # So long that a busy machine sends the next of it in time.
    line = dial(switches="line_idle=4")
    line.recv(timeout=60)
    for _ in range(24):
        line.send(spoken(0))
        with pytest.raises(TimeoutError):
            line.recv(timeout=0.2)
    assert line.close_code is None
    assert closed(line) == (1000, ""), "without any sound it is closed all the same"


@pytest.mark.parametrize(
    ("fault", "code"), [("early_close=4003", 4003), ("line_cut=1", 1006), ("line_close=1", 1011)]
)
def test_faults_end_a_line_as_they_say(dial: Dial, fault: str, code: int) -> None:
    line = dial(switches=fault)
    if not fault.startswith("early"):
        line.recv(timeout=60)
        line.send(spoken(1, 2, 3))
    assert closed(line)[0] == code


def test_a_refusal_comes_as_an_answer_in_http(dial: Dial) -> None:
    with pytest.raises(InvalidStatus) as caught:
        dial(switches="line_refused")
    assert caught.value.response.status_code == 401
    assert json.loads(caught.value.response.body)["message"] == "the API key is not valid"
    with pytest.raises(InvalidStatus) as caught:
        dial(switches="no_such_fault")
    assert caught.value.response.status_code == 400


def test_a_line_too_many_is_refused_with_a_reason_until_one_has_ended(
    started: Callable[..., AbstractContextManager[Any]],
) -> None:
    with started("--quirk", "scripted_speech", "--lines", "2") as small:
        words = "&".join(f"{name}={value}" for name, value in GOOD.items())
        root = f"ws://127.0.0.1:{small.port}/api/open-apis/projects/easyllms/stream-speech?{words}"
        with connect(root, proxy=None) as first, connect(root, proxy=None) as second:
            for line in (first, second):
                line.recv(timeout=60)
            with pytest.raises(InvalidStatus) as caught:
                connect(root, proxy=None)
            assert caught.value.response.status_code == 429
            assert "hears 2 live lines at once" in bytes(caught.value.response.body or b"").decode()
            first.send("BYE")
            assert closed(first)[0] == 1000
            # The server has let go of the line a moment after it said good-bye.
            while True:
                with contextlib.suppress(InvalidStatus), connect(root, proxy=None) as third:
                    third.recv(timeout=60)
                    break


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="others give back by themselves")
def test_lines_that_have_ended_leave_no_memory_behind(
    started: Callable[..., AbstractContextManager[Any]], eventually: Callable[..., None]
) -> None:
    pytest.importorskip("pocketsphinx")
    with started("--lines", "30") as own, contextlib.ExitStack() as lines:
        server = psutil.Process(own.process.pid)
        words = "&".join(f"{name}={value}" for name, value in GOOD.items())
        root = f"ws://127.0.0.1:{own.port}/api/open-apis/projects/easyllms/stream-speech?{words}"
        opened = [lines.enter_context(connect(root, proxy=None)) for _ in range(30)]
        for line in opened:
            line.recv(timeout=60)
            line.send(bytes(32_000))
        most = server.memory_info().rss
        for line in opened:
            line.send("BYE")
        for line in opened:
            closed(line)
        eventually(lambda: server.memory_info().rss < most - 100_000_000, within=30)


def test_the_engine_reads_what_espeak_says(sandbox: Any) -> None:
    pytest.importorskip("pocketsphinx")
    pytest.importorskip("espeakng_loader")
    from sophnet_jupyter.sandbox.engines.sound import voice

    pcm, rate = voice.speak("Please open the door.")
    silence = bytes(2 * rate // 2 * 2)
    words = "&".join(f"{name}={value}" for name, value in {**GOOD, "sample_rate": rate}.items())
    root = f"ws://127.0.0.1:{sandbox.port}/api/open-apis"
    with connect(f"{root}/projects/easyllms/stream-speech?{words}", proxy=None) as line:
        line.recv(timeout=60)
        line.send(silence + pcm + silence)
        line.send("BYE")
        heard = messages(line)
    assert [each["text"] for each in heard if each["is_sentence_end"]] == ["Please open the door."]
    assert any(not each["is_sentence_end"] for each in heard), "parts of it come before"
    assert 700 < heard[-1]["begin_time"] < 1300
