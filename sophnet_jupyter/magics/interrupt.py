"""How a cell ends when it is interrupted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import Stopped


@contextmanager
def in_one_line() -> Iterator[None]:
    """
    Let an interrupt end the cell with one line in place of a traceback.

    What waits for an answer takes care of it itself, and keeps what had come; this is for the way
    there and back. Raises `Stopped`.
    """
    try:
        yield
    except KeyboardInterrupt:
        raise Stopped() from None
