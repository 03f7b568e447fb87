from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sophnet_jupyter.events import (
    ReasoningDelta,
    Reference,
    References,
    TextDelta,
    ToolCallDelta,
    Usage,
)
from sophnet_jupyter.providers.sophnet.chat.chunk import MAX_CALLS, ChatDecoder
from sophnet_jupyter.response import Response, fold


def read(*chunks, part="delta"):
    decoder = ChatDecoder()
    return [event for chunk in chunks for event in decoder.events(chunk, part)]


def delta(reason=None, more=None, **words):
    return {"choices": [{"index": 0, "delta": words, "finish_reason": reason, **(more or {})}]}


def calls(*chunks):
    response = Response()
    for event in read(*chunks):
        response = fold(response, event)
    return [(call.id, call.name, call.arguments) for call in response.tool_calls]


def call(arguments=None, **more):
    function = {"arguments": arguments} if arguments is not None else {}
    if name := more.pop("name", None):
        function["name"] = name
    return delta(tool_calls=[{**more, "function": function}])


def test_thoughts_come_before_words():
    assert read(delta(reasoning_content="hm", content="a")) == [
        ReasoningDelta(text="hm"),
        TextDelta(text="a"),
    ]


@pytest.mark.parametrize(
    "chunk",
    [
        {},
        {"choices": None},
        {"choices": []},
        {"choices": {}},
        {"choices": "x"},
        {"choices": [None, 1, []]},
        {"choices": [{}]},
        {"choices": [{"delta": None}]},
        {"choices": [{"delta": "x"}]},
        {"choices": [{"delta": []}]},
        delta(content=None, reasoning_content=None, tool_calls=None),
        delta(content="", role=None),
        {"usage": None},
        {"object": "chat.completion.chunk"},
    ],
    ids=str,
)
def test_chunks_without_words_mean_nothing(chunk):
    assert read(chunk) == []


def test_the_finish_reason_is_kept_until_the_usage_has_come():
    decoder = ChatDecoder()
    decoder.events(delta("stop"), "delta")
    decoder.events({"choices": [], "usage": {"total_tokens": 3}}, "delta")
    assert decoder.reason == "stop"


def test_words_that_come_in_parts_are_joined():
    parts = [{"type": "text", "text": "a"}, {"type": "image"}, {"type": "text", "text": "b"}]
    assert read(delta(content=parts)) == [TextDelta(text="ab")]


TOOLS = {
    "in pieces": (
        call("", index=0, id="c1", name="now"),
        call('{"zo', index=0),
        call('ne":1}', index=0),
    ),
    "whole in one chunk": (call('{"zone":1}', index=0, id="c1", name="now"),),
    "whole, without an index": (call('{"zone":1}', id="c1", name="now"),),
    "in pieces, without an index": (
        call("", id="c1", name="now"),
        call('{"zone"'),
        call(":1}"),
    ),
    "the id each time, without an index": (
        call("", id="c1", name="now"),
        call('{"zone":1}', id="c1"),
    ),
    "arguments as an object": (call({"zone": 1}, index=0, id="c1", name="now"),),
    "index is null": (call('{"zone":1}', index=None, id="c1", name="now"),),
}


@pytest.mark.parametrize("chunks", TOOLS.values(), ids=TOOLS)
def test_a_tool_call_is_put_together_however_it_comes(chunks):
    assert calls(*chunks) == [("c1", "now", '{"zone":1}')]


def test_parallel_calls_are_kept_apart():
    two = [("c1", "a", "1"), ("c2", "b", "2")]
    with_index = [
        call("", index=0, id="c1", name="a"),
        call("", index=1, id="c2", name="b"),
        call("2", index=1),
        call("1", index=0),
    ]
    without = [call("1", id="c1", name="a"), call("2", id="c2", name="b")]
    assert calls(*with_index) == calls(*without) == two


@pytest.mark.parametrize("index", [-1, MAX_CALLS, 10**9, "0", 0.5, [], True])
def test_an_index_that_cannot_be_one_allocates_nothing(index):
    assert len(calls(call("{}", index=index, id="c1", name="a"))) <= 2


def test_a_call_without_a_function_is_no_fall():
    assert (
        read(delta(tool_calls=[{}, {"function": None}, {"function": "x"}, None]))
        == [ToolCallDelta(index=0)] * 3
    )


def ref(index, title):
    return {"index": index, "title": title, "type": "web"}


def cited(*chunks):
    last = [event for event in read(*chunks) if isinstance(event, References)][-1]
    return [(reference.index, reference.title) for reference in last.items]


def test_references_add_up_and_the_last_list_replaces_them():
    first, second = delta(more={"refs": [ref(2, "b")]}), delta(more={"refs": [ref(1, "a")]})
    assert cited(first) == [(2, "b")]
    assert cited(first, second) == [(1, "a"), (2, "b")]
    assert cited(first, second, delta("stop", {"refs": [ref(1, "z")]})) == [(1, "z")]


def test_references_are_found_in_both_places():
    outside = {"choices": [{"message": {"content": "x"}, "refs": [ref(1, "a")]}]}
    inside = {"choices": [{"message": {"content": "x", "refs": [ref(1, "a")]}}]}
    wanted = References(items=(Reference(index=1, title="a", type="web"),))
    assert wanted in read(outside, part="message")
    assert wanted in read(inside, part="message")


def test_references_without_a_number_are_all_kept():
    assert cited(delta(more={"refs": [{"title": "a"}, {"title": "b"}]})) == [(0, "a"), (1, "b")]


def test_usage_with_and_without_details():
    usage = {"prompt_tokens": 8, "completion_tokens": 4, "total_tokens": 12}
    plain = Usage(prompt_tokens=8, completion_tokens=4, total_tokens=12)
    assert read({"usage": usage}) == [plain]
    nulls = {"prompt_tokens_details": None, "completion_tokens_details": None}
    assert read({"usage": usage | nulls}) == [plain]
    details = {
        "prompt_tokens_details": {"cached_tokens": 2, "image_tokens": 5},
        "completion_tokens_details": {"reasoning_tokens": 3},
    }
    (full,) = read({"usage": usage | details})
    assert (full.cached_tokens, full.reasoning_tokens, full.image_tokens) == (2, 3, 5)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=5,
)
NAMES = ["content", "reasoning_content", "tool_calls", "refs"]
ANY_DELTA = st.dictionaries(st.sampled_from(NAMES), JSON | st.lists(st.just({"function": []})))


@given(
    delta=JSON | ANY_DELTA,
    refs=JSON,
    reason=JSON,
    usage=JSON | st.dictionaries(st.sampled_from(["prompt_tokens", "prompt_tokens_details"]), JSON),
    function=JSON,
)
def test_no_chunk_makes_it_fall_over(delta, refs, reason, usage, function):
    choice = {"delta": delta, "refs": refs, "finish_reason": reason}
    tools = {"delta": {"tool_calls": [{"function": function, "id": refs, "index": reason}]}}
    read({"choices": [choice, tools], "usage": usage})
