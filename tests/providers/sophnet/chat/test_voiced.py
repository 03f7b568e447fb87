"""Answers that are said as well, against a sandbox in a process of its own."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from functools import partial

import pytest

from sophnet_jupyter import Client, Response
from sophnet_jupyter.errors import ConnectionLost, RequestRefused, SettingsError, SophNetError
from sophnet_jupyter.events import AudioChunk, Finished, TextDelta

has_engines = all(importlib.util.find_spec(name) for name in ("av", "espeakng_loader"))
pytestmark = [
    pytest.mark.anyio,
    pytest.mark.skipif(not has_engines, reason="the engines are not installed"),
]

Open = Callable[..., AbstractAsyncContextManager[Client]]
ASKED = "Count to 12"


@pytest.fixture
def opened(open_client: Open) -> Open:
    return partial(open_client, "--voice-speed", "0", "--tokens-per-second", "0")


async def test_an_answer_is_written_as_ever_and_said_besides(client: Client) -> None:
    written = await client.chat.create(ASKED)
    said = await client.chat.create(ASKED, voice="longwan")
    assert said.text == written.text
    assert said.ending == "complete"
    assert said.finish_reason == "stop"
    assert len(said.audio) > 1_000
    assert said.usage
    assert written.usage
    assert said.usage.completion_tokens == written.usage.completion_tokens
    assert said.usage.characters == len(said.text)


async def test_of_several_answers_the_first_is_said(client: Client) -> None:
    said = await client.chat.create(ASKED, voice=True, n=2)
    assert len(said.alternatives) == 1
    assert said.alternatives[0].endswith(said.text)
    assert said.usage
    assert said.usage.characters == len(said.text)


async def test_the_voice_goes_on_after_the_last_word(client: Client) -> None:
    events = [event async for event in client.chat.stream(ASKED, voice=True)]
    kinds = [type(event) for event in events]
    last_word = len(kinds) - 1 - kinds[::-1].index(TextDelta)
    assert AudioChunk in kinds[last_word:]
    assert kinds[-1] is Finished


async def test_the_odd_forms_of_the_document_change_nothing(opened: Open) -> None:
    for quirks in (("bare_json", "audio_dict"), ("python_repr",), ("no_blank_line", "space")):
        given = [word for quirk in quirks for word in ("--quirk", quirk)]
        async with opened(*given, easyllm_id="e") as client:
            said = await client.chat.create(ASKED, voice={"voice": "longwan", "volume": 80})
        assert (said.ending, said.notices) == ("complete", ())
        assert said.text.startswith("1, 2, 3")
        assert len(said.audio) > 1_000


async def test_a_voice_that_says_nothing_leaves_the_text_and_a_notice(client: Client) -> None:
    said = await client.chat.create(ASKED, voice="nobody")
    assert said.ending == "complete"
    assert said.text
    assert not said.audio
    assert "said nothing" in said.notices[-1]


async def test_what_came_before_the_line_broke_is_kept(opened: Open) -> None:
    async with opened("--fault", "cut=12") as client:
        with pytest.raises(ConnectionLost) as caught:
            await client.chat.create(ASKED, voice=True)
    assert isinstance(caught.value.response, Response)
    assert caught.value.response.text
    async with opened("--fault", "error_mid_stream=12") as client:
        with pytest.raises(SophNetError, match="stopped working"):
            await client.chat.create(ASKED, voice=True)


async def test_a_stream_that_just_ends_is_incomplete(opened: Open) -> None:
    async with opened("--fault", "silent_end=4") as client:
        said = await client.chat.create(ASKED, voice=True)
    assert said.ending == "incomplete"
    assert said.text


async def test_the_request_holds_both(client: Client) -> None:
    body = client.chat.request("hi", voice={"voice": "longwan", "speech_rate": 1.2}, model="m")
    assert body["speech_synthesis_req"] == {
        "synthesis_param": {"model": "cosyvoice-v1", "voice": "longwan", "speechRate": 1.2}
    }
    assert body["chat_completion_req"]["stream"] is True
    assert "voice" not in body["chat_completion_req"]


async def test_the_service_id_is_sent_where_it_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOPHNET_VOICE_EASYLLM_ID", "e-1")
    async with Client(api_key="sandbox", base_url="http://127.0.0.1:9/api/open-apis") as client:
        body = client.chat.request("hi", voice=True, model="m")
    assert body["speech_synthesis_req"]["easyllm_id"] == "e-1"


async def test_without_an_id_the_first_answer_says_so_and_a_refusal_too(opened: Open) -> None:
    async with opened() as client:
        first = await client.chat.create(ASKED, voice=True)
        second = await client.chat.create(ASKED, voice=True)
    assert ["SOPHNET_VOICE_EASYLLM_ID" in notice for notice in first.notices] == [True]
    assert not second.notices
    async with opened("--quirk", "strict_params") as client:
        with pytest.raises(RequestRefused, match="SOPHNET_VOICE_EASYLLM_ID"):
            await client.chat.create(ASKED, voice=True)


@pytest.mark.parametrize("voice", [3, {"speed": 2}, {"volume": 101}], ids=str)
async def test_a_voice_that_cannot_be_is_refused_before_anything_is_sent(
    client: Client, voice: object
) -> None:
    with pytest.raises(SettingsError):
        await client.chat.create("hi", voice=voice)


async def test_the_service_refuses_as_it_does_without_a_voice(client: Client) -> None:
    with pytest.raises(RequestRefused, match="MODEL_NOT_SUPPORT"):
        await client.chat.create("hi", voice={"model": "cosyvoice-v9"})


async def test_a_spoken_answer_cites_what_a_written_one_does_and_its_sources_open(
    opened: Open,
) -> None:
    async with opened() as client:
        knowledge = client.knowledge("handbook-spoken")
        await knowledge.qa.add("How long is the warranty?", "The warranty is three years.")
        ask = {"model": "custom:handbook-spoken"}
        written = await client.chat.create("How long is the warranty?", **ask)
        said = await client.chat.create("How long is the warranty?", voice=True, **ask)
        assert said.text == written.text
        assert "three years" in said.text
        assert said.references
        assert "three years" in str(await said.references[0].fetch())
