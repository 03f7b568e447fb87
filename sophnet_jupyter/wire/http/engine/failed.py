"""Why an exchange came to nothing."""

from __future__ import annotations

from typing import Literal

# The first four have sent nothing: no connection, none in time, a proxy that refuses, a head that
# cannot be sent. Of the others something may have been: the peer is silent or gone, says what is no
# HTTP, or never comes to the head that counts.
Kind = Literal[
    "connect",
    "connect timeout",
    "proxy",
    "unsendable",
    "timeout",
    "lost",
    "malformed",
    "no head",
]


class Failed(Exception):
    """
    An exchange that failed, with words for the reason.

    The words may be the peer's; they never quote what we sent.
    """

    def __init__(self, kind: Kind, reason: str) -> None:
        super().__init__(reason)
        self.kind = kind
