"""By what a call is found again: a hash of what was asked, wherever it was asked."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

# What of a request says how it is sent, and not what is asked for.
TRANSPORT = ("stream", "stream_options")
# The query of an address that lets its holder fetch something, such as a result.
_SIGNED = re.compile(
    r"""(https?://[^\s"'<>?\\]+)\?[^\s"'<>\\]*"""
    r"""(?:sign|token|expire|credential|x-amz|x-oss|accesskey|policy)[^\s"'<>\\]*""",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedCall:
    """
    What a call asks of a service.

    ``resource`` is such as ``chat``, ``app`` tells apart what one service has several of (a Dify
    profile, a TeleAI id, a project), ``request`` is the body as it is sent, with all else that
    decides about the answer. ``number`` counts equal requests that are to be answered anew.
    """

    service: str
    resource: str
    app: str = ""
    request: Mapping[str, Any] = field(default_factory=dict)
    number: int = 0

    @property
    def whose(self) -> tuple[str, str]:
        """The resource, and the service that it is of."""
        return self.resource, self.service

    @property
    def canonical(self) -> bytes:
        """The request as JSON, without how it is sent; names in order."""
        asked = {name: each for name, each in self.request.items() if name not in TRANSPORT}
        return canonical(asked)

    @property
    def key(self) -> bytes:
        """Its key, 32 bytes. The host is no part of it, so that it holds anywhere."""
        head = canonical([self.service, self.resource, self.app, self.number])
        return hashlib.sha256(head + b"\n" + self.canonical).digest()


def canonical(value: object) -> bytes:
    """A value as JSON in one form only."""
    try:
        return msgspec.json.encode(value, order="deterministic", enc_hook=_plain)
    except (TypeError, ValueError, OverflowError, RecursionError):
        # Halves of letters, keys of any kind, numbers longer than JSON's: who sends them says why
        # that is refused, and keeping must not be the first to fail.
        return repr(value).encode("utf-8", "backslashreplace")


def without_signatures(text: str) -> str:
    """A text in which no address can be used to fetch what only its holder may fetch."""
    # Most texts have no address, which is seen in a hundredth of the time.
    return _SIGNED.sub(r"\1", text) if "://" in text else text


def _plain(value: Any) -> Any:
    """A number or an array of numpy as Python has it; anything else by its words."""
    convert = getattr(value, "tolist", None)
    return convert() if callable(convert) else str(value)
