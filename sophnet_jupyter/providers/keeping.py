"""Where answers can be kept, and given again: the one place that every resource passes."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..errors import SettingsError
from ..events import Event, ToolResult
from ..language import tr
from ..response.rounds import ToolCall
from .arguments import flag


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """
    What a call asks for, in the caller's own values.

    ``resource`` is such as ``chat``, ``request`` all that decides about the answer, ``question``
    its words, ``lane`` the model. ``cache`` says that an equal answer of earlier will do, and
    ``number`` which of several equal questions it is. ``revive`` makes of an event that was kept
    what it was: a value of its class; ``run_tool`` runs a call of a tool whose result was kept, and
    gives the one of now. ``quiet`` is a question of ours that nobody looks for later.
    """

    resource: str
    request: Mapping[str, Any] = field(default_factory=dict)
    question: str = ""
    lane: str = ""
    cache: bool = False
    number: int = 0
    quiet: bool = False
    revive: Callable[[Event], Event] | None = None
    run_tool: Callable[[ToolCall, ToolResult], Awaitable[ToolResult]] | None = None

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


class CallMask(Protocol):
    """Takes personal data out of one question, and puts it back into its answer."""

    def sent(self, value: Any) -> Any: ...
    def tool(self, function: Callable[..., Any]) -> Callable[..., Any]: ...
    def answer(self, events: AsyncGenerator[Event, None]) -> AsyncGenerator[Event, None]: ...


Back = Callable[[AsyncGenerator[Event, None]], AsyncGenerator[Event, None]]
"""Puts what was masked back into the events of an answer."""


def unmasked(wanted: object) -> CallMask | None:
    """Mask nothing. Raises `SettingsError` where that is wanted all the same."""
    if wanted:
        raise SettingsError(tr("Nothing can mask here: ask by a Client, as client.chat does."))
    return None


class Keeping:
    """
    A resource whose answers can be kept, by the `Keep` of whoever made it.

    ``_mask`` makes of the option ``mask`` what masks one question, or nothing.
    """

    _keep: Keep = staticmethod(unkept)
    _mask: Callable[[object], CallMask | None] = staticmethod(unmasked)

    def _masked(self, mask: object, words: Any) -> tuple[Any, Back]:
        """What is asked, masked where that is wanted, and what puts the answer's words back."""
        call = self._mask(mask)
        return (words, lambda events: events) if call is None else (call.sent(words), call.answer)

    def _masked_words(
        self, prompt: str, options: Mapping[str, Any]
    ) -> tuple[str, dict[str, Any], Back]:
        """The same for a prompt and all options that have words; without the option ``mask``."""
        given = {name: value for name, value in options.items() if name != "mask"}
        told = {name: given[name] for name in ("negative_prompt", "extra_body") if given.get(name)}
        (prompt, told), back = self._masked(options.get("mask"), (prompt, told))
        return prompt, given | told, back
