"""Whether a process of this machine lives."""

from __future__ import annotations

import os
from contextlib import suppress


def is_alive(process: int) -> bool:
    """Whether there is a process of that number; True where the system cannot tell."""
    if os.name == "nt":
        # There a signal of 0 would end it.
        return True
    with suppress(PermissionError):
        try:
            os.kill(process, 0)
        except (ProcessLookupError, OverflowError):
            return False
    return True
