from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sophnet_jupyter.wire.stream.lines import LineTooLong
from sophnet_jupyter.wire.stream.sse import SSE, SSEDecoder

BOM = b"\xef\xbb\xbf"

# What the standard dispatches: (event, data, id).
MATRIX = {
    "LF": (b"data: a\n\ndata: b\n\n", [("message", "a", ""), ("message", "b", "")]),
    "CR": (b"data: a\r\rdata: b\r\r", [("message", "a", ""), ("message", "b", "")]),
    "CRLF": (b"data: a\r\n\r\ndata: b\r\n\r\n", [("message", "a", ""), ("message", "b", "")]),
    "mixed ends": (b"data: a\r\n\ndata: b\r\r\n", [("message", "a", ""), ("message", "b", "")]),
    "BOM": (BOM + b"data: a\n\n", [("message", "a", "")]),
    "second BOM": (BOM + BOM + b"data: a\n\ndata: b\n\n", [("message", "b", "")]),
    "U+2028 and U+2029": (
        "data: a\u2028b\u2029c\n\n".encode(),
        [("message", "a\u2028b\u2029c", "")],
    ),
    "U+0085": ("data: a\x85b\n\n".encode(), [("message", "a\x85b", "")]),
    "VT, FF, FS": (b"data: a\x0bb\x0cc\x1cd\n\n", [("message", "a\x0bb\x0cc\x1cd", "")]),
    "several data lines": (b"data: a\ndata:\ndata: b\n\n", [("message", "a\n\nb", "")]),
    "no space": (b"data:a\n\n", [("message", "a", "")]),
    "two spaces": (b"data:  a\n\n", [("message", " a", "")]),
    "tab": (b"data:\ta\n\n", [("message", "\ta", "")]),
    "bare data": (b"data\n\n", [("message", "", "")]),
    "bare data twice": (b"data\ndata\n\n", [("message", "\n", "")]),
    "colon in the value": (b"data: a: b\n\n", [("message", "a: b", "")]),
    "comments": (b": ping\n:\n\ndata: a\n: in between\n\n", [("message", "a", "")]),
    "unknown and odd names": (b"foo: x\nDATA: y\n data: z\ndata: a\n\n", [("message", "a", "")]),
    "event": (b"event: add\ndata: a\n\ndata: b\n\n", [("add", "a", ""), ("message", "b", "")]),
    "last event name wins": (b"event: x\nevent: y\ndata: a\n\n", [("y", "a", "")]),
    "empty event name": (b"event: x\nevent\ndata: a\n\n", [("message", "a", "")]),
    "event without data": (b"event: ping\n\ndata: a\n\n", [("message", "a", "")]),
    "id and retry alone": (b"id: 1\nretry: 5\n\ndata: a\n\n", [("message", "a", "1")]),
    "id stays": (b"id: 1\ndata: a\n\ndata: b\n\n", [("message", "a", "1"), ("message", "b", "1")]),
    "id is taken back": (
        b"id: 1\ndata: a\n\nid\ndata: b\n\n",
        [("message", "a", "1"), ("message", "b", "")],
    ),
    "NUL in an id": (b"id: 1\nid: 2\0\ndata: a\n\n", [("message", "a", "1")]),
    "invalid UTF-8": (b"data: a\xff\xe4\xbdb\n\n", [("message", "a\ufffd\ufffdb", "")]),
    "UTF-8 cut by the line end": (b"data: \xe4\xbd\ndata: b\n\n", [("message", "\ufffd\nb", "")]),
    "many blank lines": (b"\n\n\ndata: a\n\n\n\n", [("message", "a", "")]),
    "end before the blank line": (b"data: a\n\ndata: b\n", [("message", "a", "")]),
    "end within a line": (b"data: a\n\ndata: b", [("message", "a", "")]),
    "nothing": (b"", []),
}


def feed(chunks: list[bytes], **options: bool) -> list[SSE]:
    decoder = SSEDecoder(**options)
    return [event for chunk in chunks for event in decoder.feed(chunk)]


def whole_and_cut(stream: bytes) -> list[list[bytes]]:
    """The stream in one piece, byte by byte, and cut in two at each place."""
    halves = [[stream[:i], stream[i:]] for i in range(len(stream) + 1)]
    return [[stream], [bytes([byte]) for byte in stream], *halves]


@pytest.mark.parametrize(("stream", "expected"), MATRIX.values(), ids=MATRIX)
def test_feed_follows_the_standard_wherever_the_stream_is_cut(stream, expected):
    for chunks in whole_and_cut(stream):
        assert [(e.event, e.data, e.id) for e in feed(chunks)] == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (b"1500", 1500), (b"0", 0), (b"-1", None), (b"1.5", None), (b"1e3", None), (b"", None),
        ("١".encode(), None), (b"\xb2", None), (b"9" * 5000, None),
    ],
)  # fmt: skip
def test_retry_takes_only_ascii_digits(value, expected):
    decoder = SSEDecoder()
    decoder.feed(b"retry: " + value + b"\n")
    assert decoder.retry == expected


