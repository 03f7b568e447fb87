"""The kernel's side of the voice studio, in front of a sandbox and without a browser."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from sophnet_jupyter import Client
from sophnet_jupyter.files import wav
from sophnet_jupyter.providers.sophnet.voice import voices
from sophnet_jupyter.widgets.uploads.uploads import Upload
from sophnet_jupyter.widgets.voice_studio.panel import VoiceStudio

from ..waiting import wait

SOUND = wav.head(3_200, 16_000, 1) + bytes(3_200)


@pytest.fixture
def studio(sandbox: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> VoiceStudio:
    monkeypatch.setattr(voices, "_made", {})
    monkeypatch.setenv("SOPHNET_SANDBOX_URL", sandbox.root)
    panel = VoiceStudio(Client(), voices=["bea"])
    told: list[dict[str, Any]] = []
    panel.send = lambda content, buffers=None: told.append(content)  # type: ignore[method-assign]
    panel.told = told  # type: ignore[attr-defined]
    return panel


def command(panel: VoiceStudio, kind: str, **facts: Any) -> None:
    data = {"kind": kind, "view": "v", **facts}
    panel._line.receive({"content": {"data": data}, "buffers": []})


def events(panel: VoiceStudio, kind: str) -> list[dict[str, Any]]:
    return [each for each in panel.told if each["kind"] == kind]  # type: ignore[attr-defined]


def test_a_recording_becomes_a_voice_that_can_be_chosen(studio: VoiceStudio) -> None:
    studio._received(Upload("ada.wav", SOUND, size=len(SOUND)))
    assert studio.state()[0]["recording"] == "ada.wav"
    command(studio, "make", name=" ada ", text="Hello", agreed=True)
    wait(lambda: events(studio, "voices"))
    [made] = events(studio, "voices")
    assert made["chosen"] == "ada"
    assert [group["label"] for group in made["voices"]] == ["yours", "cosyvoice-v1", "cosyvoice-v2"]
    assert made["voices"][2]["names"][0] == "ada"
    wait(lambda: not studio.busy)
    assert studio.phase == "ready"
    # The next voice is made of another recording.
    assert studio.state()[0]["recording"] == ""


def test_no_voice_is_made_of_nothing_or_of_somebody_who_was_not_asked(studio: VoiceStudio) -> None:
    command(studio, "make", name="ada", text="", agreed=True)
    wait(lambda: "drop one first" in str(events(studio, "error")) and not studio.busy)
    studio._received(Upload("ada.wav", SOUND, size=len(SOUND)))
    command(studio, "make", name="ada", text="", agreed=False)
    wait(lambda: "has agreed" in str(events(studio, "error")) and not studio.busy)
    command(studio, "make", name="not a name", text="", agreed=True)
    wait(lambda: "is a letter" in str(events(studio, "error")))
    wait(lambda: not studio.busy)
    # The recording is kept for another try.
    assert studio.state()[0]["recording"] == "ada.wav"
    assert not events(studio, "voices")


def test_a_client_without_voices_of_recordings_is_not_offered_any() -> None:
    panel = VoiceStudio(SimpleNamespace(voice=SimpleNamespace(voices={"m": ("a",)})))
    assert not panel.state()[0]["makes"]
    assert panel.uploads is None
