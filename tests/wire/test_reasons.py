"""What is said of a connection that failed: a person's words, not a system's."""

from __future__ import annotations

import pytest

from sophnet_jupyter import Client, SophNetError
from sophnet_jupyter.wire.reasons import in_words


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("[Errno 111] Connect call failed ('127.0.0.1', 9)", "nothing answers there"),
        ("Multiple exceptions: [Errno 111] Connect call failed ('::1', 9, 0, 0), [Errno 111]", ""),
        ("[WinError 10061] No connection could be made", "nothing answers there"),
        ("[Errno -2] Name or service not known", "no host has that name"),
        ("[Errno 8] nodename nor servname provided, or not known", "no host has that name"),
        ("[Errno 11001] getaddrinfo failed", "no host has that name"),
        ("[Errno 101] Network is unreachable", "this machine has no network"),
        ("[Errno 104] Connection reset by peer", "the connection was reset"),
        (
            "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed (_ssl.c:1006)",
            "certificate verify failed: self-signed",
        ),
        ("the client was closed", "the client was closed"),
        ("[Errno 5]", "[Errno 5]"),
    ],
)
def test_a_reason_has_no_number_of_a_system(said: str, told: str) -> None:
    assert in_words(said) == (told or "nothing answers there")


@pytest.mark.anyio
async def test_a_service_that_is_not_there_is_told_without_errno() -> None:
    async with Client("k", "http://127.0.0.1:9/api/open-apis") as client:
        with pytest.raises(SophNetError) as caught:
            await client.chat.create("hello")
    assert "nothing answers there" in str(caught.value)
    assert "rrno" not in str(caught.value)
