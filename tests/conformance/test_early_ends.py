"""A finish reason that is followed by more of the answer does not end it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from byte_server import END, Act, ByteServer, head, streamed
from services import DIFY, SOPHNET_CHAT, TELEAI_EXCEL, Service, choice, event

from sophnet_jupyter import Client
from sophnet_jupyter.errors import AnswerUnreadable
from sophnet_jupyter.response import Response, settle
from sophnet_jupyter.wire.stream.stream import END_WAIT

pytestmark = pytest.mark.anyio

DONE = b"data: [DONE]\n\n"


# Seconds: more than half of what an ending waits for, and far enough from all of it.
PAUSE = 0.6 * END_WAIT


def words(service: Service, text: str, reason: Any) -> bytes:
    more = {} if service is SOPHNET_CHAT else {"type": "report"}
    return choice({"content": text}, reason, **more)


@pytest.mark.parametrize("service", [SOPHNET_CHAT, TELEAI_EXCEL], ids=lambda service: service.name)
async def test_words_after_a_reason_take_the_ending_back(
    service: Service, server: ByteServer, client: Callable[..., Client]
) -> None:
    pieces = [words(service, text, "stop") for text in "abcd"]
    # Each comes after most of the wait, and all of them after more than one.
    script = [piece for data in pieces for piece in (*streamed(data)[-1:], PAUSE)]
    server.play([head(transfer_encoding="chunked"), *script, END])
    response = await service.settled(ours := client())
    assert (response.text, response.ending, response.finish_reason) == ("abcd", "complete", "stop")
    assert "said that the answer was over before it was" in response.notices[0]
    await ours.aclose()


@pytest.mark.parametrize("reason", ["null", " ", "None", "undefined", 0, False, {}])
async def test_what_is_no_reason_ends_nothing(
    reason: Any, server: ByteServer, client: Callable[..., Client]
) -> None:
    pieces = [choice({"content": text}, reason) for text in "ab"]
    server.play([*streamed(*pieces), Act.CLOSE])
    broke = [*streamed(*pieces), END]
    server.play(broke)
    response = await settle((ours := client()).chat.stream("hi"))
    assert (response.text, response.ending) == ("ab", "incomplete")
    await ours.aclose()


async def test_a_reason_that_is_taken_back_and_not_given_again_leaves_it_incomplete(
    server: ByteServer, client: Callable[..., Client]
) -> None:
    pieces = [choice({"content": "a"}, "stop"), choice({"content": "b"})]
    server.play([*streamed(*pieces), END])
    response = await settle((ours := client()).chat.stream("hi"))
    assert (response.text, response.ending) == ("ab", "incomplete")
    await ours.aclose()


async def test_a_reason_on_a_call_does_not_keep_others_from_coming(
    server: ByteServer, client: Callable[..., Client]
) -> None:
    def call(name: str) -> bytes:
        function = {"name": name, "arguments": "{}"}
        return choice({"tool_calls": [{"id": name, "function": function}]}, "tool_calls")

    server.play([*streamed(call("a"), call("b")), 0.2, *streamed(call("c"))[-1:], END])
    response = await settle((ours := client()).chat.stream("hi"))
    assert [each.name for each in response.tool_calls] == ["a", "b", "c"]
    assert response.ending == "complete"
    await ours.aclose()


async def test_of_several_answers_each_may_go_on(
    server: ByteServer, client: Callable[..., Client]
) -> None:
    def said(index: int, text: str, reason: str | None = None) -> bytes:
        return event(
            {"choices": [{"index": index, "delta": {"content": text}, "finish_reason": reason}]}
        )

    first = streamed(said(0, "a", "stop"), said(1, "k", "stop"))
    last = streamed(said(1, "l", "stop"))[-1:]
    server.play([*first, PAUSE, *last, PAUSE, *streamed(DONE)[-1:], END])
    response = await settle((ours := client()).chat.stream("hi", extra_body={"n": 2}))
    assert (response.text, response.alternatives) == ("a", ("kl",))
    await ours.aclose()


FOREIGN = {
    "a detail": {"detail": "Not authenticated"},
    "no success": {"success": False, "message": "quota"},
    "error_code": {"error_code": 17, "error_msg": "quota"},
    "base_resp": {"base_resp": {"status_code": 1008, "status_msg": "quota"}},
}


@pytest.mark.parametrize("body", FOREIGN.values(), ids=FOREIGN)
async def test_an_error_of_another_shape_is_an_error_with_its_words(
    body: dict[str, Any], server: ByteServer, client: Callable[..., Client]
) -> None:
    ours = client()
    server.play([*streamed(event(body), DONE), END])
    with pytest.raises(Exception, match=r"quota|Not authenticated") as raised:
        await settle(ours.chat.stream("hi"))
    assert raised.value.response.ending == "failed"
    await ours.aclose()


async def test_objects_that_are_no_answer_are_quoted(
    server: ByteServer, client: Callable[..., Client]
) -> None:
    ours = client()
    server.play([*streamed(event({"code": 200, "message": "ok"}), DONE), END])
    with pytest.raises(AnswerUnreadable, match='"message": "ok"'):
        await settle(ours.chat.stream("hi"))
    good = [event({"code": 200, "message": "ok"}), choice({"content": "a"}, "stop")]
    server.play([*streamed(*good, DONE), END])
    response = await settle(ours.chat.stream("hi"))
    assert (response.text, response.ending, response.notices) == ("a", "complete", ())
    await ours.aclose()


ODD = {
    "a tab and a line break in a string": b'{"content": "a\tb\\nc"}',
    "NaN beside it": b'{"content": "a\\tb\\nc", "score": NaN}',
    "a byte order mark": b'{"content": "a\\tb\\nc"}',
}


@pytest.mark.parametrize("delta", ODD.values(), ids=ODD)
async def test_a_chunk_that_a_strict_reader_refuses_is_read(
    delta: bytes, server: ByteServer, client: Callable[..., Client]
) -> None:
    mark = b"\xef\xbb\xbf" if delta is ODD["a byte order mark"] else b""
    chunk = b'data: %b{"choices": [{"delta": %b, "finish_reason": null}]}\n\n' % (mark, delta)
    server.play([*streamed(chunk, choice({}, "stop"), DONE), END])
    response = await settle((ours := client()).chat.stream("hi"))
    assert (response.text, response.ending) == ("a\tb\nc", "complete")
    await ours.aclose()


async def test_half_a_letter_waits_for_the_other_half(
    server: ByteServer, client: Callable[..., Client]
) -> None:
    def half(text: bytes, field: bytes = b"content") -> bytes:
        return b'data: {"choices": [{"delta": {"%b": "%b"}}]}\n\n' % (field, text)

    thought = [half(rb"\ud83e", b"reasoning"), half(rb"\udd14", b"reasoning")]
    pieces = [*thought, half(rb"a\ud83d"), half(rb"\ude00b"), half(rb"c\ud83d"), choice({}, "stop")]
    server.play([*streamed(*pieces, DONE), END])
    response = await settle((ours := client()).chat.stream("hi"))
    assert (response.thinking, response.text) == ("🤔", "a😀bc\ufffd")
    await ours.aclose()


THOUGHTS = {
    "a field of its own": [{"reasoning": "hm"}, {"content": "Hi"}],
    "tags": [{"content": "<thi"}, {"content": "nk>hm</th"}, {"content": "ink>\n\nHi"}],
    "the opening tag kept back": [{"content": "hm"}, {"content": "</think>"}, {"content": "Hi"}],
}


@pytest.mark.parametrize("deltas", THOUGHTS.values(), ids=THOUGHTS)
async def test_thoughts_are_no_words_of_the_answer(
    deltas: list[dict[str, str]], server: ByteServer, client: Callable[..., Client]
) -> None:
    ours = client()

    def check(response: Response) -> None:
        assert (response.thinking, response.text, response.notices) == ("hm", "Hi", ())
        assert response.messages == ({"role": "assistant", "content": "Hi"},)

    server.play([*streamed(*map(choice, deltas), choice({}, "stop"), DONE), END])
    check(await settle(ours.chat.stream("hi")))
    await ours.aclose()


async def test_a_refusal_is_told_and_token_counts_may_be_floats(
    server: ByteServer, client: Callable[..., Client]
) -> None:
    usage = event({"choices": [], "usage": {"prompt_tokens": 3.0, "completion_tokens": 2.0}})
    server.play([*streamed(choice({"refusal": "I cannot."}, "stop"), usage, DONE), END])
    response = await settle((ours := client()).chat.stream("hi"))
    assert response.text == "I cannot."
    assert response.notices == ("The model refused to answer this.",)
    assert (response.usage.prompt_tokens, response.usage.completion_tokens) == (3, 2)
    await ours.aclose()


@pytest.mark.parametrize(
    "answers",
    [
        ["<details open><summary> Thinking... </summary>\n", "hm</details>\n", "Hi"],
        ["<think>hm</thi", "nk>", "\nHi"],
        ["hm\n</think>\n", "\nHi"],
    ],
)
async def test_what_an_app_thinks_is_no_word_of_its_answer(
    answers: list[str], server: ByteServer, client: Callable[..., Client]
) -> None:
    ours = client()
    app = DIFY.stream
    server.play([*streamed(*map(DIFY.text, answers), DIFY.finish("")), END])
    response = await settle(app(ours))
    assert (response.thinking, response.text, response.ending) == ("hm", "Hi", "complete")
    await ours.aclose()


async def test_no_number_in_its_metadata_costs_a_complete_answer(
    server: ByteServer, client: Callable[..., Client]
) -> None:
    ours = client()
    usage = {"usage": {"latency": 0.5, "total_tokens": 7}}
    end = event({"event": "message_end", "metadata": usage}).replace(b"0.5", b"NaN")
    halves = [DIFY.text("?").replace(b"?", half) for half in (rb"\ud83d", rb"\ude00")]
    server.play([*streamed(*halves, end), END])
    response = await settle(DIFY.stream(ours))
    assert (response.text, response.ending, response.usage.total_tokens) == ("😀", "complete", 7)
    await ours.aclose()


async def test_a_report_may_hold_halves_of_letters_and_no_numbers(
    server: ByteServer, client: Callable[..., Client]
) -> None:
    ours = client()
    one, other = rb'"a\ud83d"}, "score": NaN', b'"\\ude00\tb"}'
    said = b'data: {"choices": [{"type": "report", "delta": {"content": %b}]}\n\n'
    end = TELEAI_EXCEL.finish("stop")
    server.play([*streamed(said % one, said % other, end, TELEAI_EXCEL.end), END])
    response = await settle(TELEAI_EXCEL.stream(ours))
    assert (response.text, response.ending) == ("a😀\tb", "complete")
    await ours.aclose()
