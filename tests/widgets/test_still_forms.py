"""What a panel leaves in a notebook draws no formula and no control character of a model's."""

from __future__ import annotations

import re

import pytest

from sophnet_jupyter.events import Transcript
from sophnet_jupyter.widgets.microphone import spoken
from sophnet_jupyter.widgets.playing.audio_player import AudioPlayer
from sophnet_jupyter.widgets.voicechat import look
from sophnet_jupyter.widgets.voicechat.turn import Turn

HOSTILE = "<b>$\\href{javascript:alert(1)}{x}$\u202e\x1b[31m"


def turns(text: str) -> str:
    return look.html([Turn(question=text, answer=text, error=text)], text)


def test_an_answer_by_voice_is_drawn_as_markdown_and_its_sound_has_a_length() -> None:
    said = Turn(question="**a**", answer="**b**", ending="stopped", audio=b"ID3" + bytes(40))
    html = look.html([said], "Voice chat")
    assert "<strong>b</strong>" in html
    assert "**a**" in html, "what somebody has said is no Markdown"
    assert 'preload="metadata"' in html
    assert "<strong>b</strong>" in said.shown()["html"]
    assert not Turn(answer="**b**").shown()["html"], "it still comes"


@pytest.mark.parametrize(
    "drawn",
    [
        turns,
        lambda text: spoken.html([Transcript(text=text, final=True, begin=0)], text),
        lambda text: AudioPlayer("pcm", title=text).still()[0],
    ],
    ids=["voice chat", "microphone", "player"],
)
def test_a_hostile_text_is_shown_and_does_nothing(drawn) -> None:  # type: ignore[no-untyped-def]
    # What is code is left alone by MathJax, and so is what a renderer has put there.
    html = re.sub("<code>.*?</code>", "", drawn(HOSTILE))
    assert "&lt;b&gt;" in html
    assert "$\\href" not in html
    assert "\u202e" not in html
    assert "\x1b" not in html
