"""
Who streams: each library as its own documents show it, all of it read to the end.

``read`` returns how many pieces of text it was given, and when the first of them came.
"""

from __future__ import annotations

import json
import typing
from collections.abc import Sequence
from time import perf_counter
from typing import Any

from .asked import KEY, MESSAGES, SHORT, Reading, body
from .bare import Aiohttp, Floor, Protocol, Socket


class Contender(typing.Protocol):
    """A client of one address."""

    def __init__(self, url: str) -> None: ...
    async def read(self, tokens: int) -> Reading: ...


class Ours:
    """``client.chat.stream``."""

    def __init__(self, url: str) -> None:
        from sophnet_jupyter import Client
        from sophnet_jupyter.events import TextDelta

        self._client = Client(api_key=KEY, base_url=url, model="m")
        self._wanted = TextDelta

    async def read(self, tokens: int) -> Reading:
        count, first, wanted = 0, 0.0, self._wanted
        async for event in self._client.chat.stream(MESSAGES[0]["content"], max_tokens=tokens):
            if isinstance(event, wanted):
                first = first or perf_counter()
                count += 1
        return count, first

    async def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        answer = await self._client.embeddings.create(texts)
        rows: Sequence[Sequence[float]] = answer.vectors
        return rows

    async def ask(self, prompt: str) -> None:
        """One short answer to a row of many."""
        from sophnet_jupyter.wire.pace import patient

        with patient(600):
            await self._client.chat.create(prompt, max_tokens=SHORT)

    async def single(self, prompt: str) -> None:
        """One short answer to somebody who asks a single question."""
        await self._client.chat.create(prompt, max_tokens=SHORT)

    def refused(self) -> float:
        """The share of all that was sent which was refused and sent again."""
        return self._client._sophnet.told("m").refused_share

    async def begin(self, prompt: str) -> str:
        return (await self._client.images.submit(prompt)).id

    async def wait(self, task_id: str) -> None:
        await self._client.images.wait(task_id)


class OpenAI:
    """openai-python, asynchronous."""

    def __init__(self, url: str) -> None:
        from openai import AsyncOpenAI

        self._client = AsyncOpenAI(api_key=KEY, base_url=f"{url}/v1", max_retries=0)

    async def read(self, tokens: int) -> Reading:
        count, first = 0, 0.0
        messages: Any = MESSAGES
        stream = await self._client.chat.completions.create(
            model="m", messages=messages, max_tokens=tokens, stream=True
        )
        async for chunk in stream:
            if chunk.choices and chunk.choices[0].delta.content:
                first = first or perf_counter()
                count += 1
        return count, first

    async def ask(self, prompt: str) -> None:
        # With the retries that its documents promise.
        client = self._client.with_options(max_retries=2)
        await client.chat.completions.create(
            model="m", messages=[{"role": "user", "content": prompt}], max_tokens=SHORT
        )

    async def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        # Floats, since that is what the service answers with, whatever it is asked for.
        answer = await self._client.embeddings.create(
            model="m", input=list(texts), dimensions=1024, encoding_format="float"
        )
        return [row.embedding for row in answer.data]


class HttpxSse:
    """httpx-sse on httpx, with the standard library's JSON."""

    def __init__(self, url: str) -> None:
        import httpx
        from httpx_sse import aconnect_sse

        self._client = httpx.AsyncClient(headers={"authorization": f"Bearer {KEY}"})
        self._connect = aconnect_sse
        self._url = f"{url}/v1/chat/completions"

    async def read(self, tokens: int) -> Reading:
        count, first = 0, 0.0
        async with self._connect(self._client, "POST", self._url, json=body(tokens)) as source:
            async for sse in source.aiter_sse():
                if sse.data == "[DONE]":
                    continue
                if json.loads(sse.data)["choices"][0]["delta"].get("content"):
                    first = first or perf_counter()
                    count += 1
        return count, first


class LiteLLM:
    """litellm, asynchronous, for an OpenAI-compatible server."""

    def __init__(self, url: str) -> None:
        import litellm

        litellm.suppress_debug_info = True
        self._ask = litellm.acompletion
        self._url = f"{url}/v1"

    async def read(self, tokens: int) -> Reading:
        count, first = 0, 0.0
        stream: Any = await self._ask(
            model="openai/m",
            api_base=self._url,
            api_key=KEY,
            messages=MESSAGES,
            max_tokens=tokens,
            stream=True,
        )
        async for chunk in stream:
            if chunk.choices[0].delta.content:
                first = first or perf_counter()
                count += 1
        return count, first


CONTENDERS: dict[str, type[Contender]] = {
    "sophnet_jupyter": Ours,
    "openai": OpenAI,
    "httpx-sse + json": HttpxSse,
    "litellm": LiteLLM,
    "aiohttp + our decoder": Aiohttp,
    "httpx2 aiter_raw (floor)": Floor,
    "asyncio protocol (floor)": Protocol,
    "raw socket (floor)": Socket,
}
