"""Let threads that serve live sound have their turn while a cell computes."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

# Seconds that a thread may compute while another one waits, in place of Python's 5 ms. A frame of
# sound needs several turns on its way through the kernel, and waits so long for each of them.
INTERVAL = 0.001

_entered = 0
# The interval before the first one entered, and what it was set to then.
_before = _ours = 0.0


@contextmanager
def quick_turns() -> Iterator[None]:
    """
    While this is entered, threads take turns more often; as often as before when all have left.

    To be used on the loop's thread only. Where nobody computes, nothing changes. An interval that
    the user sets meanwhile stays.
    """
    global _entered, _before, _ours
    if _entered == 0:
        _before = sys.getswitchinterval()
        sys.setswitchinterval(min(INTERVAL, _before))
        _ours = sys.getswitchinterval()
    _entered += 1
    try:
        yield
    finally:
        _entered -= 1
        if _entered == 0 and sys.getswitchinterval() == _ours:
            sys.setswitchinterval(_before)
