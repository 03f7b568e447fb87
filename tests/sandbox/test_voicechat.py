"""The sandbox's voice chat: what it demands, what it answers, and how it goes wrong."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import time
from base64 import b64decode
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from ..scripted import spoken

has_engines = all(importlib.util.find_spec(name) for name in ("av", "espeakng_loader"))
pytestmark = pytest.mark.skipif(not has_engines, reason="the engines are not installed")

GOOD = {
    "model": "m",
    "token": "Bearer%20sandbox",
    "asr_easyllm_id": "ears",
    "tts_easyllm_id": "mouth",
}
SETUP: dict[str, Any] = {
    "create_transcription_task_req": {"speech_recognition_param": {"format": "pcm"}},
    "chat_completion_with_voice_output_req": {
        "chat_completion_req": {"messages": [{"role": "system", "content": "Be brief."}]},
        "speech_synthesis_req": {},
    },
}
Dial = Callable[..., "Caller"]


class Caller:
    """A client in few words."""

    def __init__(self, line: ClientConnection) -> None:
        self.line = line

    def say(self, event: str, **facts: Any) -> None:
        self.line.send(json.dumps({"event_type": event, **facts}))

    def setup(self, setup: object = SETUP) -> dict[str, Any]:
        self.say("chat.update", message=json.dumps(setup))
        return self.hear()

    def hear(self) -> dict[str, Any]:
        return json.loads(self.line.recv(timeout=60))

    def until(self, kind: str) -> list[dict[str, Any]]:
        heard = [self.hear()]
        while heard[-1].get("event_type") != kind:
            heard.append(self.hear())
        return heard

    def rest(self) -> list[dict[str, Any]]:
        heard = []
        with contextlib.suppress(ConnectionClosed):
            while True:
                heard.append(self.hear())
        return heard


@pytest.fixture(scope="module")
def scripted(started: Callable[..., AbstractContextManager[Any]]) -> Iterator[Any]:
    with started("--quirk", "scripted_speech") as sandbox:
        yield sandbox


@pytest.fixture
def dial(scripted: Any) -> Iterator[Dial]:
    """Opens a line as a client would, with what is given in place of the right query."""
    lines = contextlib.ExitStack()

    def dial(*, faults: str = "", quirks: str = "", speed: str = "", **query: str) -> Caller:
        words = "&".join(f"{name}={value}" for name, value in {**GOOD, **query}.items())
        path = "api/open-apis/projects/p/chat/speech-chat"
        url = f"ws://127.0.0.1:{scripted.port}/{path}?{words}"
        headers = {"x-sandbox-faults": faults, "x-sandbox-quirks": quirks}
        if speed:
            headers["x-sandbox-tokens-per-second"] = speed
        line = connect(url, additional_headers=headers, proxy=None)
        return Caller(lines.enter_context(line))

    with lines:
        yield dial


@pytest.fixture
def chat(dial: Dial) -> Dial:
    """Opens a chat that is set up."""

    def chat(**switches: str) -> Caller:
        caller = dial(**switches)
        assert caller.hear() == {"status": 0, "message": "", "event_type": "chat.created"}
        assert caller.setup()["status"] == 0
        return caller

    return chat


def test_a_turn_is_heard_taken_and_answered_in_words_and_sound(chat: Dial) -> None:
    caller = chat()
    for question in ((1, 2), (3, 4)):
        caller.line.send(spoken(*question, 0, 0, 0))
        caller.say("input_audio_buffer.complete")
        heard = caller.until("input_audio_buffer.completed")
        last = heard[-2]
        assert (last["text"], last["is_sentence_end"]) == (" ".join(map(str, question)), True)
        answer = caller.until("conversation.chat.completed")
        words = [each["choices"][0] for each in answer if each.get("choices")]
        assert words[-1]["finish_reason"] == "stop"
        sound = [each for each in answer if "audioFrame" in each]
        assert sound[-1]["status"] == "finish"
        assert b64decode("".join(each["audioFrame"] or "" for each in sound[:1]))
        assert answer[-1] == {
            "status": 0,
            "message": "",
            "event_type": "conversation.chat.completed",
        }


@pytest.mark.parametrize(
    ("query", "status", "words"),
    [
        ({"token": "sandbox"}, 401, "token must be 'Bearer'"),
        ({"token": "Bearer%20wrong"}, 401, "the API key is not valid"),
        ({"model": ""}, 400, "model is required"),
        ({"asr_easyllm_id": ""}, 400, "asr_easyllm_id is required"),
        ({"tts_easyllm_id": ""}, 400, "tts_easyllm_id is required"),
        ({"model": "no-such-model"}, 404, "not found or not enabled"),
    ],
)
def test_a_wrong_address_is_answered_with_a_chat_that_is_not_created(
    dial: Dial, query: dict[str, str], status: int, words: str
) -> None:
    caller = dial(**query)
    said = caller.hear()
    assert (said["event_type"], said["status"]) == ("chat.created", status)
    assert words in said["message"]
    assert caller.rest() == []
    assert caller.line.close_code == 1008


def wrong(**changes: Any) -> dict[str, Any]:
    both = SETUP["chat_completion_with_voice_output_req"]
    return {**SETUP, "chat_completion_with_voice_output_req": {**both, **changes}}


@pytest.mark.parametrize(
    ("message", "words"),
    [
        (SETUP, "JSON text"),
        ("{", "not JSON"),
        ("{}", "create_transcription_task_req is required"),
        ('{"create_transcription_task_req": {}}', "voice_output_req is required"),
        (json.dumps(wrong(chat_completion_req=None)), "chat_completion_req is required"),
        (json.dumps(wrong(speech_synthesis_req=None)), "speech_synthesis_req is required"),
        (json.dumps(wrong(chat_completion_req={"temperature": 3})), "temperature"),
        (json.dumps(wrong(chat_completion_req={"stream": False})), "stream: true"),
        (json.dumps({**SETUP, "asr_mode": "offline"}), "asr_mode must be one of"),
        (
            json.dumps({**SETUP, "create_transcription_task_req": {"format": "midi"}}),
            "format must be one of",
        ),
    ],
)
def test_a_setup_that_is_not_as_documented_is_an_error(
    dial: Dial, message: object, words: str
) -> None:
    caller = dial()
    caller.hear()
    caller.say("chat.update", message=message)
    said = caller.hear()
    assert (said["event_type"], said["status"]) == ("error", 400)
    assert words in said["message"]
    assert caller.setup() == {"status": 0, "message": "", "event_type": "chat.updated"}


def test_what_the_document_only_shows_is_ignored(dial: Dial) -> None:
    shown = wrong(
        chat_completion_req={"model": "", "service_uuid": "", "service_id": ""},
        speech_synthesis_req={"stream": True},
    )
    caller = dial()
    caller.hear()
    assert caller.setup(shown)["event_type"] == "chat.updated"
    caller.line.send(spoken(1, 0, 0, 0))
    caller.say("input_audio_buffer.complete")
    answer = caller.until("conversation.chat.completed")
    assert {each["model"] for each in answer if "choices" in each} == {GOOD["model"]}


def test_nothing_may_be_sent_before_the_chat_is_created(
    started: Callable[..., AbstractContextManager[Any]],
) -> None:
    with started("--quirk", "scripted_speech", "--first-token", "5") as sandbox:
        words = "&".join(f"{name}={value}" for name, value in GOOD.items())
        path = "api/open-apis/projects/p/chat/speech-chat"
        with connect(f"ws://127.0.0.1:{sandbox.port}/{path}?{words}", proxy=None) as line:
            caller = Caller(line)
            caller.say("ping")
            assert "before chat.created" in caller.hear()["message"]
            assert caller.rest() == []


def test_events_that_come_too_early_too_late_or_unknown_are_errors(chat: Dial) -> None:
    caller = chat()

    def refused(event: str, **facts: Any) -> str:
        caller.say(event, **facts)
        said = caller.hear()
        assert said["status"] != 0
        return said["message"]

    assert "nothing to clear" in refused("input_audio_buffer.clear")
    assert "no answer to cancel" in refused("conversation.chat.cancel")
    assert "not known" in refused("conversation.restart")
    caller.line.send("complete")
    assert "must be JSON" in caller.hear()["message"]
    caller.line.send(spoken(0))
    assert "not allowed any more" in refused("chat.update", message=json.dumps(SETUP))
    caller.say("input_audio_buffer.complete")
    heard = caller.until("conversation.chat.completed")
    kinds = [each["event_type"] for each in heard]
    assert kinds == ["input_audio_buffer.completed", "error", "conversation.chat.completed"]
    assert "nothing was recognised" in heard[1]["message"]


def test_what_was_cleared_is_forgotten_and_what_the_setup_says_is_not(chat: Dial) -> None:
    caller = chat()
    caller.line.send(spoken(7))
    caller.say("input_audio_buffer.clear")
    assert any(each.get("text") == "7" for each in caller.until("input_audio_buffer.cleared"))
    caller.line.send(spoken(8))
    caller.say("input_audio_buffer.complete")
    heard = caller.until("input_audio_buffer.completed")
    assert [each["text"] for each in heard if each.get("is_sentence_end")] == ["8"]
    caller.until("conversation.chat.completed")
    caller.say("conversation.clear")
    assert caller.hear()["event_type"] == "conversation.cleared"
    caller.say("ping")
    assert caller.hear()["event_type"] == "pong"


@pytest.mark.parametrize(("mode", "expected"), [("online", ["5", "6"]), ("refresh", ["6"])])
def test_a_cancelled_answer_ends_and_sound_of_meanwhile_is_kept_only_online(
    dial: Dial, mode: str, expected: list[str]
) -> None:
    caller = dial(speed="20")
    caller.hear()
    caller.setup({**SETUP, "asr_mode": mode})
    caller.line.send(spoken(1))
    caller.say("input_audio_buffer.complete")
    caller.until("input_audio_buffer.completed")
    assert "choices" in caller.hear()
    caller.line.send(spoken(5, 0, 0, 0))
    caller.say("input_audio_buffer.complete")
    caller.say("conversation.chat.cancel")
    heard = caller.until("conversation.chat.completed")
    typed = [each for each in heard if "event_type" in each]
    assert [each["event_type"] for each in typed] == [
        "error",
        "conversation.chat.canceled",
        "conversation.chat.completed",
    ]
    assert "cancel it first" in typed[0]["message"]
    caller.line.send(spoken(6))
    caller.say("input_audio_buffer.complete")
    heard = caller.until("input_audio_buffer.completed")
    assert [each["text"] for each in heard if each.get("is_sentence_end")] == expected


def test_odd_forms_are_switched_on_by_name(dial: Dial) -> None:
    caller = dial(quirks="chat_update_echo,audio_dict,data_frames")
    caller.hear()
    assert caller.setup()["event_type"] == "chat.update"
    caller.line.send(spoken(1))
    caller.say("input_audio_buffer.complete")
    caller.until("input_audio_buffer.completed")
    texts = []
    while "conversation.chat.completed" not in (text := str(caller.line.recv(timeout=60))):
        texts.append(text)
    assert all(text.startswith("data:{") for text in texts)
    sounds = [json.loads(text[5:]).get("audioFrame") for text in texts]
    assert any(isinstance(sound, dict) and sound["array"] for sound in sounds)


@pytest.mark.parametrize(
    ("fault", "before"),
    [
        ("drop_connecting", None),
        ("drop_listening", "text"),
        ("drop_thinking", "event_type"),
        ("drop_speaking", "audioFrame"),
    ],
)
def test_a_line_can_break_in_each_state(dial: Dial, fault: str, before: str | None) -> None:
    caller = dial(faults=f"{fault}=1000")
    if before:
        caller.hear()
        caller.setup()
        caller.line.send(spoken(1, 2))
        with contextlib.suppress(ConnectionClosed):
            caller.say("input_audio_buffer.complete")
    heard = caller.rest()
    assert caller.line.close_code is None or caller.line.close_code == 1006
    assert not heard if before is None else before in heard[-1]


def test_a_slow_voice_comes_after_its_words_and_whole(chat: Dial) -> None:
    caller = chat(faults="slow_voice=2")
    caller.line.send(spoken(1))
    caller.say("input_audio_buffer.complete")
    caller.until("input_audio_buffer.completed")
    assert caller.hear()["choices"]
    worded = time.monotonic()
    while "audioFrame" not in (heard := caller.hear()):
        continue
    assert time.monotonic() - worded > 0.5
    rest = [heard, *caller.until("conversation.chat.completed")]
    assert [each["status"] for each in rest if "audioFrame" in each][-1] == "finish"


def test_an_answer_can_fail_in_its_middle_be_completed_twice_or_never_come(chat: Dial) -> None:
    caller = chat(faults="error_mid_stream=3,double_completed")
    caller.line.send(spoken(1))
    caller.say("input_audio_buffer.complete")
    heard = caller.until("conversation.chat.completed")
    assert [each.get("event_type") for each in heard[-2:]] == [
        "error",
        "conversation.chat.completed",
    ]
    assert caller.hear() == heard[-1]
    deaf = chat(faults="deaf_complete,line_idle=2")
    deaf.line.send(spoken(1))
    deaf.say("input_audio_buffer.complete")
    heard = deaf.rest()
    assert heard[-1]["event_type"] == "input_audio_buffer.completed"
    assert deaf.line.close_code == 1000
    assert "without a ping" in (deaf.line.close_reason or "")
