"""The kernel's side of the audio player."""

from __future__ import annotations

import io
import threading
import wave
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.views.media.shelf import BUDGET
from sophnet_jupyter.widgets.playing.audio_player import AudioPlayer

from ...waiting import wait


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
