"""Texts that are said, against a sandbox in a process of its own."""

from __future__ import annotations

import asyncio
import importlib.util
import io
import wave
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, aclosing
from functools import partial
from typing import Any

import pytest

from sophnet_jupyter import Client, Response
from sophnet_jupyter.errors import (
    AnswerUnreadable,
    ConnectionLost,
    RequestRefused,
    ServiceDown,
    ServiceError,
    SettingsError,
)
from sophnet_jupyter.events import AudioChunk, Finished, Started

from ....waiting import WITHIN

has_engines = all(importlib.util.find_spec(name) for name in ("av", "espeakng_loader"))
pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not has_engines, reason="the engines are not installed"),
]

Open = Callable[..., AbstractAsyncContextManager[Client]]
WAV = "WAV_16000HZ_MONO_16BIT"
# Whole, since its three letters are now and then in the sound itself.
TAG = b"ID3\x04\0\0\0\0\0\0"
SENTENCE = "One two three four five."


@pytest.fixture
def opened(open_client: Open) -> Open:
    """Opens clients of a sandbox that was started with these arguments."""
    return partial(open_client, "--voice-speed", "0")


def seconds(data: bytes) -> float:
    with wave.open(io.BytesIO(data)) as file:
        return len(file.readframes(10**9)) / 2 / file.getframerate()


def samples(data: bytes) -> bytes:
    import av

    with av.open(io.BytesIO(data)) as container:
        frames = container.decode(container.streams.audio[0])
        return b"".join(bytes(frame.planes[0]) for frame in frames)


@pytest.mark.parametrize("stream", [False, True])
async def test_a_text_becomes_a_sound_file(client: Client, stream: bool) -> None:
    response = await client.voice.speak("one two", format=WAV, stream=stream)
    assert response.ending == "complete"
    assert response.sandbox
    assert response.model == "cosyvoice-v1"
    # The head names the true length, also of a file that was streamed.
    assert len(response.audio) == 44 + 2 * round(16_000 * seconds(response.audio))
    assert 0.3 < seconds(response.audio) < 3
    if stream:
        assert response.usage
        assert response.usage.characters == 7


async def test_a_stream_begins_with_its_first_piece_and_ends_with_finished(client: Client) -> None:
    events = [event async for event in client.voice.stream(SENTENCE)]
    assert isinstance(events[0], Started)
    assert isinstance(events[1], AudioChunk)
    assert events[-1] == Finished(reason="finish")
    assert sum(isinstance(event, AudioChunk) for event in events) > 5


async def test_a_long_text_is_one_sound_in_which_nothing_is_missing(client: Client) -> None:
    one = await client.voice.speak(SENTENCE, format=WAV, stream=True)
    long = await client.voice.speak(f"{SENTENCE} " * 41, format=WAV, stream=True)
    assert long.audio.count(b"RIFF") == 1
    assert seconds(long.audio) == pytest.approx(41 * seconds(one.audio), rel=0.25)
    assert long.usage
    assert long.usage.characters
    assert long.usage.characters >= 41 * len(SENTENCE)


async def test_texts_with_heads_of_their_own_are_joined_without_them(opened: Open) -> None:
    async with opened("--quirk", "head_each_text") as client:
        wav = await client.voice.speak(["one", "two"], format=WAV, stream=True)
        mp3 = await client.voice.speak(["one", "two"], format="mp3", stream=True)
    assert wav.audio.count(b"RIFF") == 1
    assert len(wav.audio) == 44 + 2 * round(16_000 * seconds(wav.audio))
    assert mp3.audio.count(TAG) == 1
    assert samples(mp3.audio)


async def test_a_response_and_a_list_are_said(client: Client) -> None:
    answer = Response(text="**One** two.")
    said = await client.voice.speak([answer, "three"], stream=True)
    assert said.usage
    assert said.usage.characters == len("One two.three")


async def test_a_streamed_mp3_decodes_to_the_same_samples_however_it_is_cut(
    client: Client,
) -> None:
    import av

    events = [event async for event in client.voice.stream(SENTENCE, format="mp3")]
    chunks = [event.data for event in events if isinstance(event, AudioChunk)]
    codec = av.CodecContext.create("mp3float", "r")
    heard = b""
    for chunk in [*chunks, None]:
        for packet in codec.parse(chunk):
            heard += b"".join(bytes(frame.planes[0]) for frame in codec.decode(packet))
    heard += b"".join(bytes(frame.planes[0]) for frame in codec.decode(None))
    assert heard == samples(b"".join(chunks))


async def test_an_unknown_voice_is_an_error_that_names_it_and_those_that_are(
    client: Client,
) -> None:
    for stream in (False, True):
        with pytest.raises(RequestRefused, match=r"the voice 'nobody'.*longxiaochun") as caught:
            await client.voice.speak("one", voice="nobody", stream=stream)
        assert "no sound came" in str(caught.value)


