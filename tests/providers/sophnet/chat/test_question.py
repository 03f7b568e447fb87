from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from PIL import Image

from sophnet_jupyter import Client
from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.providers.sophnet.chat import Chat
from sophnet_jupyter.providers.sophnet.chat.reading import ChatReader, whole
from sophnet_jupyter.response import Response, fold
from sophnet_jupyter.wire.call import Reply
from sophnet_jupyter.wire.stream.sse import SSE

pytestmark = pytest.mark.anyio
both = pytest.mark.parametrize("stream", [True, False], ids=["stream", "whole"])


@pytest.fixture
async def chat(sandbox: SimpleNamespace) -> AsyncIterator[Chat]:
    async with Client(api_key=sandbox.key, base_url=sandbox.url, model="m") as client:
        yield client.chat


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "fox.jpg"
    Image.new("RGB", (300, 200), "orange").save(path)
    return path


@both
async def test_a_picture_arrives_with_the_question(chat: Chat, photo: Path, stream: bool) -> None:
    response = await chat.create("What is this?", images=photo, stream=stream)
    assert "image/jpeg, 300 × 200 pixels" in response.text


@both
async def test_what_was_made_of_a_picture_is_told(
    chat: Chat, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stream: bool
) -> None:
    monkeypatch.chdir(tmp_path)
    frames = [Image.new("RGB", (30, 20), color) for color in ("red", "blue")]
    frames[0].save("fox.gif", save_all=True, append_images=frames[1:])
    frames[0].save("fox.png")
    response = await chat.create("What is this?", images=["fox.gif", "fox.png"], stream=stream)
    assert response.notices == ("fox.gif · 30×20 · 1 kB · frame 1 of 2.",)
    assert response.ending == "complete"


@pytest.fixture
def pictures(photo: Path) -> list[object]:
    drawn = Image.new("RGBA", (64, 32))
    return [photo, photo.read_bytes(), drawn, "https://example.org/a.png"]


async def test_pictures_of_all_kinds_arrive_together(chat: Chat, pictures: list[object]) -> None:
    response = await chat.create("What is this?", images=pictures, max_side=100, detail="low")
    assert response.text.count("100 × 67") == 2
    assert "image/png, 64 × 32" in response.text
    assert "https://example.org/a.png" in response.text


async def test_a_missing_file_sends_nothing(chat: Chat) -> None:
    with pytest.raises(SettingsError, match="There is no file"):
        await chat.create("What is this?", images=Path("nowhere.png"))


def test_a_request_can_be_seen_without_being_sent(photo: Path) -> None:
    client = Client(api_key="key-of-a-user-123", base_url="http://127.0.0.1:9")
    body = client.chat.request("Is key-of-a-user-123 good?", images=photo, stream=True, model="m")
    url = body["messages"][0]["content"][1]["image_url"]["url"]
    assert base64.b64decode(url.partition(",")[2]) == photo.read_bytes()
    assert body["stream"] is True
    shown = repr(body)
    assert len(shown) < 600
    assert "data:image/jpeg;base64,/9j/" in shown
    assert "… (1 kB)" in shown or "… (2 kB)" in shown
    assert "key-of-a-user-123" not in shown
    assert json.loads(json.dumps(body)) == body


def test_a_request_shows_what_was_added() -> None:
    def add(a: int, b: int) -> int:
        """Sum of two numbers."""
        return a + b

    client = Client(api_key="k", base_url="http://127.0.0.1:9")
    body = client.chat.request("hi", system="Be brief.", tools=add, schema={"properties": {}})
    assert body["tools"][0]["function"]["parameters"]["required"] == ["a", "b"]
    assert body["response_format"] == {"type": "json_object"}
    assert body["messages"][0]["content"].startswith("Be brief.\n\nAnswer with one JSON object")


@pytest.mark.parametrize("stream", [True, False])
def test_stream_options_are_sent_only_with_a_stream(stream: bool) -> None:
    client = Client(api_key="k", base_url="http://127.0.0.1:9")
    body = client.chat.request("hi", stream_options={"include_usage": True}, stream=stream)
    assert ("stream_options" in body) is stream


@pytest.mark.parametrize(
    "options",
    [
        {"seed": 7, "n": 2, "parallel_tool_calls": False, "reasoning_effort": "low"},
        {"max_completion_tokens": 5},
        {"logprobs": True, "top_logprobs": 3},
    ],
)
def test_further_parameters_are_sent_as_they_are(options: dict[str, Any]) -> None:
    client = Client(api_key="k", base_url="http://127.0.0.1:9")
    body = client.chat.request("hi", **options)
    assert {name: body[name] for name in options} == options


@both
async def test_the_service_takes_all_of_them(chat: Chat, stream: bool) -> None:
    response = await chat.create(
        "What is 2+2?",
        seed=7,
        top_logprobs=1,
        reasoning_effort="low",
        max_completion_tokens=50,
        parallel_tool_calls=True,
        stream_options={"include_usage": True},
        stream=stream,
    )
    assert response.ending == "complete"


@pytest.mark.parametrize(
    "options",
    [
        {"max_tokens": 1, "max_completion_tokens": 1},
        {"top_logprobs": 21},
        {"n": 0},
        {"max_completion_tokens": 0},
    ],
)
def test_contradictions_are_refused_before_anything_is_sent(options: dict[str, Any]) -> None:
    client = Client(api_key="k", base_url="http://127.0.0.1:9")
    with pytest.raises(SettingsError):
        client.chat.request("hi", **options)


def reply(body: object = None) -> Reply:
    return Reply(status=200, headers={}, body=json.dumps(body).encode())


def chunk(index: int, text: str | None, reason: str | None = None) -> SSE:
    choice = {"index": index, "delta": {"content": text}, "finish_reason": reason}
    return SSE(json.dumps({"choices": [choice]}))


def test_several_answers_do_not_mix() -> None:
    reading, state = ChatReader(reply(), choices=3), Response()
    for sse in [chunk(0, "a"), chunk(2, "x"), chunk(1, "k"), chunk(0, "b", "stop"), chunk(2, "y")]:
        for event in reading.events(sse):
            state = fold(state, event)
    assert (state.text, state.alternatives) == ("ab", ("k", "xy"))
    assert not reading.decoder.ended
    reading.events(chunk(1, None, "stop"))
    reading.events(chunk(2, None, "stop"))
    assert reading.decoder.ended


def test_several_answers_in_one_piece_do_not_mix() -> None:
    state = Response()
    said = [
        {"index": i, "message": {"content": c}, "finish_reason": "stop"} for i, c in enumerate("ab")
    ]
    for event in whole(reply({"choices": said}), choices=2):
        state = fold(state, event)
    assert (state.text, state.alternatives) == ("a", ("b",))


@pytest.mark.parametrize(
    "logprobs", [{}, {"content": None}, {"content": [{}]}, {"content": "x"}, [], 3]
)
def test_odd_probabilities_do_no_harm(logprobs: object) -> None:
    choice = {"message": {"content": "a"}, "finish_reason": "stop", "logprobs": logprobs}
    state = Response()
    for event in whole(reply({"choices": [choice]})):
        state = fold(state, event)
    assert state.text == "a"


async def test_a_question_looks_at_its_messages_once(chat: Chat) -> None:
    looked = []

    class Message(dict[str, Any]):
        def __contains__(self, name: object) -> bool:
            looked.append(name)
            return super().__contains__(name)

    said = Message(role="user", content="What is this? Answer in JSON.")
    chat.request([said], system="Be brief.", json_mode=True)
    assert looked.count("role") == 1
