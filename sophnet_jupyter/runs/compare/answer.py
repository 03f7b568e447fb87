"""One answer of a comparison, while it arrives and afterwards."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from ...errors import SophNetError
from ...response import Arrival, Response
from .grid import Column


@dataclass(slots=True, eq=False)
class ColumnAnswer:
    """The answer of one column in one repetition. What went wrong with it is a value here."""

    column: Column
    repeat: int
    arrival: Arrival = field(default_factory=Arrival)
    error: Exception | None = None
    busy: bool = False
    state: str = ""
    """What the service says of a long task, in words; empty where it says nothing."""
    cost: tuple[float, str] | None = None
    """What it has cost, and in which currency; None where nobody knows a price."""
    kept: bool = False
    """Whether it was taken over from an earlier comparison."""
    stopped: bool = False
    """Whether somebody has hung up on it."""
    task: asyncio.Task[None] | None = None

    @property
    def response(self) -> Response:
        """The answer, as far as it has come."""
        return self.arrival.response

    @property
    def problem(self) -> str:
        """Its error as a line: ours are sentences, others need their class name; else empty."""
        if self.error is None or isinstance(self.error, SophNetError):
            return str(self.error or "")
        return f"{type(self.error).__name__}: {self.error}"
