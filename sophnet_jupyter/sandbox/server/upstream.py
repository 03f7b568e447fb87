"""Relay chat to another server that speaks the OpenAI protocol."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from typing import Any

import httpx2
from starlette.requests import Request
from starlette.responses import Response

from ..switches.options import Options
from .refusal import Refused
from .streams import Cut, Stream

# Answers may pause for long; a connection may not take long to make.
TIMEOUT = httpx2.Timeout(600, connect=10)
# What may go wrong with a server that we know nothing about, and with what it says.
BROKEN = (httpx2.HTTPError, ValueError, LookupError, TypeError, AttributeError)


async def relay(request: Request, options: Options, method: str, path: str) -> Response:
    """
    Send the request on as it is, with the upstream's key, and its bytes back as they come.

    A client that hangs up closes the upstream connection too. Raises Refused with the
    upstream's status when it answers with an error, and 502 when it does not answer.
    """
    client = httpx2.AsyncClient(timeout=TIMEOUT)
    try:
        response = await client.send(
            await _request(client, request, options, method, path), stream=True
        )
        if response.status_code >= 400:
            raise _refused(response.status_code, await response.aread(), response.headers)
        media_type = response.headers.get("content-type", "application/json")
        answer = Stream(_bytes(client, response), media_type=media_type)
    except httpx2.HTTPError as error:
        await client.aclose()
        raise _silent(error) from None
    except BaseException:
        await client.aclose()
        raise
    return answer


async def said(options: Options, messages: list[dict[str, Any]]) -> str:
    """
    The upstream's whole answer to ``messages``, by the first model that it lists.

    For services that dress their answers differently. Raises Refused as `relay` does.
    """
    root = _root(options)
    try:
        async with _client(options) as client:
            body = {"model": await _model(client, root), "messages": messages}
            response = await client.post(f"{root}/chat/completions", json=body)
            if response.status_code >= 400:
                raise _refused(response.status_code, response.content, response.headers)
            return str(response.json()["choices"][0]["message"]["content"])
    except BROKEN as error:
        raise _silent(error) from None


async def deltas(
    options: Options, messages: list[dict[str, Any]], *, model: str = ""
) -> AsyncGenerator[str, None]:
    """
    The same answer, streamed in the upstream's tokens; by ``model`` where one is named.

    Leaving early closes the upstream connection. Raises Refused as `relay` does, also where the
    answer breaks off in the middle.
    """
    root = _root(options)
    try:
        async with _client(options) as client:
            model = model or await _model(client, root)
            body = {"model": model, "messages": messages, "stream": True}
            url = f"{root}/chat/completions"
            async with client.stream("POST", url, json=body) as response:
                if response.status_code >= 400:
                    content = await response.aread()
                    raise _refused(response.status_code, content, response.headers)
                async for line in _lines(response):
                    text, ended = _delta(line)
                    if text:
                        yield text
                    if ended:
                        return
        raise Refused(502, "the sandbox's upstream stopped in the middle of its answer")
    except BROKEN as error:
        raise _silent(error) from None


async def _lines(response: httpx2.Response) -> AsyncGenerator[str, None]:
    """Lines that end as those of the wire do; httpx2's also end at a mark within a word."""
    kept = ""
    async for piece in response.aiter_text():
        *whole, kept = (kept + piece).split("\n")
        for line in whole:
            yield line.rstrip("\r")
    yield kept


def _delta(line: str) -> tuple[str, bool]:
    """The text in one line of a stream, and whether it was the last one."""
    if not line.startswith("data:"):
        return "", False
    data = line.removeprefix("data:").strip()
    if data == "[DONE]":
        return "", True
    choices = json.loads(data).get("choices") or [{}]
    text = (choices[0].get("delta") or {}).get("content")
    return str(text or ""), bool(choices[0].get("finish_reason"))


def _root(options: Options) -> str:
    return (options.upstream or "").rstrip("/")


def _client(options: Options) -> httpx2.AsyncClient:
    key = {"Authorization": f"Bearer {options.upstream_key}"} if options.upstream_key else {}
    return httpx2.AsyncClient(timeout=TIMEOUT, headers=key)


async def _model(client: httpx2.AsyncClient, root: str) -> str:
    models = (await client.get(f"{root}/models")).json()["data"]
    return str(models[0]["id"])


async def _request(
    client: httpx2.AsyncClient, request: Request, options: Options, method: str, path: str
) -> httpx2.Request:
    # Compressed bytes could not be relayed as they come.
    headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
    if options.upstream_key:
        headers["Authorization"] = f"Bearer {options.upstream_key}"
    url = f"{(options.upstream or '').rstrip('/')}{path}"
    return client.build_request(method, url, content=await request.body(), headers=headers)


async def _bytes(
    client: httpx2.AsyncClient, response: httpx2.Response
) -> AsyncGenerator[bytes, None]:
    try:
        async for part in response.aiter_raw():
            yield part
    except httpx2.HTTPError:
        # The upstream's answer broke off; so does ours.
        raise Cut from None
    finally:
        await response.aclose()
        await client.aclose()


def _refused(status: int, body: bytes, headers: httpx2.Headers) -> Refused:
    try:
        told = json.loads(body)
        message = (told.get("error") or told).get("message")
    except (ValueError, AttributeError):
        message = None
    wait = {"Retry-After": headers["retry-after"]} if "retry-after" in headers else None
    said = str(message or "the sandbox's upstream refused the request")
    return Refused(status, said, headers=wait)


def _silent(error: BaseException) -> Refused:
    return Refused(502, f"the sandbox's upstream did not answer: {type(error).__name__}")