async def test_text_of_emojis_is_refused_before_anything_is_sent(client: Client) -> None:
    with pytest.raises(SettingsError, match="nothing to say"):
        await client.voice.speak("😀😀")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"voice": 5}, "voice is a text, not 5"),
        ({"format": ["mp3"]}, "format is a text"),
        ({"volume": "loud"}, "volume is a number, not 'loud'"),
        ({"volume": 101}, "volume goes from 0 to 100, not 101"),
        ({"pitch_rate": float("nan")}, r"pitch_rate goes from 0\.5 to 2"),
    ],
)
async def test_a_value_of_the_wrong_kind_is_one_sentence(
    client: Client, options: dict[str, Any], says: str
) -> None:
    with pytest.raises(SettingsError, match=says):
        await client.voice.speak("one", **options)


async def test_half_a_character_is_one_sentence(client: Client) -> None:
    with pytest.raises(SettingsError, match="half a character"):
        await client.voice.speak("one \ud83d")


async def test_a_rate_of_three_is_refused_before_anything_is_sent(client: Client) -> None:
    with pytest.raises(SettingsError, match=r"speech_rate goes from 0\.5 to 2, not 3"):
        await client.voice.speak("one", speech_rate=3)


async def test_an_unknown_model_is_refused_by_the_service_in_both_its_ways(
    client: Client, opened: Open
) -> None:
    with pytest.raises(RequestRefused, match="MODEL_NOT_SUPPORT"):
        await client.voice.speak("one", model="cosyvoice-v9", stream=True)
    async with opened("--quirk", "error_200") as odd:
        for stream in (False, True):
            with pytest.raises(ServiceError, match="MODEL_NOT_SUPPORT"):
                await odd.voice.speak("one", model="cosyvoice-v9", stream=stream)


@pytest.mark.parametrize("stream", [False, True])
async def test_nothing_with_200_is_an_error(opened: Open, stream: bool) -> None:
    async with opened("--fault", "empty") as client:
        with pytest.raises(RequestRefused, match="no sound came"):
            await client.voice.speak("one", stream=stream)


@pytest.mark.parametrize("stream", [False, True])
async def test_a_page_with_200_is_an_error(opened: Open, stream: bool) -> None:
    async with opened("--fault", "html_200") as client:
        with pytest.raises(AnswerUnreadable, match="text/html"):
            await client.voice.speak("one", stream=stream)


async def test_what_was_heard_before_the_line_broke_can_be_played(opened: Open) -> None:
    async with opened("--fault", "cut=6") as client:
        with pytest.raises(ConnectionLost) as caught:
            await client.voice.speak(SENTENCE, format=WAV, stream=True)
    partial = caught.value.response
    assert isinstance(partial, Response)
    assert partial.ending == "failed"
    assert seconds(partial.audio) == pytest.approx(0.6, abs=0.1)


async def test_a_sound_that_just_ends_is_incomplete_and_says_so(opened: Open) -> None:
    async with opened("--fault", "silent_end=3") as client:
        response = await client.voice.speak(SENTENCE, stream=True)
    assert response.ending == "incomplete"
    assert response.audio
    assert "just stopped" in response.notices[0]


async def test_an_error_inside_the_stream_is_raised_and_keeps_what_came(opened: Open) -> None:
    async with opened("--fault", "error_mid_stream=3") as client:
        with pytest.raises(ServiceDown, match="stopped working") as caught:
            await client.voice.speak(SENTENCE, stream=True)
    assert isinstance(caught.value.response, Response)
    assert caught.value.response.audio


async def test_lines_in_the_form_of_the_document_are_read(opened: Open) -> None:
    quirks = ("--quirk", "python_repr", "--quirk", "no_blank_line", "--quirk", "space")
    async with opened(*quirks) as client:
        response = await client.voice.speak("one", format=WAV, stream=True)
    assert response.ending == "complete"
    assert seconds(response.audio) > 0.2


async def test_leaving_early_hangs_up(opened: Open) -> None:
    async with opened("--voice-speed", "1") as client:
        async with aclosing(client.voice.stream(SENTENCE * 10)) as events:
            async for event in events:
                if isinstance(event, AudioChunk):
                    break
        async with asyncio.timeout(WITHIN):
            while not await _hung_up(client):  # noqa: ASYNC110 - it happens in another process
                await asyncio.sleep(0.02)


async def _hung_up(client: Client) -> bool:
    import httpx2

    root = client.settings.base_url.removesuffix("/api/open-apis")
    async with httpx2.AsyncClient(headers={"Authorization": "Bearer sandbox"}) as http:
        seen = (await http.get(f"{root}/sandbox/seen")).json()
    return bool(seen["requests"][0]["ended"] == "hung up")
