"""The kernel's side of the audio player."""

from __future__ import annotations

import asyncio
import io
import threading
import wave
from collections.abc import AsyncGenerator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.events import AudioChunk, Event, Finished, TextDelta
from sophnet_jupyter.views.media.shelf import BUDGET
from sophnet_jupyter.widgets.playing.audio_player import AudioPlayer

from ...waiting import until, wait


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[dict[str, Any], bytes]]:
    messages: list[tuple[dict[str, Any], bytes]] = []
    monkeypatch.setattr(
        AudioPlayer,
        "send",
        lambda self, content, buffers=None: messages.append((content, b"".join(buffers or ()))),
    )
    return messages


def test_many_small_pieces_become_few_messages_and_lose_nothing(sent: list[Any]) -> None:
    player = AudioPlayer("pcm")
    for number in range(500):
        player.feed(bytes([number % 256]))
    player.finish()
    wait(lambda: player.finished)
    sound = [(message, data) for message, data in sent if message["kind"] == "sound"]
    assert len(sound) < 20
    assert b"".join(data for _, data in sound) == bytes(number % 256 for number in range(500))
    for (before, data), (after, _) in pairwise(sound):
        assert after["at"] == before["at"] + len(data)


def test_a_pcm_sound_becomes_a_wav_with_whole_samples(sent: list[Any]) -> None:
    player = AudioPlayer("pcm", sample_rate=16_000, channels=2)
    player.feed(b"\x01\x00\x02\x00" * 800 + b"\x01")
    player.finish()
    wait(lambda: player.finished)
    with wave.open(io.BytesIO(player.data)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getnframes()) == (2, 16_000, 800)


def test_a_short_sound_stays_in_the_notebook_and_a_long_one_in_a_file_beside_it(
    sent: list[Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    short, long = AudioPlayer("pcm", title="<Short>"), AudioPlayer("pcm")
    short.feed(bytes(400))
    long.feed(bytes(BUDGET))
    assert "&lt;Short&gt;: sound is arriving" in short.still()[0]
    for player in (short, long):
        player.finish()
    # Only then is the loop's own still form made, which writes the file.
    wait(lambda: [message["kind"] for message, _ in sent].count("twin") == 2)
    assert short.still()[0].startswith('<audio controls preload="metadata" src="data:audio/wav;')
    assert '<audio controls preload="metadata" src="sophnet-media/audio-' in long.still()[0]
    [file] = (tmp_path / "sophnet-media").iterdir()
    assert file.read_bytes() == long.data


def test_a_sound_that_never_came_leaves_no_player_that_is_dead(sent: list[Any]) -> None:
    for player in (AudioPlayer("mp3", title="<Hi>"), AudioPlayer("pcm", title="<Hi>")):
        player.finish()
        wait(lambda player=player: player.finished)
        assert player.still() == ("<i>&lt;Hi&gt;: no sound came.</i>", "[<Hi>: no sound came]")


def test_stopping_tells_who_feeds_it_once_and_drops_the_rest(sent: list[Any]) -> None:
    told: list[str] = []
    player = AudioPlayer(on_stop=lambda: told.append(threading.current_thread().name))
    player.feed(b"1")
    player.stop()
    player.feed(b"2")
    player.stop()
    wait(lambda: [message["kind"] for message, _ in sent].count("stop") == 2)
    assert told == ["sophnet"]
    assert player.data == b"1"


def test_only_the_first_view_begins_by_itself() -> None:
    player = AudioPlayer()
    assert [player.state()[0]["autoplay"] for _ in range(2)] == [True, False]


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(SettingsError, match="mp3 or pcm, not ogg"):
        AudioPlayer("ogg")  # type: ignore[arg-type]


async def ticking(closed: list[str]) -> AsyncGenerator[Event, None]:
    """Sound without end."""
    try:
        while True:
            yield AudioChunk(data=bytes(2))
            await asyncio.sleep(0.001)
    finally:
        closed.append("closed")


def test_what_a_stream_brings_is_played_and_settles_to_its_response(sent: list[Any]) -> None:
    async def said() -> AsyncGenerator[Event, None]:
        yield AudioChunk(data=b"ab")
        yield TextDelta(text="hello")
        yield AudioChunk(data=b"cd")
        yield Finished(reason="stop")

    player = AudioPlayer("pcm")
    response = asyncio.run(player.play(said()))
    wait(lambda: player.finished)
    assert (response.text, response.ending, response.audio) == ("hello", "complete", b"abcd")
    assert player.data.endswith(b"abcd")


def test_bytes_alone_are_played_too(sent: list[Any]) -> None:
    async def raw() -> AsyncGenerator[bytes, None]:
        yield b"ab"
        yield b"cd"

    player = AudioPlayer("pcm")
    response = asyncio.run(player.play(raw()))
    assert (response.ending, response.audio) == ("complete", b"abcd")


def test_the_listeners_stop_closes_the_stream_and_keeps_what_had_come(sent: list[Any]) -> None:
    closed: list[str] = []
    player = AudioPlayer("pcm")

    async def listen() -> Any:
        playing = asyncio.create_task(player.play(ticking(closed)))
        await asyncio.to_thread(wait, lambda: player.data[44:])
        player.stop()
        return await playing

    response = asyncio.run(listen())
    assert (response.ending, closed) == ("stopped", ["closed"])
    assert response.audio
    assert player.finished


def test_who_stops_waiting_is_not_answered_and_the_stream_is_closed(sent: list[Any]) -> None:
    closed: list[str] = []

    async def leave() -> None:
        player = AudioPlayer("pcm")
        playing = asyncio.create_task(player.play(ticking(closed)))
        await until(lambda: player.data[44:])
        playing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await playing

    asyncio.run(leave())
    assert closed == ["closed"]


def test_an_error_of_the_stream_leaves_and_ends_the_sound(sent: list[Any]) -> None:
    async def broken() -> AsyncGenerator[Event, None]:
        yield AudioChunk(data=b"ab")
        raise SettingsError("no such voice")

    player = AudioPlayer("pcm")
    with pytest.raises(SettingsError, match="no such voice") as caught:
        asyncio.run(player.play(broken()))
    assert caught.value.response
    wait(lambda: player.finished)


def test_a_player_plays_one_sound(sent: list[Any]) -> None:
    player = AudioPlayer("pcm")
    player.feed(b"ab")
    wait(lambda: player.data.endswith(b"ab"))
    with pytest.raises(SettingsError, match="another"):
        asyncio.run(player.play(ticking([])))
