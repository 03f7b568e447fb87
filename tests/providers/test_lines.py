"""The stream in each of its forms, cut at every byte."""

from __future__ import annotations

import json

import pytest

from sophnet_jupyter.events import ReasoningDelta, TextDelta
from sophnet_jupyter.providers.lines import DONE, EventLines, read
from sophnet_jupyter.providers.teleai.chunk import AnalysisDecoder

# The lines of the document, with its `...` and its bare end mark (docs/services/teleai.md#excel,
# rows T1, T2 and T3).
DOCUMENT = """\
{'choices': [{'finish_reason': None, 'delta': {'content': '中间结果1'}, 'index': 0, \
'type':'source', 'file_size':'large'}], 'object': 'chat.completion.chunk', 'usage': None, \
'created': 1730681150, 'model': 'openchat', 'id': 'chatcmpl-6f09deda'}
{'choices': [{'delta': {'content': "it's \\n报告1"}, 'finish_reason': None, 'index': 0, \
'type':'report', 'file_size':'large'}], 'object': 'chat.completion.chunk', 'usage': None, \
'created': 1730681150, 'model': 'openchat', 'id': 'chatcmpl-6f09deda'}
...
[DONE]
"""
CHUNKS = [read(line) for line in DOCUMENT.splitlines()[:2]]
JSON = [json.dumps(chunk, ensure_ascii=False) for chunk in CHUNKS]
FORMS = {
    "as in the document": DOCUMENT,
    "bare JSON": "\n".join([*JSON, DONE]),
    "events": "".join(f"data: {line}\n\n" for line in [*JSON, DONE]),
    "events without a space": "".join(f"data:{line}\n\n" for line in [*JSON, DONE]),
    "printed events": "".join(f"data: {line}\n\n" for line in DOCUMENT.splitlines()),
    "CRLF, ids and comments": ": hi\r\nid: 1\r\nretry: 5\r\nevent: x\r\n\r\n"
    + "\r\n".join([*JSON, DONE]),
}


@pytest.mark.parametrize("text", FORMS.values(), ids=FORMS)
def test_every_form_says_the_same_wherever_it_is_cut(text: str) -> None:
    data = text.encode()
    for cut in range(len(data) + 1):
        lines = EventLines()
        found = lines.feed(data[:cut]) + lines.feed(data[cut:]) + lines.finish()
        chunks = [event.data for event in found if event.data not in ("...", None)]
        assert [read(chunk) for chunk in chunks[:-1]] == CHUNKS
        assert chunks[-1] == DONE
        assert all(event.complete for event in found)


def test_steps_and_report_are_told_apart() -> None:
    decoder = AnalysisDecoder()
    events = [event for chunk in CHUNKS for event in decoder.events(chunk)]
    assert events == [ReasoningDelta(text="中间结果1"), TextDelta(text="it's \n报告1")]


@pytest.mark.parametrize(
    "text", ["<html>\n{'a': 1}\n", "{\n  {\n  'a': 1}\n}", "busy\n[1]\n", "['a']\n", ""]
)
def test_what_is_no_stream_makes_no_event(text: str) -> None:
    lines = EventLines()
    assert lines.feed(text.encode()) + lines.finish() == []


def test_a_line_that_the_end_has_cut_says_so() -> None:
    lines = EventLines()
    assert lines.feed(b"data: {'a': ") == []
    (event,) = lines.finish()
    assert not event.complete


@pytest.mark.parametrize(
    ("said", "reason"),
    [("lstop", "stop"), ("llength", "length"), ("stop", "stop"), ("lost", "lost")],
)
def test_the_letter_before_a_finish_reason_is_a_bullet(said: str, reason: str) -> None:
    """docs/services/teleai.md#excel, row T4."""
    decoder = AnalysisDecoder()
    decoder.events({"choices": [{"delta": {}, "finish_reason": said}]})
    assert decoder.reason == reason


def test_a_finish_among_the_steps_does_not_end_the_report() -> None:
    decoder = AnalysisDecoder()
    decoder.events({"choices": [{"delta": {}, "finish_reason": "stop", "type": "source"}]})
    assert decoder.reason == ""


@pytest.mark.parametrize("more", [{}, {"usage": None}, {"usage": {"total_tokens": 3}}])
@pytest.mark.parametrize("logprobs", [None, "", "x", 1.5])
def test_what_the_document_leaves_open_is_optional(more: dict, logprobs: object) -> None:
    """docs/services/teleai.md#excel, rows T5, T6, T9, T10 and T15."""
    decoder = AnalysisDecoder()
    choice = {"message": {"content": "a"}, "logprobs": logprobs}
    chunk = {"choices": [choice], "created": 1.5, "id": 7, "model": None, "object": "", **more}
    assert decoder.events(chunk)[0] == TextDelta(text="a")
