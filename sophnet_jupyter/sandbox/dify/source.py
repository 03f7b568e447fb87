"""An answer that another server makes while it is passed on."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any, Self

from ..switches.options import Options
from .refusals import Refused


class Source:
    """The pieces of an answer that has begun. It is to be closed, also where nobody reads it."""

    def __init__(self, first: str, rest: AsyncGenerator[str, None]) -> None:
        self._first = first
        self._rest = rest

    @classmethod
    async def opened(cls, options: Options, messages: list[dict[str, Any]]) -> Self:
        """
        Ask, and wait for the first piece, so that a refusal is one of the whole request.

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
        """Hang up."""
        await self._rest.aclose()


@contextmanager
def relayed() -> Iterator[None]:
    """Say in Dify's words what the server behind us refused. Raises `Refused`."""
    from ..server.refusal import Refused as Failed

    try:
        yield
    except Failed as failed:
        raise Refused(400, "completion_request_error", failed.message) from None
