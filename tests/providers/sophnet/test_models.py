from __future__ import annotations

from types import SimpleNamespace

import pytest

from sophnet_jupyter import Client
from sophnet_jupyter.errors import KeyRejected
from sophnet_jupyter.providers.sophnet.access import origin
from sophnet_jupyter.providers.sophnet.models import Models, decode, models, not_taken, notices
from sophnet_jupyter.wire.call import Call, Network
from sophnet_jupyter.wire.wire import Wire

pytestmark = pytest.mark.anyio


async def test_the_names_are_listed_and_kept(sandbox: SimpleNamespace) -> None:
    async with Client(api_key=sandbox.key, base_url=sandbox.url) as client:
        assert client.known_models is None
        found = await client.models()
        assert found is not None
        assert "DeepSeek-V3.2" in found
        assert list(found) == sorted(found, key=str.lower)
        assert client.known_models is found
        assert await client.models() is found
        assert await client.models(refresh=True) is not found


async def test_a_service_without_a_list_is_no_error(sandbox: SimpleNamespace) -> None:
    def authorize(call: Call) -> dict[str, str]:
        return {"authorization": "Bearer sandbox", "x-sandbox-quirks": "no_models"}

    plain = origin(base_url=sandbox.url, reveal=str, scrub=str)
    object.__setattr__(plain, "authorize", authorize)
    wire = Wire(plain, Network())
    assert await models(wire) is None
    await wire.aclose()


async def test_a_wrong_key_is_an_error(sandbox: SimpleNamespace) -> None:
    async with Client(api_key="wrong", base_url=sandbox.url) as client:
        with pytest.raises(KeyRejected):
            await client.models()


@pytest.mark.parametrize(
    ("body", "names"),
    [
        ({"data": [{"id": "b"}, {"id": "A"}]}, ("A", "b")),
        ({"status": 0, "result": [{"displayName": "x"}]}, ("x",)),
        ({"data": ["x", {"id": None}, 3, None, {}]}, ("x",)),
        ({"data": "broken"}, ()),
        ({}, ()),
    ],
)
async def test_a_list_is_read_in_any_of_its_forms(body: dict[str, object], names: object) -> None:
    assert decode(body) == names


async def test_what_the_service_says_of_a_model_is_kept() -> None:
    found = decode({"data": [{"id": "a", "owned_by": "x"}]})
    assert found.details["a"]["owned_by"] == "x"
    assert (repr(found), repr(Models())) == ("a", "no models")


@pytest.mark.parametrize(
    ("model", "parameters", "missing"),
    [
        ("DeepSeek-V3", ["temperature", "top_p"], ["temperature"]),
        ("deepseek-ai/DeepSeek-V3-Fast", ["temperature"], ["temperature"]),
        ("DeepSeek-V3.2", ["temperature", "presence_penalty"], []),
        ("DeepSeek-R1-0528", ["stop", "max_tokens", "top_p"], ["stop", "top_p"]),
        ("DeepSeek-R1-Distill-Qwen-32B", ["temperature"], ["temperature"]),
        ("GLM-4.5V", ["thinking", "temperature"], ["temperature"]),
        ("GLM-4.7", ["temperature"], []),
        ("Qwen2.5-VL-72B-Instruct", ["chat_template_kwargs"], ["enable_thinking"]),
        ("Qwen3-235B-A22B", ["enable_thinking", "frequency_penalty"], ["frequency_penalty"]),
        ("Qwen3-VL-235B", ["enable_thinking"], []),
        ("gpt-5.4", ["enable_thinking", "temperature"], ["enable_thinking"]),
        ("QwQ-32B", ["messages", "model", "tools", "stream"], []),
    ],
)
async def test_the_table_knows_what_a_model_does_not_take(
    model: str, parameters: list[str], missing: list[str]
) -> None:
    assert not_taken(model, parameters) == missing


async def test_a_notice_names_the_model_and_the_parameters() -> None:
    [said] = notices("GLM-4.6", {"temperature": 1, "presence_penalty": 1})
    assert said.startswith("GLM-4.6 is not known to take presence_penalty and temperature")


async def test_a_notice_refuses_nothing(sandbox: SimpleNamespace) -> None:
    async with Client(api_key=sandbox.key, base_url=sandbox.url) as client:
        response = await client.chat.create("What is 2+2?", model="GLM-4.6", temperature=0.5)
    assert "4" in response.text
    assert len(response.notices) == 1
