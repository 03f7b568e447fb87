from __future__ import annotations

from dataclasses import dataclass

import msgspec
import pytest

from sophnet_jupyter.events import (
    AlternativeDelta,
    AudioChunk,
    Event,
    Finished,
    ImageReady,
    Logprobs,
    PageRead,
    Parsed,
    Progress,
    ReasoningDelta,
    Reference,
    References,
    RoundBegan,
    Shown,
    Started,
    TextDelta,
    TextReplaced,
    TokenLogprob,
    ToolCallDelta,
    ToolResult,
    Transcribed,
    Usage,
    VectorsAsked,
    VectorsReady,
    VideoReady,
)
from sophnet_jupyter.history.encoding import folded, plain, revived
from sophnet_jupyter.values.image import Image
from sophnet_jupyter.values.page import Block, Box, Page
from sophnet_jupyter.values.transcript import Recording, Sentence
from sophnet_jupyter.values.video import Video

EVENTS: list[Event] = [
    Started(service="SophNet", model="m", request_id="r", sandbox=True),
    ReasoningDelta(text="hm"),
    TextDelta(text="你好 \u2028 hello"),
    TextReplaced(text="other", notice="n"),
    ToolCallDelta(index=0, id="c", name="f", arguments='{"a": 1}'),
    ToolResult(index=0, id="c", name="f", text="2", shown=Shown(image=b"png", rows=({"a": 1},))),
    RoundBegan(number=2),
    Logprobs(items=(TokenLogprob("a", -0.5, (("b", -1.0),)),)),
    AlternativeDelta(choice=1, text="another"),
    Parsed(value={"a": [1, None, True]}),
    References(items=(Reference(index=1, title="t", url="https://example.org"),)),
    AudioChunk(data=b"\x00\x01"),
    AudioChunk(data=b""),
    ImageReady(image=Image(data=b"png", mime="image/png", prompt="fox", asked={"size": "1x1"})),
    VideoReady(video=Video(data=b"mp4", poster=Image(data=b"still-png"))),
    PageRead(page=Page(name="a", blocks=(Block(text="b", box=Box(1, 2, 3, 4)),), size=(5, 6))),
    Transcribed(recording=Recording(name="a", sentences=(Sentence(text="b", start=0.5),))),
    VectorsAsked(texts=("a", "b"), thumbnails=(b"x",)),
    VectorsReady(places=((0,), (1,)), dimensions=1, data=b"abcdefgh"),
    Usage(prompt_tokens=1, completion_tokens=2, total_tokens=3, price="0.1", currency="CNY"),
    Finished(reason="stop"),
]


def test_every_event_survives_json() -> None:
    media: dict[str, bytes] = {}
    stored = msgspec.json.decode(msgspec.json.encode(plain(EVENTS, media)))
    assert revived(stored, media.get) == EVENTS


def test_no_bytes_stand_in_the_json() -> None:
    media: dict[str, bytes] = {}
    assert b"still-png" not in msgspec.json.encode(plain(EVENTS, media))
    assert b"still-png" in media.values()


def test_bytes_that_are_gone_are_empty() -> None:
    stored = plain([AudioChunk(data=b"gone")], {})
    assert revived(stored, lambda _: None) == [AudioChunk(data=b"")]


def test_defaults_are_not_written() -> None:
    assert plain([Started(service="S")], {}) == [{"kind": "started", "service": "S"}]


def test_neighboring_deltas_of_one_kind_are_one() -> None:
    events: list[Event] = [
        ReasoningDelta(text="a"),
        ReasoningDelta(text="b"),
        TextDelta(text="c"),
        TextDelta(text="d"),
        ToolCallDelta(index=0, id="1", name="f", arguments="{"),
        ToolCallDelta(index=0, arguments="}"),
        ToolCallDelta(index=0, id="2", name="f", arguments="{}"),
        ToolCallDelta(index=1, arguments="{}"),
        Progress(state="running"),
        AlternativeDelta(choice=1, text="e"),
        AlternativeDelta(choice=2, text="f"),
        AlternativeDelta(choice=2, text="g"),
        AudioChunk(data=b"1"),
        AudioChunk(data=b"2"),
    ]
    assert folded(events) == [
        ReasoningDelta(text="ab"),
        TextDelta(text="cd"),
        ToolCallDelta(index=0, id="1", name="f", arguments="{}"),
        ToolCallDelta(index=0, id="2", name="f", arguments="{}"),
        ToolCallDelta(index=1, arguments="{}"),
        AlternativeDelta(choice=1, text="e"),
        AlternativeDelta(choice=2, text="fg"),
        AudioChunk(data=b"12"),
    ]


def test_a_value_of_a_class_is_kept_as_plain_json() -> None:
    @dataclass
    class City:
        name: str

    assert plain([Parsed(value=[City("Paris")])], {}) == [
        {"kind": "parsed", "value": [{"name": "Paris"}]}
    ]
    assert plain([Parsed(value=object)], {})[0]["value"].startswith("<class")


@pytest.mark.parametrize("value", [{"kind": "none"}, {"text": "a"}, {"kind": "textdelta"}, {}])
def test_what_is_no_event_is_refused(value: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"."):
        revived([value], lambda _: None)
