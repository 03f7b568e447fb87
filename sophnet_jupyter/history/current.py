"""The row of a run for which calls are made now, where there is one: a `runs.RowRecord`."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

# Set around the asking of a row by `RunRecord.row`, read where calls are recorded.
CURRENT: ContextVar[Any] = ContextVar("sophnet_row", default=None)