class Oracle:
    """The standard, read aloud: decode everything, then go line by line."""

    def __init__(self, stream: bytes) -> None:
        self.data = self.name = self.last_id = ""
        self.events: list[SSE] = []
        *lines, rest = re.split(
            "\r\n|\r|\n", stream.decode(errors="replace").removeprefix("\ufeff")
        )
        for line in lines:
            self.process(line) if line else self.dispatch(complete=True)
        dispatched = len(self.events)
        self.process(rest)
        self.dispatch(complete=False)
        self.tail = self.events[dispatched:]
        del self.events[dispatched:]

    def dispatch(self, *, complete: bool) -> None:
        if self.data:
            event = self.name or "message"
            self.events.append(SSE(self.data.removesuffix("\n"), event, self.last_id, complete))
        self.data = self.name = ""

    def process(self, line: str) -> None:
        if line.startswith(":"):
            return
        field, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if field == "data":
            self.data += value + "\n"
        elif field == "event":
            self.name = value
        elif field == "id" and "\0" not in value:
            self.last_id = value


PIECES = st.sampled_from(
    [b"data", b"event", b"id", b":", b": ", b" ", b"\n", b"\r", b"\r\n", b"\n\n", b"a", b"\0", BOM,
     b"\xff", b"\xe4\xbd", b"\xa0", b"data: x\n", b"event: y\n", "\u2028".encode(), b"\x0b"]
)  # fmt: skip


@given(st.lists(PIECES, max_size=40).map(b"".join) | st.binary(), st.lists(st.integers(0, 80)))
def test_any_stream_in_any_chunks_decodes_as_the_standard_says(stream, cuts):
    edges = [0, *sorted(min(cut, len(stream)) for cut in cuts), len(stream)]
    decoder = SSEDecoder()
    fed = [e for a, b in pairwise(edges) for e in decoder.feed(stream[a:b])]
    expected = Oracle(stream)
    assert fed == expected.events
    assert decoder.finish() == expected.tail


def test_finish_hands_over_what_the_standard_drops():
    for tail in (b"data: b\n", b"data: b"):
        for chunks in whole_and_cut(b"event: x\nid: 7\ndata: a\n" + tail):
            decoder = SSEDecoder()
            assert [e for chunk in chunks for e in decoder.feed(chunk)] == []
            assert decoder.finish() == [SSE("a\nb", "x", "7", complete=False)]
            assert decoder.finish() == []


def test_finish_hands_over_nothing_after_a_closed_event():
    for rest in (b"", b"\n", b": comment", b"event: x", b"dat", b"\xef\xbb"):
        decoder = SSEDecoder()
        decoder.feed(b"data: a\n\n" + rest)
        assert decoder.finish() == []


def test_names_only_also_returns_events_without_data():
    stream = b"event: ping\n\nid: 1\n\ndata: a\n\nevent: end\n"
    for chunks in whole_and_cut(stream):
        decoder = SSEDecoder(names_only=True)
        fed = [e for chunk in chunks for e in decoder.feed(chunk)]
        assert fed == [SSE(None, "ping"), SSE("a", "message", "1")]
        assert decoder.finish() == [SSE(None, "end", "1", complete=False)]


@pytest.mark.parametrize("name", MATRIX)
def test_names_only_changes_no_event_that_has_data(name):
    stream, expected = MATRIX[name]
    events = [e for e in feed([stream], names_only=True) if e.data is not None]
    assert [(e.event, e.data, e.id) for e in events] == expected


def test_a_four_mebibyte_event_in_small_pieces_comes_out_whole():
    data = "0123456789abcdef" * (4 << 16)
    stream = f"data: {data}\n\n".encode()
    assert feed([stream[i : i + 1024] for i in range(0, len(stream), 1024)]) == [SSE(data)]


def test_sixteen_thousand_data_lines_make_one_event():
    stream = b"data: 0123456789\n" * 16_384 + b"\n"
    chunks = [stream[i : i + 1000] for i in range(0, len(stream), 1000)]
    assert feed(chunks) == [SSE("\n".join(["0123456789"] * 16_384))]


@pytest.mark.parametrize("size", [1, 7, 1000])
@pytest.mark.parametrize(
    "stream",
    [b"data: " + b"x" * 100, b"data: 0123456789\n" * 10, b":" + b"x" * 100, b"data\n" * 102],
    ids=["one line", "many lines", "comment", "many empty lines"],
)
def test_an_event_over_the_cap_is_refused_in_any_chunks(stream, size):
    decoder = SSEDecoder(max_event=100)
    chunks = [stream[i : i + size] for i in range(0, len(stream), size)]
    with pytest.raises(LineTooLong, match="longer than 100 bytes"):
        list(map(decoder.feed, chunks))


def test_the_cap_is_for_one_event_not_for_the_stream():
    decoder = SSEDecoder(max_event=100)
    stream = b": ping\ndata: 0123456789\ndata: 0123456789\n\n" * 100
    assert decoder.feed(stream) == [SSE("0123456789\n0123456789")] * 100


def _is_object(line: bytes) -> bool:
    return line.startswith(b"{") and line.endswith(b"}")


def test_whole_lines_are_events_at_once_where_the_service_leaves_out_blank_lines():
    decoder = SSEDecoder(is_whole=_is_object)
    assert [event.data for event in decoder.feed(b'data:{"a":1}\ndata: {"b":2}\n')] == [
        '{"a":1}',
        '{"b":2}',
    ]


def test_blank_lines_do_not_double_an_event_that_was_whole():
    decoder = SSEDecoder(is_whole=_is_object)
    events = decoder.feed(b'event: error\ndata: {"a":1}\n\ndata: {"b":2}\n\n')
    assert [(event.event, event.data) for event in events] == [
        ("error", '{"a":1}'),
        ("message", '{"b":2}'),
    ]


def test_an_object_over_several_lines_is_still_one_event():
    decoder = SSEDecoder(is_whole=_is_object)
    [event] = decoder.feed(b'data: {"a":\ndata: 1}\n\n')
    assert event.data == '{"a":\n1}'
