"""What a panel leaves in a notebook draws no formula and no control character of a model's."""

from __future__ import annotations

import pytest

from sophnet_jupyter.events import Transcript
from sophnet_jupyter.widgets.microphone import spoken
from sophnet_jupyter.widgets.playing.audio_player import AudioPlayer
from sophnet_jupyter.widgets.voicechat import look
from sophnet_jupyter.widgets.voicechat.turn import Turn

HOSTILE = "<b>$\\href{javascript:alert(1)}{x}$\u202e\x1b[31m"


def turns(text: str) -> str:
    return look.html([Turn(question=text, answer=text, error=text)], text)


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
    html = drawn(HOSTILE)
    assert "&lt;b&gt;" in html
    assert "$\\href" not in html
    assert "\u202e" not in html
    assert "\x1b" not in html
