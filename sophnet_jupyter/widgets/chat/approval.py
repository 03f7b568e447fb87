"""Tools of a model that a person lets run, call by call."""

from __future__ import annotations

import asyncio
import inspect
import uuid
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from ...prompt.tools.tools import Tool, toolbox
from ...settings.secret import scrub
from ...time_limit import within
from ...views.safe.control_characters import plain

# Seconds that a call may wait for its reader: a day.
PATIENCE = 86_400.0
# Characters of a call that are shown.
LONGEST = 2_000


class NotAllowed(Exception):
    """The reader did not let a tool run. The model is told so."""


class Approvals:
    """
    The calls that wait for a yes or a no.

    ``tell`` sends an event to the panel's views.
    """

    def __init__(self, tell: Callable[..., object]) -> None:
        self._tell = tell
        self._waiting: dict[str, tuple[dict[str, str], asyncio.Future[str]]] = {}
        # Tools that may run unasked from now on, in this panel.
        self._always: set[str] = set()

    @property
    def waiting(self) -> list[dict[str, str]]:
        """The calls that wait, for a view that is new."""
        return [shown for shown, _ in self._waiting.values()]

    def guarded(self, tools: object, limit: float) -> list[Tool]:
        """The tools, each asking before it runs; then it has ``limit`` seconds."""
        return [self._guarded(one, limit) for one in toolbox(tools).values()]

    def decide(self, call: str, answer: str) -> None:
        """Let a call run (``yes``, ``always``) or not (``no``); one that waits no more is past."""
        found = self._waiting.get(call)
        if found and not found[1].done():
            found[1].set_result(answer)

    def _guarded(self, tool: Tool, limit: float) -> Tool:
        function = tool.function
        if function is None:
            return tool

        async def run(*args: Any, **named: Any) -> Any:
            await self._ask(tool.name, args, named)
            if inspect.iscoroutinefunction(function):
                work = function(*args, **named)
            else:
                work = asyncio.to_thread(function, *args, **named)
            async with within(limit):
                found = await work
                return await found if inspect.isawaitable(found) else found

        return replace(tool, function=run)

    async def _ask(self, name: str, args: tuple[Any, ...], named: dict[str, Any]) -> None:
        if name in self._always:
            return
        given = [repr(one) for one in args] + [f"{key}={value!r}" for key, value in named.items()]
        said = plain(scrub(f"{name}({', '.join(given)})"))
        said = said if len(said) <= LONGEST else said[:LONGEST] + "…"
        call, answer = uuid.uuid4().hex, asyncio.get_running_loop().create_future()
        shown = {"call": call, "name": plain(name), "said": said}
        self._waiting[call] = shown, answer
        self._tell("approve", **shown)
        try:
            decided = await answer
        finally:
            del self._waiting[call]
            self._tell("decided", call=call)
        if decided == "always":
            self._always.add(name)
        elif decided != "yes":
            raise NotAllowed(f"the user did not allow this call of {name}")
