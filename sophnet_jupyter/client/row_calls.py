"""How one row of a run asks a chat: in one piece, which is cheap, or as the answer is made."""

from __future__ import annotations

import time
from collections.abc import AsyncGenerator, Mapping
from typing import Any, Protocol

from ..events import Event
from ..providers.sophnet.chat.question import Reuse
from ..runs.rows import Item
from ..wire.held import held

# An answer in one piece costs a fifth of the CPU of one in tokens. But nothing comes while it is
# made, and what is silent for long meets a gateway's time limit: from so many seconds on, and so
# many tokens that were asked for, answers come as they are made.
LONG_SECONDS, LONG_TOKENS = 20.0, 2_000


class ChatSource(Protocol):
    """A chat, as far as a row needs one."""

    def _events(
        self, prompt: Any, options: Mapping[str, Any], *, stream: bool, reuse: Reuse
    ) -> AsyncGenerator[Event, None]: ...


class RowCalls:
    """Asks for the rows of one run, all with the same ``options``."""

    def __init__(self, chat: ChatSource, options: Mapping[str, Any], reuse: Reuse) -> None:
        self._chat = chat
        self._options = options
        self._reuse = reuse
        longest = max(options.get(name) or 0 for name in ("max_tokens", "max_completion_tokens"))
        thinks = bool(options.get("thinking") or options.get("reasoning_effort"))
        self.streams = thinks or longest > LONG_TOKENS

    def __call__(self, item: Item) -> AsyncGenerator[Event, None]:
        return self._events(item, stream=True) if self.streams else self._in_one_piece(item)

    def _events(self, item: Item, *, stream: bool) -> AsyncGenerator[Event, None]:
        options = {**self._options, **item.options}
        return self._chat._events(item.prompt, options, stream=stream, reuse=self._reuse)

    async def _in_one_piece(self, item: Item) -> AsyncGenerator[Event, None]:
        begun = time.monotonic()
        async with held(self._events(item, stream=False)) as events:
            async for event in events:
                yield event
        # The next ones are likely to take as long.
        self.streams = self.streams or time.monotonic() - begun > LONG_SECONDS
