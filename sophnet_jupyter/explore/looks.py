"""
How an exploration is drawn, and on which loop it works: neither is known here.

The package puts its own functions here, so that this folder knows no notebook.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any


def _plainly(value: object) -> Mapping[str, str]:
    return {"text/plain": repr(value)}


def _none() -> asyncio.AbstractEventLoop | None:
    return None


def _nowhere(value: object) -> bool:
    return False


def _no_page(value: object, rows: object, include_text: bool) -> str:
    raise NotImplementedError


draw: Callable[[Any], Mapping[str, str]] = _plainly
# Hears of each that a user has made: a second run of a cell ends what the first one began.
made: Callable[[Any], object] = _nowhere
# Shows a panel where a notebook can, and says whether it did.
show: Callable[[Any], bool] = _nowhere
# A page of its own with the rows at some positions.
page: Callable[[Any, Any, bool], str] = _no_page
# The loop of the process, where it has one; else an exploration works on the loop that first waits.
home: Callable[[], asyncio.AbstractEventLoop | None] = _none
