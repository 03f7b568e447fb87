"""Voices that are made from recordings, against a sandbox."""

from __future__ import annotations

import io
import wave
from pathlib import Path
from types import SimpleNamespace

import pytest

from sophnet_jupyter import Client, Response, SettingsError
from sophnet_jupyter.errors import RequestRefused
from sophnet_jupyter.providers.sophnet.voice import voices

pytestmark = pytest.mark.anyio


@pytest.fixture(autouse=True)
def shared(sandbox: SimpleNamespace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOPHNET_SANDBOX_URL", sandbox.root)
    monkeypatch.setattr(voices, "_made", {})


def sound() -> bytes:
    file = io.BytesIO()
    with wave.open(file, "wb") as writer:
        writer.setnchannels(1)
        writer.setsampwidth(2)
        writer.setframerate(16_000)
        writer.writeframes(bytes(3_200))
    return file.getvalue()


async def test_a_voice_is_made_from_a_recording_and_speaks_by_its_name_alone() -> None:
    pytest.importorskip("espeakng_loader")
    async with Client() as client:
        with pytest.raises(RequestRefused, match="wants its model='cosyvoice-v2'"):
            await client.voice.speak("Hello", voice="ada-1")
        name = await client.voice.clone(sound(), "ada-1", filename="ada.wav", text="Hello")
        assert client.voice.voices["cosyvoice-v2"][0] == "ada-1"
        said = await client.voice.speak("Hello", voice=name)
    assert said.audio
    assert said.model == "cosyvoice-v2"


async def test_what_a_voice_is_made_of_needs_no_name_where_it_says_what_it_is(
    tmp_path: Path,
) -> None:
    (tmp_path / "recorded").write_bytes(sound())
    async with Client() as client:
        for number, recording in enumerate(
            (sound(), io.BytesIO(sound()), Response(audio=sound()), tmp_path / "recorded")
        ):
            assert await client.voice.clone(recording, f"ada-{number}") == f"ada-{number}"


async def test_what_no_voice_can_be_made_of_is_refused_before_it_is_sent(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("Nothing is heard in this.")
    async with Client() as client:
        for recording, why in (
            (tmp_path / "notes.txt", "is no recording"),
            (b"%PDF-1.7 and so on", "has no sound"),
            (Response(text="Hello"), "no sound in this response"),
            ("https://example.com/ada.wav", "not of an address"),
            (3, "not int"),
        ):
            with pytest.raises(SettingsError, match=why):
                await client.voice.clone(recording, "ada")  # type: ignore[arg-type]
        with pytest.raises(SettingsError, match="is a letter, then"):
            await client.voice.clone(sound(), "1 2")
        with pytest.raises(SettingsError, match="longwan is a voice of the service"):
            await client.voice.clone(sound(), "longwan")
        with pytest.raises(RequestRefused, match="MODEL_NOT_SUPPORT"):
            await client.voice.clone(sound(), "ada-2", model="none")
        assert "ada-2" not in str(client.voice.voices)
