"""How a cell ends when it is interrupted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from ..errors import Stopped
from ..kernel.loop import one_interrupt


@contextmanager
def in_one_line() -> Iterator[None]:
    """
    Let an interrupt end the cell with one line in place of a traceback.

    What waits for an answer takes care of it itself, and keeps what had come; this is for the way
    there and back. A second press while the first is answered changes nothing. Raises `Stopped`.
    """
    try:
        with one_interrupt():
            yield
    except KeyboardInterrupt:
        raise Stopped() from None
