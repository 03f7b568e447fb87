from __future__ import annotations

import pickle
from dataclasses import replace

import pytest

from sophnet_jupyter.events import AudioChunk, Event, Finished, TextDelta
from sophnet_jupyter.response import Response, fold
from sophnet_jupyter.response.growing import Growing


def folded(state: Response, *events: Event) -> Response:
    for event in events:
        state = fold(state, event)
    return state


def test_what_has_grown_leaves_what_it_grew_from_as_it_was() -> None:
    first = Growing(b"a")
    second = first.grown(b"b")
    third, other = second.grown(b"c"), second.grown(b"d")
    assert [bytes(each) for each in (first, second, third, other)] == [b"a", b"ab", b"abc", b"abd"]


def test_sound_is_put_together_only_when_somebody_asks() -> None:
    state = folded(Response(), *(AudioChunk(data=bytes([n % 256])) for n in range(3_000)))
    assert "audio" not in vars(state)
    # One buffer for all of them: to copy what had come for each piece takes minutes.
    assert (
        vars(folded(state, AudioChunk(data=b"x")))["_sound"]._buffer
        is vars(state)["_sound"]._buffer
    )
    assert state.audio == bytes(n % 256 for n in range(3_000))
    assert state.audio is state.audio


def test_each_state_of_an_answer_keeps_its_own_sound() -> None:
    one = folded(Response(audio=b"0"), AudioChunk(data=b"1"))
    two = folded(one, TextDelta(text="a"), AudioChunk(data=b"2"))
    assert (one.audio, two.audio) == (b"01", b"012")
    assert folded(one, AudioChunk(data=b"3")).audio == b"013"
    assert (one.audio, two.audio, two.text) == (b"01", b"012", "a")


def test_sound_is_a_field_like_any_other() -> None:
    state = folded(Response(), AudioChunk(data=b"12"))
    assert state == Response(audio=b"12")
    assert replace(state, text="a") == Response(audio=b"12", text="a")
    assert pickle.loads(pickle.dumps(folded(state, AudioChunk(data=b"3")))).audio == b"123"
    ended = folded(state, Finished(reason="finish"))
    assert folded(ended, AudioChunk(data=b"3")).audio == b"123"
    assert Response().audio == b""
    with pytest.raises(AttributeError, match="no attribute 'sound'"):
        _ = state.sound  # type: ignore[attr-defined]
