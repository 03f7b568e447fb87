"""The vectors that this machine has kept, for one client; numpy is imported on use."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from ..errors import SophNetError
from ..settings import cache_folder, cache_size
from . import sandbox

if TYPE_CHECKING:
    from ..explore.cached_vectors import Input, KeptVectors
    from ..settings import Settings

# A sandbox on this machine answers at once.
_SECONDS = 5


class KeptHere:
    """The cache of vectors as a client sees it; opened when it is first asked."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._opened: KeptVectors | None = None

    def find(self, inputs: Sequence[Input], facts: Mapping[str, object]) -> Mapping[Input, Any]:
        return self._kept.find(inputs, facts)

    def keep(
        self, inputs: Sequence[Input], data: bytes, dimensions: int, facts: Mapping[str, object]
    ) -> None:
        self._kept.keep(inputs, data, dimensions, facts)

    @property
    def _kept(self) -> KeptVectors:
        if self._opened is None:
            from ..explore import cache, cached_vectors

            engine = origin(self._settings)
            self._opened = cached_vectors.KeptVectors(
                cache.opened(cache_folder(), cache_size()), lambda: engine
            )
        return self._opened


def origin(settings: Settings) -> str:
    """
    Whose vectors they are: a service's address, or a sandbox's engine with its version.

    Not the port of a sandbox, which changes with each start. Blocking for a moment, since a sandbox
    of one's own is asked.
    """
    if settings.sandbox and not settings.base_url:
        sandbox.address()
        return f"sandbox/{sandbox.vectors()}"
    host = settings.base_url.partition("//")[2]
    if host.startswith(("127.0.0.1", "localhost", "[::1]")):
        return _sandboxs(settings.base_url) or settings.origin
    return settings.origin


def _sandboxs(base_url: str) -> str:
    """The engine of a sandbox at an address of this machine; empty where none is there."""
    root = base_url.partition("/api/")[0].rstrip("/")
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"{root}/sandbox/engines", timeout=_SECONDS) as reply:
            told = json.loads(reply.read(10_000))
    except (OSError, ValueError, SophNetError):
        return ""
    vectors = told.get("vectors") if isinstance(told, dict) else None
    return f"sandbox/{vectors}" if isinstance(vectors, str) else ""
