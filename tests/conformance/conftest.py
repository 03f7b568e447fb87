from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from sophnet_jupyter import Client

if TYPE_CHECKING:
    from byte_server import ByteServer

# The tests beside this file import its neighbours by name.
sys.path.append(str(Path(__file__).parent))

KEY = "sk-canary-4f1d9a7b"


@pytest.fixture(scope="session")
def running() -> Iterator[ByteServer]:
    from byte_server import serving

    with serving() as server:
        yield server


@pytest.fixture
def server(running: ByteServer) -> Iterator[ByteServer]:
    """The byte server; a test that leaves a connection open fails."""
    from byte_server import eventually

    running.forget()
    yield running
    eventually(lambda: running.open == 0)


@pytest.fixture
def client(server: ByteServer) -> Callable[..., Client]:
    """Makes clients of the byte server; their key is one that must never be seen again."""

    def make(**arguments: Any) -> Client:
        return Client(api_key=KEY, base_url=server.url, **arguments)

    return make


@pytest.fixture(scope="session")
def key() -> str:
    return KEY
