"""Parallel tool calls stay apart, however a server numbers them."""

from __future__ import annotations

from typing import Any

import pytest

from sophnet_jupyter.providers.sophnet.chat.calls import MAX_CALLS
from sophnet_jupyter.providers.sophnet.chat.chunk import ChatDecoder
from sophnet_jupyter.response import Response, fold

TWO = [("now", '{"zone":1}'), ("then", '{"zone":2}')]


def piece(arguments: str = "", name: str = "", **more: Any) -> dict[str, Any]:
    function = {"arguments": arguments} | ({"name": name} if name else {})
    return {"type": "function", "function": function, **more}


def told(*pieces: dict[str, Any], part: str = "delta", at_once: bool = False) -> Response:
    decoder, state = ChatDecoder(), Response()
    chunks = [list(pieces)] if at_once else [[each] for each in pieces]
    for calls in chunks:
        chunk = {"choices": [{part: {"tool_calls": calls}}]}
        for event in decoder.events(chunk, part):
            state = fold(state, event)
    for event in decoder.end():
        state = fold(state, event)
    return state


def calls(*pieces: dict[str, Any], **how: Any) -> list[tuple[str, str]]:
    return [(call.name, call.arguments) for call in told(*pieces, **how).tool_calls]


PIECES = {
    "as documented": (
        piece("", "now", index=0, id="c1"),
        piece('{"zone":1}', index=0),
        piece("", "then", index=1, id="c2"),
        piece('{"zone":2}', index=1),
    ),
    "mixed": (
        piece("", "now", index=0, id="c1"),
        piece("", "then", index=1, id="c2"),
        piece('{"zone"', index=1),
        piece('{"zone":1}', index=0),
        piece(":2}", index=1),
    ),
    "counted from one": (
        piece("", "now", index=1, id="c1"),
        piece('{"zone":1}', index=1),
        piece("", "then", index=2, id="c2"),
        piece('{"zone":2}', index=2),
    ),
    "always 0, with ids": (
        piece("", "now", index=0, id="c1"),
        piece('{"zone":1}', index=0),
        piece("", "then", index=0, id="c2"),
        piece('{"zone":2}', index=0),
    ),
    "always 0, the id each time, mixed": (
        piece("", "now", index=0, id="c1"),
        piece("", "then", index=0, id="c2"),
        piece('{"zone":1}', index=0, id="c1"),
        piece('{"zone":2}', index=0, id="c2"),
    ),
    "always 0, without ids": (
        piece('{"zone":1}', "now", index=0),
        piece('{"zone":2}', "then", index=0),
    ),
    "no index, with ids": (
        piece('{"zone"', "now", id="c1"),
        piece(":1}"),
        piece('{"zone"', "then", id="c2"),
        piece(":2}"),
    ),
    "no index, no ids": (piece('{"zone":1}', "now"), piece('{"zone":2}', "then")),
    "one id twice": (
        piece("", "now", index=0, id="c"),
        piece('{"zone":1}', index=0, id="c"),
        piece("", "then", index=1, id="c"),
        piece('{"zone":2}', index=1, id="c"),
    ),
    "a new id in every piece": (
        piece("", "now", index=0, id="c1"),
        piece('{"zone"', index=0, id="c2"),
        piece(":1}", index=0, id="c3"),
        piece("", "then", index=1, id="c4"),
        piece('{"zone":2}', index=1, id="c5"),
    ),
    "a new id in every piece, no index": (
        piece("", "now", id="c1"),
        piece('{"zone"', id="c2"),
        piece(":1}", id="c3"),
        piece('{"zone":2}', "then", id="c4"),
    ),
    "an index that goes up with every piece": (
        piece("", "now", index=0, id="c1"),
        piece('{"zone":1}', index=1),
        piece("", "then", index=2, id="c2"),
        piece('{"zone":2}', index=3),
    ),
    "the name each time": (
        piece('{"zone"', "now", index=0, id="c1"),
        piece(":1}", "now", index=0, id="c1"),
        piece('{"zone"', "then", index=1, id="c2"),
        piece(":2}", "then", index=1, id="c2"),
    ),
    "the name each time, no index, no ids": (
        piece('{"zone"', "now"),
        piece(":1}", "now"),
        piece('{"zone"', "then"),
        piece(":2}", "then"),
    ),
    "said again at the end": (
        piece('{"zone":1}', "now", index=0, id="c1"),
        piece('{"zone":2}', "then", index=1, id="c2"),
        piece("", "now", index=0, id="c1"),
        piece('{"zone":2}', "then", index=1, id="c2"),
    ),
}


@pytest.mark.parametrize("pieces", PIECES.values(), ids=PIECES)
@pytest.mark.parametrize("at_once", [False, True], ids=["a chunk each", "in one chunk"])
def test_two_calls_are_two_calls(pieces: tuple[dict[str, Any], ...], at_once: bool) -> None:
    assert calls(*pieces, at_once=at_once) == TWO


def test_equal_calls_of_one_function_are_two_where_they_have_ids_or_places_of_their_own() -> None:
    same = ("{}", "now")
    assert calls(piece(*same, id="c1"), piece(*same, id="c2")) == [("now", "{}")] * 2
    assert calls(piece(*same, index=0), piece(*same, index=1)) == [("now", "{}")] * 2
    assert calls(piece("", "now", index=0), piece("", "now", index=1)) == [("now", "")] * 2


def test_in_a_whole_answer_each_item_of_the_list_is_a_call() -> None:
    for more in ({}, {"index": 0}, {"id": "c"}, {"index": 0, "id": "c"}):
        two = [piece('{"zone":1}', "now", **more), piece('{"zone":2}', "then", **more)]
        assert calls(*two, part="message", at_once=True) == TWO, more


def test_the_first_id_of_a_call_stays() -> None:
    [call] = told(piece("{", "now", index=0, id="c1"), piece("}", index=0, id="c2")).tool_calls
    assert (call.id, call.arguments) == ("c1", "{}")


def test_half_a_letter_in_a_call_waits_for_its_other_half() -> None:
    one, other = piece('{"a":"\ud83d', "now", index=0, id="c1"), piece('\ude00"}', index=0)
    assert calls(one, other) == [("now", '{"a":"😀"}')]


def test_more_calls_than_any_model_makes_are_left_out_with_a_notice() -> None:
    said = told(*(piece("{}", f"f{n}", id=f"c{n}") for n in range(MAX_CALLS + 3)))
    assert len(said.tool_calls) == MAX_CALLS
    assert "the rest is left out" in said.notices[0]
