"""Why a connection could not be made or was lost, without the words of libraries and systems."""

from __future__ import annotations

import re

from ..language import mark, tr

# Parts of what Linux, macOS and Windows say, with what is told of them: the first that fits.
_NOBODY, _NO_NAME = mark("nothing answers there"), mark("no host has that name")
_WORDS = (
    (r"Name or service not known|nodename nor servname|getaddrinfo|name resolution", _NO_NAME),
    (r"No address associated|The name has no address", _NO_NAME),
    (r"rr(or|no) (111|61|10061|1225)\b|[Cc]onnection refused", _NOBODY),
    (r"rr(or|no) (101|51|10051)\b|[Nn]etwork is unreachable", mark("this machine has no network")),
    (r"rr(or|no) (113|65|10065)\b|No route to host", mark("no way leads to that host")),
    (r"rr(or|no) (110|60|10060)\b", mark("it did not answer in time")),
    (r"rr(or|no) (104|54|10054)\b|[Cc]onnection reset", mark("the connection was reset")),
    (r"rr(or|no) 32\b|Broken pipe", mark("the connection was closed")),
    (r"All connection attempts failed|Connect call failed", _NOBODY),
)
# "[Errno 5] " or "[SSL: WRONG_VERSION_NUMBER] " before a message, "(_ssl.c:1006)" behind it.
_MARKS = re.compile(r"\[[\w: -]+\] ?| ?\(_ssl\.c:\d+\)")


def in_words(reason: str) -> str:
    """What a library says of a failed connection, in ours where that is known."""
    for pattern, words in _WORDS:
        if re.search(pattern, reason):
            return tr(words)
    return _MARKS.sub("", reason).strip() or reason
