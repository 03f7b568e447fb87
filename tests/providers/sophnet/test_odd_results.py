"""Results in other forms than the documents have are read for what they hold."""

from __future__ import annotations

import json

import pytest

from sophnet_jupyter.providers.sophnet.images.task import decode_task as image_task
from sophnet_jupyter.providers.sophnet.speech.result import decode_task as speech_task
from sophnet_jupyter.wire.call import Reply


def reply(body: object) -> Reply:
    return Reply(status=200, headers={}, body=json.dumps(body).encode())


@pytest.mark.parametrize(
    ("result", "texts"),
    [
        ("[0:01.000,0:02.000,0] one", ["one"]),
        (["[0:01.000,0:02.000,0] one", "two"], ["one", "two"]),
        ([{"text": "one"}, {"sentence": "two"}, {"other": 1}, 5, None], ["one", "two"]),
        ({"text": "one"}, ["one"]),
        ([], []),
    ],
)
def test_a_transcription_is_read_whatever_form_its_result_has(result, texts):
    told = {"taskId": "t", "status": "success", "result": result}
    body = told if not isinstance(result, dict) else {"status": 0, "result": told}
    assert [each.text for each in speech_task(reply(body)).sentences] == texts


@pytest.mark.parametrize(
    "row",
    [
        "https://a.org/1.png",
        " https://a.org/1.png\n",
        {"url": "https://a.org/1.png"},
        {"image_url": "https://a.org/1.png"},
        {"image_url": {"url": "https://a.org/1.png"}},
        {"imageUrl": {"url": "https://a.org/1.png"}},
    ],
)
def test_an_image_is_found_by_any_of_its_names(row):
    body = {"output": {"taskId": "t", "taskStatus": "SUCCEEDED", "results": [row, {}, 7, None]}}
    assert image_task(reply(body)).urls == ("https://a.org/1.png",)
