from __future__ import annotations

import pytest

from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.events import Transcribed, Transcript
from sophnet_jupyter.response import Response, fold
from sophnet_jupyter.values.transcript import Recording, Sentence
from sophnet_jupyter.widgets.microphone.spoken import srt

TALK = Recording(
    name="talk.mp3",
    sentences=(
        Sentence(text="Good morning.", start=0.5, end=1.25, speaker="0"),
        Sentence(text="Is 2 < 3 & so\n\non --> yes?", start=3661.0, end=3662.0005, speaker="1"),
    ),
)


def heard(*recordings: Recording) -> Response:
    response = Response()
    for recording in recordings:
        response = fold(response, Transcribed(recording=recording))
    return response


def test_srt_numbers_its_blocks_and_names_several_speakers() -> None:
    assert heard(TALK).to_srt() == (
        "1\n00:00:00,500 --> 00:00:01,250\nSpeaker 1: Good morning.\n\n"
        "2\n01:01:01,000 --> 01:01:02,000\nSpeaker 2: Is 2 < 3 & so on → yes?\n"
    )


def test_vtt_escapes_text_and_names_voices() -> None:
    named = heard(TALK).renamed({"0": "Ada <b>", "1": "Bob"})
    assert named.to_vtt() == (
        "WEBVTT\n\n00:00:00.500 --> 00:00:01.250\n<v Ada b>Good morning.\n\n"
        "01:01:01.000 --> 01:01:02.000\n<v Bob>Is 2 &lt; 3 &amp; so on --&gt; yes?\n"
    )


def test_renaming_makes_a_new_response_and_refuses_a_speaker_who_is_not_there() -> None:
    response = heard(TALK)
    assert response.renamed({0: "Ada"}).speakers == ["Ada", "1"]
    assert response.speakers == ["0", "1"]
    with pytest.raises(SettingsError, match="No speaker is called '7' here: 0, 1"):
        response.renamed({7: "Eve"})


def test_a_frame_has_a_row_for_each_sentence_of_all_recordings() -> None:
    pytest.importorskip("pandas")
    frame = heard(TALK, TALK).to_frame()
    assert list(frame.columns) == ["file", "start", "end", "speaker", "text"]
    assert frame["speaker"].tolist() == ["Speaker 1", "Speaker 2"] * 2
    assert frame["start"].tolist()[:2] == [0.5, 3661.0]


def test_subtitles_need_times_and_one_recording() -> None:
    with pytest.raises(SettingsError, match="2 recordings"):
        heard(TALK, TALK).to_srt()
    with pytest.raises(SettingsError, match="no transcript"):
        Response().to_vtt()
    with pytest.raises(SettingsError, match="No times"):
        heard(Recording(name="a", sentences=(Sentence(text="hi"),))).to_srt()


def test_the_ending_of_a_file_decides_what_is_saved(tmp_path) -> None:
    response = heard(TALK)
    for name, begin in [("a.srt", "1\n00:"), ("a.vtt", "WEBVTT"), ("a.txt", "Good morning.")]:
        [path] = response.save(tmp_path / name)
        assert path.read_text("utf-8").startswith(begin)
    [path] = response.save(f"{tmp_path}/texts/")
    assert path.name == "talk.txt"


def test_a_sentence_without_times_is_shown_between_its_neighbors() -> None:
    said = Recording(
        name="a",
        sentences=(
            Sentence(text="before"),
            Sentence(text="one", start=1.0, end=2.0),
            Sentence(text="lost"),
            Sentence(text=" ", start=2.5, end=2.6),
            Sentence(text="two", start=4.0),
        ),
    )
    assert heard(said).to_srt() == (
        "1\n00:00:00,000 --> 00:00:01,000\nbefore\n\n"
        "2\n00:00:01,000 --> 00:00:02,000\none\n\n"
        "3\n00:00:02,000 --> 00:00:04,000\nlost\n\n"
        "4\n00:00:04,000 --> 00:00:07,000\ntwo\n"
    )
    assert heard(said).to_vtt().count("-->") == 4


@pytest.mark.parametrize(
    ("start", "end", "span"),
    [
        (5.0, 3.0, "00:00:05,000 --> 00:00:09,000"),
        (5.0, 5.0, "00:00:05,000 --> 00:00:09,000"),
        (-1.0, 1.0, "00:00:00,000 --> 00:00:01,000"),
        (float("nan"), 1.0, "00:00:00,000 --> 00:00:01,000"),
        (2.0, float("inf"), "00:00:02,000 --> 00:00:09,000"),
    ],
)
def test_a_time_that_cannot_be_is_none(start: float, end: float, span: str) -> None:
    odd = Sentence(text="o\0dd\x85", start=start, end=end, speaker="9" * 5_000)
    unseen = Sentence(text="\u200b\ufeff", start=1.0, end=2.0)
    said = (unseen, odd, Sentence(text="next", start=9.0, end=10.0, speaker="9" * 5_000))
    assert heard(Recording(name="a", sentences=said)).to_srt() == (
        f"1\n{span}\no dd\n\n2\n00:00:09,000 --> 00:00:10,000\nnext\n"
    )
    assert heard(Recording(name="a", sentences=said)).to_vtt().count("-->") == 2


def test_a_microphone_writes_the_same_subtitles() -> None:
    spoken = [
        Transcript(text="one", final=True, begin=1000, end=2000),
        Transcript(text="", final=True, begin=2000, end=2500),
        Transcript(text="two", final=True, begin=3000, end=None),
    ]
    assert srt(spoken) == (
        "1\n00:00:01,000 --> 00:00:02,000\none\n\n2\n00:00:03,000 --> 00:00:06,000\ntwo\n"
    )
    assert srt([]) == ""
