from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.providers import arguments
from sophnet_jupyter.providers.sophnet.chat import request
from sophnet_jupyter.providers.sophnet.images import request as image_request
from sophnet_jupyter.providers.sophnet.videos import request as video_request


@pytest.mark.parametrize("value", [5, 5.0, np.int64(5), np.float32(5), "5", True, None], ids=repr)
def test_a_whole_number_is_one_whatever_library_it_comes_from(value: Any) -> None:
    if isinstance(value, str | bool):
        with pytest.raises(SettingsError, match="steps is a whole number, not"):
            arguments.whole("steps", value)
    else:
        found = arguments.whole("steps", value)
        assert found == (None if value is None else 5)
        assert found is None or type(found) is int


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"prompt": None}, "prompt is a text, not None"),
        ({"prompt": b"a fox"}, "prompt is a text, not b'a fox'"),
        ({"size": 1328}, "WIDTH.HEIGHT in pixels, such as 1328.1328, not '1328'"),
        ({"size": ["a", "b"]}, "WIDTH.HEIGHT"),
        ({"size": (1328.0, 1328.0)}, "WIDTH.HEIGHT"),
        ({"seed": "7"}, "seed is a whole number, not '7'"),
        ({"seed": float("nan")}, "seed is a whole number, not nan"),
        ({"steps": "many"}, "steps is a whole number"),
        ({"steps": 0}, "steps must be at least 1, not 0"),
        ({"n": "2"}, "n is a whole number"),
        ({"n": True}, "n is a whole number, not True"),
        ({"extra_body": 5}, "extra_body is a dict"),
        ({"extra_body": {1: 2}}, "extra_body is a dict"),
    ],
    ids=repr,
)
def test_a_picture_of_the_wrong_type_is_one_sentence(options: dict[str, Any], says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        image_request.request(**{"prompt": "a fox", **options})


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"prompt": None}, "prompt is a text"),
        ({"size": 832}, "WIDTH.HEIGHT in pixels, such as 832.480"),
        ({"duration": "5"}, "duration is a whole number, not '5'"),
        ({"duration": True}, "duration is a whole number"),
        ({"fps": "x"}, "fps is a whole number"),
        ({"references": 5}, "A int is no image"),
        ({"extra_body": 3}, "extra_body is a dict"),
    ],
    ids=repr,
)
def test_a_video_of_the_wrong_type_is_one_sentence(options: dict[str, Any], says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        video_request.request(**{"prompt": "a fox", **options})


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"prompt": None}, "A prompt is a string"),
        ({"prompt": 5}, "A prompt is a string"),
        ({"prompt": b"hi"}, "A prompt is a string"),
        ({"temperature": "hot"}, "temperature is a number, not 'hot'"),
        ({"temperature": True}, "temperature is a number, not True"),
        ({"max_tokens": "5"}, "max_tokens is a whole number, not '5'"),
        ({"max_tokens": 2.5}, "max_tokens is a whole number, not 2.5"),
        ({"seed": "x"}, "seed is a whole number"),
        ({"n": "x"}, "n is a whole number"),
        ({"top_logprobs": "x"}, "top_logprobs is a number"),
        ({"stop": 5}, "stop is a string, or up to four of them, not 5"),
        ({"stop": [5]}, "stop is a text, not 5"),
        ({"model": 5}, "model is a text, not 5"),
        ({"extra_body": 5}, "extra_body is a dict"),
    ],
    ids=repr,
)
def test_a_question_of_the_wrong_type_is_one_sentence(options: dict[str, Any], says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        request.request(**{"prompt": "hi", "model": "m", **options})


def test_numbers_and_arrays_of_numpy_are_sent_as_what_they_say() -> None:
    body = request.request(
        "hi",
        model="m",
        temperature=np.float32(0.5),
        max_tokens=np.int64(9),
        extra_body={"ids": np.arange(3), "flag": np.bool_(True)},
    )
    sent = json.loads(arguments.encoded(body))
    said = {name: sent[name] for name in ("temperature", "max_tokens", "ids", "flag")}
    assert said == {"temperature": 0.5, "max_tokens": 9, "ids": [0, 1, 2], "flag": True}


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ("a fox \ud83e", r"half a character.*fox \\ud83e"),
        ("一只狐狸 \ud83e", r"half a character.*'一只狐狸 \\ud83e'"),
        (object(), "JSON cannot hold a object"),
        ({(1, 2): 3}, "JSON cannot hold a tuple"),
    ],
    ids=["half", "half, beside Chinese", "object", "key"],
)
def test_what_json_cannot_hold_is_one_sentence(value: Any, says: str) -> None:
    with pytest.raises(SettingsError, match=says) as caught:
        arguments.encoded({"prompt": value})
    assert "\n" not in str(caught.value)
