from __future__ import annotations

import os
import random
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sophnet_jupyter.wire.http.engine.failed import Failed
from sophnet_jupyter.wire.http.engine.head import request
from sophnet_jupyter.wire.http.engine.parser import BEFORE_HEAD, HEAD, SIZE_LINE, TRAILERS, Parser

sys.path.append(str(Path(__file__).parent))
import peer

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"transfer-encoding: chunked\r\n\r\n"


def read(*pieces: bytes, method: bytes = b"GET") -> tuple[bytes, Parser]:
    parser = Parser(method)
    for piece in pieces:
        parser.feed(piece)
    return b"".join(parser.body), parser


def refused(*pieces: bytes) -> str:
    with pytest.raises(Failed) as caught:
        read(*pieces)
    return str(caught.value)


# Against h11.


@given(body=st.binary(max_size=400), seed=st.integers(0, 1 << 32))
def test_an_answer_cut_anywhere_has_the_body_that_was_sent(body: bytes, seed: int) -> None:
    dice = random.Random(seed)
    data = peer.answer(body, dice)
    assert peer.ours(peer.cut(data, dice)) == (body, True)
    assert peer.h11s(peer.cut(data, dice)) == (body, True)


@pytest.mark.parametrize("seed", range(4))
def test_a_mutated_answer_never_has_another_body_than_h11_reads(seed: int) -> None:
    # TEST_MUTATIONS=100000 is the long form.
    dice = random.Random(seed)
    for _ in range(int(os.environ.get("TEST_MUTATIONS", "400")) // 4):
        data = peer.mutated(peer.answer(dice.randbytes(dice.randrange(200)), dice), dice)
        mine, other = peer.ours(peer.cut(data, dice)), peer.h11s(peer.cut(data, dice))
        if mine and other and mine[1] and other[1]:
            assert mine[0] == other[0], data


# What is read.


@pytest.mark.parametrize(
    ("method", "head"),
    [
        (b"HEAD", OK + b"content-length: 5\r\n\r\n"),
        (b"GET", b"HTTP/1.1 204 No Content\r\ncontent-length: 5\r\n\r\n"),
        (b"GET", b"HTTP/1.1 304 Not Modified\r\ntransfer-encoding: chunked\r\n\r\n"),
        (b"CONNECT", OK + b"content-length: 5\r\n\r\n"),
    ],
)
def test_some_answers_have_no_body_whatever_their_head_says(method: bytes, head: bytes) -> None:
    body, parser = read(head, method=method)
    assert (body, parser.done, parser.extra) == (b"", True, False)


def test_bytes_behind_the_answer_are_told_and_not_read() -> None:
    for data in (OK + b"content-length: 2\r\n\r\nok", CHUNKED + b"2\r\nok\r\n0\r\n\r\n"):
        assert read(data)[1].extra is False
        body, parser = read(data + b"HTTP/1.1 200 OK\r\n\r\n")
        assert (body, parser.done, parser.extra) == (b"ok", True, True)


def test_an_answer_with_neither_length_nor_chunks_goes_on_until_the_end() -> None:
    body, parser = read(b"HTTP/1.0 200\r\n\r\n", b"some", b" more")
    assert (body, parser.done) == (b"some more", False)
    assert parser.end()
    assert parser.head
    assert not parser.head.keep


def test_a_chunked_answer_that_ends_early_is_not_whole() -> None:
    for cut in (b"", b"2\r\nok", b"2\r\nok\r\n", b"2\r\nok\r\n0\r\n", b"2\r\nok\r\n0\r\na: b\r\n"):
        assert not read(CHUNKED + cut)[1].end()


@pytest.mark.parametrize(
    ("lines", "keep"),
    [
        (b"HTTP/1.1 200 OK\r\ncontent-length: 0", True),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nConnection: a, Close", False),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: closet", True),
        (b"HTTP/1.0 200 OK\r\ncontent-length: 0", False),
        (b"HTTP/1.0 200 OK\r\ncontent-length: 0\r\nconnection: keep-alive", True),
        (b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\ntransfer-encoding: chunked", False),
    ],
)
def test_whether_the_connection_is_kept_is_the_heads_word(lines: bytes, keep: bool) -> None:
    head = read(lines + b"\r\n\r\n")[1].head
    assert head
    assert head.keep is keep


def test_header_lines_keep_their_order_and_lose_their_folds() -> None:
    head = read(b"HTTP/1.1 200 Fine\nB: 1 \nA:\t2\n  3\nb:\n\n")[1].head
    assert head
    assert head.fields == [(b"B", b"1"), (b"A", b"2 3"), (b"b", b"")]
    assert (head.status, head.reason) == (200, "Fine")


def test_equal_lengths_are_one() -> None:
    assert read(OK + b"content-length: 2, 2\r\nContent-Length: 2\r\n\r\nok")[1].done


# What is not.


@pytest.mark.parametrize(
    "head",
    [
        b"SSH-2.0-OpenSSH_9.7\r\n\r\n",
        b"HTTP/2 200 OK\r\n\r\n",
        b"HTTP/1.1 20 OK\r\n\r\n",
        b"HTTP/1.1 600 OK\r\n\r\n",
        "HTTP/1.1 2²0 OK\r\n\r\n".encode("latin-1"),
        b"\r\n\r\n",
        OK + b" folded: first\r\n\r\n",
        OK + b"no colon\r\n\r\n",
        OK + b"a name: b\r\n\r\n",
        OK + b"a : b\r\n\r\n",
        OK + b"a: b\x00\r\n\r\n",
        OK + b"a: b\rc\r\n\r\n",
        OK + b"content-length: -1\r\n\r\n",
        OK + b"content-length: +1\r\n\r\n",
        OK + b"content-length: 1_0\r\n\r\n",
        OK + b"content-length: \x0b1\r\n\r\n",
        OK + "content-length: ²\r\n\r\n".encode("latin-1"),
        OK + b"content-length: 9999999999999999999\r\n\r\n",
        OK + b"content-length: 1, 2\r\n\r\n",
        OK + b"content-length: 1\r\ncontent-length: 2\r\n\r\n",
        OK + b"transfer-encoding: gzip, chunked\r\n\r\n",
        OK + b"transfer-encoding: identity\r\n\r\n",
        OK + b"a: b\r\n" * 129 + b"\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\n\r\n",
    ],
    ids=repr,
)
def test_a_head_that_is_none_is_refused(head: bytes) -> None:
    assert refused(head)


@pytest.mark.parametrize(
    "chunk",
    [
        b"\r\n",
        b"x\r\n",
        b"-1\r\n",
        b"0x1\r\n",
        b" 1\r\n",
        b"1_0\r\n",
        b"10000000000\r\n",
        b"1\n",
        b"2\r\nokay\r\n",
        b"2\r\nok\n",
        b"2\r\nok\rx",
        b"2;\x00\r\n",
        b"2;" + b"x" * SIZE_LINE,
        b"0\r\na: " + b"b" * TRAILERS,
        b"0\r\n" + b"a: b\r\n" * TRAILERS,
    ],
    ids=lambda chunk: repr(chunk[:20]),
)
@pytest.mark.parametrize("size", [1, 1 << 20], ids=["byte by byte", "at once"])
def test_a_chunk_that_is_none_is_refused(chunk: bytes, size: int) -> None:
    data = CHUNKED + chunk
    assert refused(*(data[at : at + size] for at in range(0, len(data), size)))


def test_a_head_without_an_end_is_refused() -> None:
    assert f"longer than {HEAD >> 10} kB" in refused(OK, *[b"a: bcdefghijklm\r\n"] * (HEAD // 16))
    assert f"longer than {HEAD >> 10} kB" in refused(OK + b"a: " + b"b" * HEAD + b"\r\n\r\n")


def test_answers_in_front_of_the_answer_have_a_limit() -> None:
    hint = b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"
    assert read(hint * 100 + OK + b"content-length: 0\r\n\r\n")[1].done
    most = BEFORE_HEAD // len(hint)
    read(hint * most)
    assert "in front of an answer" in refused(*[hint * 10] * (most // 10 + 1))


# What it costs, counted in steps and not in seconds.


def _steps(work: Callable[[], object]) -> int:
    """How often Python calls a function, its own and those in C."""
    counted = 0

    def count(*_: object) -> None:
        nonlocal counted
        counted += 1

    sys.setprofile(count)
    try:
        work()
    finally:
        sys.setprofile(None)
    return counted


def test_a_piece_that_is_one_chunk_costs_few_calls() -> None:
    parser = read(CHUNKED)[1]
    piece = b"b\r\nhello there\r\n"

    def feed() -> None:
        for _ in range(100):
            parser.feed(piece)

    # Each call is heard when it begins and when it ends.
    assert _steps(feed) / 2 / 100 <= 10
    assert b"".join(parser.body) == b"hello there" * 100


@pytest.mark.parametrize("size", [1, 7, 4096])
def test_twice_as_much_takes_twice_the_calls(size: int) -> None:
    def feeding(count: int) -> Callable[[], None]:
        data = b"b\r\nhello there\r\n" * count
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
        parser = read(CHUNKED)[1]

        def feed() -> None:
            for piece in pieces:
                parser.feed(piece)
                parser.body.clear()

        return feed

    assert _steps(feeding(2000)) < 2.1 * _steps(feeding(1000))


# What is sent.


def test_a_request_is_written_as_it_is_given() -> None:
    fields = [(b"Host", b"a.example"), (b"accept", b"*/*")]
    assert request(b"GET", b"/a?b", fields) == (
        b"GET /a?b HTTP/1.1\r\nHost: a.example\r\naccept: */*\r\n\r\n"
    )


@pytest.mark.parametrize("bad", [b"\r", b"\n", b"\x00", b"\x7f", "é".encode(), b"\x0b"], ids=repr)
def test_what_cannot_be_sent_is_not_and_is_not_quoted(bad: bytes) -> None:
    secret = b"sk-secret" + bad
    for work in (
        lambda: request(b"GET", b"/", [(b"authorization", secret)]),
        lambda: request(b"GET", b"/", [(secret, b"")]),
        lambda: request(b"GET", b"/" + secret, []),
        lambda: request(secret, b"/", []),
    ):
        with pytest.raises(Failed) as caught:
            work()
        assert caught.value.kind == "unsendable"
        assert "secret" not in str(caught.value)
