"""How many lines are heard at once: past what a machine can hear, a line is refused and told so."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress

# A recogniser takes a thirtieth of a processor, and 9 MB.
EACH, MOST = 30, 120


def usual() -> int:
    """As many as this machine hears while they are spoken."""
    return min(MOST, EACH * (os.cpu_count() or 1))


class Crowded(Exception):
    """All places are taken; the sentence says so."""


class Places:
    """So many lines may be open at once; used on one event loop."""

    def __init__(self, most: int) -> None:
        self._most, self._taken = most, 0

    @contextmanager
    def one(self) -> Iterator[None]:
        """A place for as long as a line is open. Raises `Crowded`."""
        if self._taken >= self._most:
            number = "one live line" if self._most == 1 else f"{self._most} live lines"
            raise Crowded(f"the sandbox hears {number} at once: try again when one has ended")
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1
            _return_memory()


def _return_memory() -> None:
    """What recognisers have freed lies in pieces, which glibc keeps: sixty leave 350 MB."""
    with suppress(AttributeError, OSError, TypeError):  # where the C library is another one
        ctypes.CDLL(None).malloc_trim(0)
