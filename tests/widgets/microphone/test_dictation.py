from __future__ import annotations

import io
import wave
from pathlib import Path

import pytest

from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.events import Transcript, Word
from sophnet_jupyter.widgets.microphone.dictation import Dictation


def said(text: str, begin: int, end: int | None = None, *, final: bool = True) -> Transcript:
    words = (Word(text=text, begin=begin, end=end),)
    return Transcript(text=text, final=final, begin=begin, end=end, words=words)


def test_all_times_of_a_second_take_go_on_where_the_first_one_ended() -> None:
    heard = Dictation()
    heard.hear(said("one", 100, 400))
    assert heard.end_take(1000) is None
    placed = heard.hear(said("two", 100, 400))
    assert placed is heard.sentences[1]
    assert (placed.begin, placed.end) == (1100, 1400)
    assert (placed.words[0].begin, placed.words[0].end) == (1100, 1400)
    heard.end_take(500)
    assert heard.hear(said("three", 0)).begin == 1500
    assert heard.sentences[2].end is None
    assert heard.text == "one\ntwo\nthree"


def test_a_sentence_that_was_begun_is_kept_when_the_take_ends() -> None:
    heard = Dictation()
    heard.hear(said("never", 0, final=False))
    begun = heard.hear(said("never fin", 0, final=False))
    assert heard.sentences == []
    assert heard.end_take(100) is begun
    assert heard.text == "never fin"
    assert heard.partial is None


def test_times_begin_anew_only_where_nothing_is_heard_while_it_is_cleared() -> None:
    for listening, begin in ((True, 1000), (False, 0)):
        heard = Dictation()
        heard.sound += b"\0\0"
        heard.hear(said("one", 0, 500))
        heard.end_take(1000)
        heard.clear(listening=listening)
        assert (heard.text, heard.wav, heard.to_srt()) == ("", b"", "")
        assert heard.hear(said("two", 0, 500)).begin == begin


def test_sound_and_sentences_are_saved_by_the_name_of_the_file(tmp_path: Path) -> None:
    heard = Dictation()
    heard.hear(said("one", 0, 500))
    with pytest.raises(SettingsError, match="keep=True"):
        heard.save(tmp_path / "none.wav")
    heard.sound += bytes(3200)
    heard.sample_rate = 8000
    with wave.open(io.BytesIO(heard.save(tmp_path / "it.wav").read_bytes())) as file:
        assert (file.getframerate(), file.getnframes()) == (8000, 1600)
    assert heard.save(tmp_path / "it.txt").read_text() == "one\n"
    assert "00:00:00,000 --> 00:00:00,500" in heard.save(tmp_path / "it.srt").read_text()
