"""What single events mean, with payloads as the document and clients have them."""

from __future__ import annotations

import base64

import pytest

from sophnet_jupyter.events import (
    AudioChunk,
    Finished,
    Notice,
    References,
    TextDelta,
    TextReplaced,
    Usage,
)
from sophnet_jupyter.providers.dify.chunk import CompletionDecoder
from sophnet_jupyter.providers.dify.loose import moment

IDS = {"task_id": "t", "message_id": "m", "created_at": 1}


# docs/services/dify.md#completion, row D3.
def test_a_chunk_without_an_event_is_a_message_if_it_has_an_answer() -> None:
    decoder = CompletionDecoder()
    assert decoder.events({"id": "m", "answer": " I", "created_at": 1}) == [TextDelta(text=" I")]
    assert decoder.message_id == "m"
    assert decoder.events({"id": "x", "created_at": 1}) == []


# docs/services/dify.md#completion, row D4.
@pytest.mark.parametrize("given", [{"message_id": "m"}, {"id": "m"}, {"id": "m", **IDS}])
def test_either_name_of_the_message_is_taken(given: dict[str, object]) -> None:
    decoder = CompletionDecoder()
    decoder.events({"event": "message", "answer": "a", **given})
    assert decoder.message_id == "m"


def test_the_id_of_another_event_is_not_that_of_the_message() -> None:
    decoder = CompletionDecoder()
    decoder.events({"event": "message", "answer": "a", **IDS})
    decoder.events({"event": "agent_thought", "id": "other"})
    assert decoder.message_id == "m"


@pytest.mark.parametrize("kind", ["ping", "workflow_started", "agent_log", "brand_new", ""])
def test_an_event_that_nobody_knows_says_nothing(kind: str) -> None:
    assert CompletionDecoder().events({"event": kind, "data": {"text": "x"}, "task_id": "t"}) == []


def test_a_replaced_answer_takes_the_place_of_all_text() -> None:
    event = {"event": "message_replace", "answer": "No.", "reason": "output_moderation", **IDS}
    assert CompletionDecoder().events(event) == [
        TextReplaced(text="No.", reason="output_moderation")
    ]


# docs/services/dify.md#completion, rows D5 and D30.
@pytest.mark.parametrize("name", ["tts_message_end", "tts_messsage_end"])
def test_sound_is_read_behind_the_end_of_the_text(name: str) -> None:
    decoder = CompletionDecoder()
    decoder.events({"event": "message_end", **IDS})
    audio = base64.b64encode(b"mp3").decode()
    # The document's samples carry a conversation, which this kind of app does not have.
    sound = {"event": "tts_message", "conversation_id": "c", "audio": audio, **IDS}
    assert decoder.events(sound) == [AudioChunk(data=b"mp3")]
    assert decoder.speaking
    assert decoder.events({"event": name, "audio": "", **IDS}) == []
    assert not decoder.speaking


def test_sound_that_is_no_base64_is_told_and_does_not_end_the_answer() -> None:
    for audio in ("a", "<html>no sound</html>"):
        (told,) = CompletionDecoder().events({"event": "tts_message", "audio": audio, **IDS})
        assert isinstance(told, Notice)
    (heard,) = CompletionDecoder().events({"event": "tts_message", "audio": "bXAz\nbXAz", **IDS})
    assert heard == AudioChunk(data=b"mp3mp3")


def test_text_behind_the_end_is_not_part_of_the_answer() -> None:
    decoder = CompletionDecoder()
    decoder.events({"event": "message_end", **IDS})
    assert decoder.events({"event": "message", "answer": "again", **IDS}) == []


def test_an_answer_that_is_withdrawn_behind_its_end_is_withdrawn() -> None:
    decoder = CompletionDecoder()
    decoder.events({"event": "message_end", **IDS})
    late = {"event": "message_replace", "answer": "No.", **IDS}
    assert decoder.events(late) == [TextReplaced(text="No.")]


def test_a_file_of_the_answer_is_told_once_and_one_of_the_user_is_not() -> None:
    decoder = CompletionDecoder()
    made = {"id": "f", "type": "image", "belongs_to": "assistant", "url": "https://a.b/c.png"}
    (told,) = decoder.events({"event": "message_file", **made})
    assert told == Notice(text="The app made a file: image https://a.b/c.png")
    theirs = {**made, "belongs_to": "user", "url": "https://a.b/mine.png"}
    assert decoder.events({"event": "message_file", **theirs}) == []
    other = {**made, "url": "https://a.b/d.png"}
    (last,) = decoder.events({"event": "message_end", "files": [made, other], **IDS})
    assert "d.png" in last.text


def test_usage_is_read_although_its_prices_are_text() -> None:
    usage = {
        "prompt_tokens": 33,
        "prompt_unit_price": "0.001",
        "prompt_price": "0.0000330",
        "completion_tokens": "4",
        "total_tokens": 37,
        "total_price": "0.0000410",
        "currency": "USD",
        "latency": 0.9,
    }
    events = CompletionDecoder().events(
        {"event": "message_end", "metadata": {"usage": usage}, **IDS}
    )
    (told,) = events
    assert isinstance(told, Usage)
    assert (told.prompt_tokens, told.completion_tokens, told.total_tokens) == (33, 4, 37)
    assert (told.price, told.currency) == ("0.0000410", "USD")


def test_sources_and_the_author_of_an_annotation_are_told() -> None:
    source = {"position": 2, "document_name": "a.md", "content": "words", "segment_id": "s"}
    facts = {
        "retriever_resources": [source],
        "annotation_reply": {"id": "a", "account": {"id": "b", "name": "Eve"}},
    }
    cited, note = CompletionDecoder().events({"event": "message_end", "metadata": facts, **IDS})
    assert isinstance(cited, References)
    (item,) = cited.items
    assert (item.index, item.title, item.content, item.id) == (2, "a.md", "words", "s")
    assert "annotation by Eve" in note.text


@pytest.mark.parametrize("facts", [None, [], "x", {"usage": []}, {"retriever_resources": {}}])
def test_metadata_of_another_form_is_passed_over(facts: object) -> None:
    assert CompletionDecoder().events({"event": "message_end", "metadata": facts, **IDS}) == []


def test_only_message_end_makes_an_answer_complete() -> None:
    decoder = CompletionDecoder()
    decoder.events({"event": "message", "answer": "a", **IDS})
    assert decoder.end()[-1] == Finished(reason="incomplete", ending="incomplete")
    decoder.events({"event": "message_end", **IDS})
    assert decoder.end() == [Finished(reason="message_end")]


# docs/services/dify.md#feedback, row D20.
@pytest.mark.parametrize("said", [1735625869, "2024-12-31T06:17:49", "2024-12-31T06:17:49+00:00"])
def test_both_forms_of_a_time_are_the_same_time(said: object) -> None:
    assert moment(said).isoformat() == "2024-12-31T06:17:49+00:00"


@pytest.mark.parametrize("said", [None, "", "yesterday", 1e300, {}])
def test_a_time_that_is_none_is_none(said: object) -> None:
    assert moment(said) is None
