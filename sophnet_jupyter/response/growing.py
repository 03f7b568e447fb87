"""Bytes that grow at their end, without copying what had come before."""

from __future__ import annotations


class Growing:
    """
    A value like ``bytes``: `grown` returns another one, and this one stays as it is.

    All that grew from each other share one buffer, of which each knows its own part, so that half
    an hour of sound is put together in a moment and not in minutes.
    """

    __slots__ = ("_buffer", "_length")

    def __init__(self, data: bytes = b"") -> None:
        self._buffer = bytearray(data)
        self._length = len(self._buffer)

    def grown(self, data: bytes) -> Growing:
        """A new value with ``data`` appended. To be called on one thread."""
        more = Growing()
        # Somebody else may have gone on from here already: then this needs a buffer of its own.
        whole = len(self._buffer) == self._length
        more._buffer = self._buffer if whole else self._buffer[: self._length]
        more._buffer += data
        more._length = len(more._buffer)
        return more

    def __bytes__(self) -> bytes:
        # A view of the buffer would keep another thread from adding to it.
        return bytes(self._buffer[: self._length])
