from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sophnet_jupyter.wire.stream.lines import LineDecoder, LineTooLong

BOM = b"\xef\xbb\xbf"
# Small pieces that matter, so that the interesting neighbours meet often.
STREAMS = st.lists(
    st.sampled_from([b"\r", b"\n", b"\r\n", b"a", b"bc", BOM, b"\xef", b"\xbb", b"\x0b", b"\0"])
).map(b"".join)


def oracle(stream: bytes) -> tuple[list[bytes], list[bytes]]:
    *lines, rest = re.split(rb"\r\n|\r|\n", stream.removeprefix(BOM))
    return lines, [rest] if rest else []


def decode(chunks: list[bytes]) -> tuple[list[bytes], list[bytes]]:
    decoder = LineDecoder()
    lines = [line for chunk in chunks for line in decoder.feed(chunk)]
    return lines, decoder.finish()


@given(STREAMS | st.binary(), st.lists(st.integers(0, 40)))
def test_any_chunking_gives_the_lines_of_the_whole(stream, cuts):
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    chunks = [stream[a:b] for a, b in pairwise(edges)]
    assert decode(chunks) == oracle(stream)


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_every_single_and_double_cut_gives_the_same_lines(end):
    stream = BOM + end.join([b"one", b"", b"two", b"", b"", b"three"])
    expected = ([b"one", b"", b"two", b"", b""], [b"three"])
    for first in range(len(stream) + 1):
        for second in range(first, len(stream) + 1):
            assert decode([stream[:first], stream[first:second], stream[second:]]) == expected


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\x85", "\v", "\f", "\x1c", "\x1d", "\x1e"])
def test_other_separators_do_not_end_a_line(mark):
    stream = f"a{mark}b\n".encode()
    assert decode([stream[i : i + 1] for i in range(len(stream))]) == ([stream[:-1]], [])


def test_a_cr_ends_its_line_before_the_next_chunk_comes():
    decoder = LineDecoder()
    assert decoder.feed(b"one\r") == [b"one"]
    assert decoder.feed(b"\n") == []
    assert decoder.feed(b"\n") == [b""]


def test_only_the_first_byte_order_mark_is_dropped():
    assert decode([BOM + BOM + b"a\n" + BOM + b"b\n"]) == ([BOM + b"a", BOM + b"b"], [])


def test_half_a_byte_order_mark_is_text():
    assert decode([b"\xef", b"\xbb"]) == ([], [b"\xef\xbb"])
    assert decode([b"\xef", b"\n"]) == ([b"\xef"], [])


def test_finish_returns_the_tail_once():
    decoder = LineDecoder()
    decoder.feed(b"a\nb")
    assert decoder.finish() == [b"b"]
    assert decoder.finish() == []


def test_a_long_line_in_small_pieces_comes_out_whole():
    line = bytes(range(48, 64)) * (4 << 16)
    stream = line + b"\n"
    chunks = [stream[i : i + 1024] for i in range(0, len(stream), 1024)]
    assert decode(chunks) == ([line], [])


@pytest.mark.parametrize("size", [1, 3, 100])
def test_the_cap_does_not_depend_on_the_chunks(size):
    def feed(stream: bytes) -> list[bytes]:
        decoder = LineDecoder(max_line=10)
        pieces = [stream[i : i + size] for i in range(0, len(stream), size)]
        return [line for piece in pieces for line in decoder.feed(piece)]

    assert feed(b"0123456789\n" * 3) == [b"0123456789"] * 3
    with pytest.raises(LineTooLong, match="longer than 10 bytes"):
        feed(b"short\n01234567890\n")
    with pytest.raises(LineTooLong):
        feed(b"01234567890")
