"""However a line breaks, each byte is sent again until it is settled."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sophnet_jupyter.providers.sophnet.speech.live.tape import Tape

STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("record"), st.integers(0, 40)),
        st.tuples(st.just("take"), st.integers(1, 16)),
        st.tuples(st.just("settle"), st.integers(0, 200)),
        st.tuples(st.just("rewind"), st.just(0)),
        st.tuples(st.just("trim"), st.just(0)),
    ),
    max_size=60,
)


@given(STEPS)
def test_a_line_gets_what_follows_the_last_final_sentence(steps: list[tuple[str, int]]) -> None:
    tape, sound, place = Tape(kept=50), b"", 0
    for step, number in steps:
        match step:
            case "record":
                data = bytes((len(sound) + i) % 251 for i in range(number))
                tape.record(data)
                sound += data
            case "take":
                piece = tape.take(number, whole=False)
                assert piece == sound[place : place + number]
                place += len(piece)
            case "settle":
                before = tape.settled
                tape.settle(number)
                assert before <= tape.settled <= max(before, place)
            case "rewind":
                place = tape.rewind()
                assert place == tape.settled
            case "trim":
                tape.trim()
                assert tape.sent - tape.settled <= 50
        assert (tape.sent, tape.end) == (place, len(sound))
        assert tape.waiting == len(sound) - place


def test_whole_frames_wait_until_they_are_whole() -> None:
    tape = Tape(kept=100)
    tape.record(b"abc")
    assert tape.take(4) == b""
    tape.record(b"d")
    assert tape.take(4) == b"abcd"
