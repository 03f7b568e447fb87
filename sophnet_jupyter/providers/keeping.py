"""Where answers can be kept, and given again: the one place that every resource passes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..events import Event
from .arguments import flag


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """
    What a call asks for, in the caller's own values.

    ``resource`` is such as ``chat``, ``request`` all that decides about the answer, ``question``
    its words, ``lane`` the model. ``cache`` says that an equal answer of earlier will do, and
    ``number`` which of several equal questions it is. ``revive`` makes of an event that was kept
    what it was: a value of its class. ``quiet`` is a question of ours that nobody looks for later.
    """

    resource: str
    request: Mapping[str, Any] = field(default_factory=dict)
    question: str = ""
    lane: str = ""
    cache: bool = False
    number: int = 0
    quiet: bool = False
    revive: Callable[[Event], Event] | None = None

    def __post_init__(self) -> None:
        flag("cache", self.cache)


class Keep(Protocol):
    """Gives the events of an answer: those that ``make`` begins, or others that were kept."""

    def __call__(
        self, wanted: Wanted, make: Callable[[], AsyncGenerator[Event, None]]
    ) -> AsyncGenerator[Event, None]: ...


def unkept(
    wanted: Wanted, make: Callable[[], AsyncGenerator[Event, None]]
) -> AsyncGenerator[Event, None]:
    """Keep nothing."""
    return make()


class Keeping:
    """A resource whose answers can be kept, by the `Keep` of whoever made it."""

    _keep: Keep = staticmethod(unkept)
