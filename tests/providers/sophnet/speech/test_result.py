from __future__ import annotations

import json

import pytest

from sophnet_jupyter.errors import AnswerUnreadable, NotFound, RequestRefused, TaskFailed
from sophnet_jupyter.providers.sophnet.speech.result import (
    decode_sync,
    decode_task,
    look,
    sentences,
)
from sophnet_jupyter.wire.call import Reply

DOCUMENT = (
    "[0:5.840,0:6.690,0] 哎,张总。\n[0:7.520,0:8.270,1] 还要打吗?\n"
    "[0:8.700,0:8.925,0] 哎。\n[0:8.925,0:12.550,1] 我能听到这给你们发了有3张图。\n"
)


def reply(body: object, status: int = 200) -> Reply:
    return Reply(status=status, headers={}, body=json.dumps(body).encode())


def test_the_documents_example_is_four_sentences_of_two_speakers() -> None:
    found = sentences(DOCUMENT)
    assert [(each.start, each.end, each.speaker) for each in found] == [
        (5.84, 6.69, "0"),
        (7.52, 8.27, "1"),
        (8.7, 8.925, "0"),
        (8.925, 12.55, "1"),
    ]
    assert found[1].text == "还要打吗?"
    assert found[1].raw == "[0:7.520,0:8.270,1] 还要打吗?"


@pytest.mark.parametrize(
    ("line", "start", "end", "speaker", "text"),
    [
        ("[65:0.5,65:2,3] late", 3900.5, 3902.0, "3", "late"),
        ("[1:05:00.5,1:05:02,3] hours", 3900.5, 3902.0, "3", "hours"),
        ("[0:1,0:2] nobody", 1.0, 2.0, "", "nobody"),
        ("[ 0:1.5 , 0:2.5 , A b ]brackets [x] stay", 1.5, 2.5, "A b", "brackets [x] stay"),
        ("[0:1.000,0:2.000,0] ", 1.0, 2.0, "0", ""),
        ("no times at all", None, None, "", "no times at all"),
        ("[half,a,head] text", None, None, "", "[half,a,head] text"),
    ],
)
def test_a_line_of_any_form_is_a_sentence(
    line: str, start: float | None, end: float | None, speaker: str, text: str
) -> None:
    [found] = sentences(f"\n{line}\r\n\n")
    assert (found.start, found.end, found.speaker, found.text) == (start, end, speaker, text)


@pytest.mark.parametrize("key", ["taskId", "task_id", "id"])
def test_the_id_of_a_task_is_read_by_whatever_name(key: str) -> None:
    assert decode_task(reply({key: 10047816884, "created": 1})).id == "10047816884"


@pytest.mark.parametrize("word", ["success", "SUCCESS", "Success"])
def test_a_status_is_compared_in_any_case(word: str) -> None:
    found = look(reply({"taskId": "1", "status": word, "result": "[0:1,0:2,0] a"}), "1")
    assert found.done
    assert found.word == word


def test_an_envelope_around_the_task_is_opened() -> None:
    body = {"status": 0, "message": "ok", "result": {"taskId": "7", "status": "doing"}}
    assert decode_task(reply(body)).state == "doing"


def test_a_failed_task_tells_its_reason() -> None:
    with pytest.raises(TaskFailed, match="no audio track"):
        look(reply({"taskId": "1", "status": "failed", "errorMsg": "no audio track"}), "1")


def test_a_status_that_nobody_knows_is_told_and_no_end() -> None:
    state = look(reply({"taskId": "1", "status": "strange"}), "1")
    assert not state.done
    assert "'strange', a word that is not known here" in state.notice
    # Unless there is what was said.
    assert look(reply({"taskId": "1", "status": "strange", "result": "a"}), "1").done
    for word in ("unknown", ""):
        with pytest.raises(NotFound):
            look(reply({"taskId": "1", "status": word}), "1")


def test_an_error_with_200_is_an_error() -> None:
    with pytest.raises(RequestRefused, match="too long"):
        decode_task(reply({"status": 400, "message": "too long", "result": None}))


def test_json_without_a_task_is_unreadable() -> None:
    with pytest.raises(AnswerUnreadable, match="without the id"):
        decode_task(reply({"hello": 1}))


def test_a_synchronous_answer_has_text_and_length() -> None:
    assert decode_sync(reply({"result": "hi", "audio_duration": 1.5})) == ("hi", 1.5)
    assert decode_sync(reply({"status": 0, "result": {"result": "hi"}})) == ("hi", None)
    with pytest.raises(AnswerUnreadable):
        decode_sync(reply({"audio_duration": 1.5}))
