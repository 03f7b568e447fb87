"""An answer that is relayed from an upstream server."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any, Self

from ..switches.options import Options
from .refusals import Refused


class Source:
    """The tokens of an answer that has started. It must be closed, even if nobody reads it."""

    def __init__(self, first: str, rest: AsyncGenerator[str, None]) -> None:
        self._first = first
        self._rest = rest

    @classmethod
    async def opened(cls, options: Options, messages: list[dict[str, Any]]) -> Self:
        """
        Send the request, and wait for the first token, so that an error is a reply.

        Raises `Refused`.
        """
        from ..server.upstream import deltas

        rest = deltas(options, messages)
        with relayed():
            return cls(await anext(rest, ""), rest)

    async def __aiter__(self) -> AsyncIterator[str]:
        if self._first:
            yield self._first
        with relayed():
            async for piece in self._rest:
                yield piece

    async def aclose(self) -> None:
        """Close the connection."""
        await self._rest.aclose()


@contextmanager
def relayed() -> Iterator[None]:
    """A context that turns the upstream's error into Dify's. Raises `Refused`."""
    from ..server.refusal import Refused as Failed

    try:
        yield
    except Failed as failed:
        raise Refused(400, "completion_request_error", failed.message) from None
