from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from types import SimpleNamespace
from typing import Any

import pytest

from sophnet_jupyter import Client


@pytest.fixture(scope="session")
def open_client(
    start_sandbox: Callable[..., Any],
) -> Callable[..., AbstractAsyncContextManager[Client]]:
    """Opens clients of a sandbox of their own: its options, and the client's settings by name."""

    @contextlib.asynccontextmanager
    async def open_client(*arguments: str, **settings: Any) -> AsyncIterator[Client]:
        with start_sandbox(*arguments) as sandbox:
            async with Client(api_key="sandbox", base_url=sandbox.url, **settings) as client:
                yield client

    return open_client


@pytest.fixture
async def client(sandbox: SimpleNamespace) -> AsyncIterator[Client]:
    """A client of the sandbox that all tests share."""
    async with Client(api_key=sandbox.key, base_url=sandbox.url) as client:
        yield client
