"""What keeps a run as it goes: a store's record of it, as far as a run needs to know one."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, Protocol

# How a row is kept that was answered with an equal one.
EQUAL = "equal"


class RowKeeper(Protocol):
    """Takes how one row ended."""

    def done(self, *, state: str, attempts: int = 1, error: str = "") -> None: ...


class RunKeeper(Protocol):
    """
    Keeps rows: ``row`` is entered in the row's own task before it is sent. Nothing here blocks but
    ``calls``, which gives the ids of the calls that have answered, by the numbers of the rows.
    """

    def row(self, number: int, key: str) -> AbstractContextManager[Any]: ...
    def state(self, state: str, *, total: int | None = None) -> None: ...
    def calls(self) -> dict[int, int]: ...


class SpendMeter(Protocol):
    """Says before each send whether a budget allows it, and counts what was spent."""

    @property
    def limit(self) -> object: ...
    def reserve(self, prompt: str = "", max_tokens: int | None = None) -> bool: ...
    def settle(self, response: Any) -> None: ...
