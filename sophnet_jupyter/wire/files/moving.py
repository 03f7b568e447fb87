"""A body on its way: whether it moves, and whether all of it has left."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import cast

from ..call import Upload
from ..held import held


class Moving:
    """
    An upload that says of each piece that it ``moved``.

    ``cut`` is true of an attempt that handed over some of its bytes and not the last: what a
    service has of it cannot have been carried out.
    """

    def __init__(self, upload: Upload, moved: Callable[[], None]) -> None:
        self._upload = upload
        self._moved = moved
        self.content_type = upload.content_type
        self.length = upload.length
        self.cut = False

    @property
    def replayable(self) -> bool:
        return self._upload.replayable

    async def __aiter__(self) -> AsyncGenerator[bytes, None]:
        sent = 0
        self.cut = True
        async with held(cast("AsyncGenerator[bytes, None]", aiter(self._upload))) as pieces:
            async for piece in pieces:
                sent += len(piece)
                # With the last piece it may be whole there, whatever happens then.
                self.cut = sent < self.length
                self._moved()
                yield piece
