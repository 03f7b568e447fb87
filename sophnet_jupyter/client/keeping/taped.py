"""Cassettes at the seam: answers are recorded to a file, or come from one."""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncGenerator, Callable
from pathlib import Path
from typing import Literal, Self

from ...errors import (
    BalanceExhausted,
    KeyRejected,
    RateLimited,
    ServiceDown,
    SettingsError,
    SophNetError,
    TimedOut,
    Unreachable,
)
from ...events import Event, Finished, ReasoningDelta, Replayed, TextDelta, ToolResult
from ...history.cassette import Cassette, CassetteRecorder
from ...history.keys import AskedCall
from ...language import tr
from ...providers.keeping import Wanted
from ...response import Response, fold
from ...time_limit import within
from ...wire.held import held
from .origins import Who
from .recorded import FIRST, Make, asked_call

log = logging.getLogger("sophnet_jupyter.cassette")

Mode = Literal["auto", "record", "replay", "refresh", "fallback"]
MODES = ("auto", "record", "replay", "refresh", "fallback")
# What a fallback stands in for: network, key and quota.
FAILURES = (Unreachable, TimedOut, ServiceDown, KeyRejected, BalanceExhausted, RateLimited)
# Seconds without a first token, after which a fallback stands in.
WITHIN = 8.0
_TOKEN = re.compile(r"\s*[^\s\x00-\x7f]|\s*[!-~]{1,5}|\s+")


class OpenCassette:
    """
    A cassette that is in use by a client, as a context: see `Client.cassette`.

    ``unused`` counts the recorded calls that nobody asked for, ``notices`` are about the file.
    """

    def __init__(
        self,
        path: Path,
        mode: Mode,
        *,
        pace: float,
        within: float,
        leave: Callable[[], None],
        tools: bool = False,
    ) -> None:
        if mode not in MODES:
            raise SettingsError(
                tr("mode is one of {names}, not {mode!r:.40}.", names=", ".join(MODES), mode=mode)
            )
        if pace < 0 or within <= 0:
            raise SettingsError(tr("pace is tokens a second, 0 for at once; within is in seconds."))
        there = path.exists()
        self.mode: Mode = ("replay" if there else "record") if mode == "auto" else mode
        self.path = path
        self._pace, self._within, self._leave, self._tools = pace, within, leave, tools
        self._cassette = Cassette(path)
        if self.mode == "replay" or (self.mode == "fallback" and there):
            self._cassette.load()
        records = self.mode in ("record", "refresh")
        self._recorder = CassetteRecorder(path) if records else None
        self._writing = asyncio.Lock()
        # What was recorded since somebody asked for it: see `rehearsed`.
        self.recorded: list[tuple[AskedCall, tuple[Event, ...]]] = []

    @property
    def replays(self) -> bool:
        """Whether nothing may be sent."""
        return self.mode == "replay"

    @property
    def unused(self) -> int:
        """The recorded calls that nobody has asked for."""
        return self._cassette.unused if self.replays else 0

    @property
    def notices(self) -> list[str]:
        """What is odd about the file."""
        return self._cassette.notices

    def __repr__(self) -> str:
        count = len(self._recorder) if self._recorder is not None else len(self._cassette)
        return f"<OpenCassette {self.path} · {self.mode} · {count} calls>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await asyncio.to_thread(self.close)

    def close(self) -> str:
        """End it: what was recorded is written. Returns a line about it. Blocking."""
        self._leave()
        recorder, self._recorder = self._recorder, None
        if recorder is not None:
            recorder.close()
            return tr(
                "{count:,} calls are recorded in {path}.", count=len(recorder), path=self.path
            )
        for notice in self.notices:
            log.warning("%s", notice)
        if self.unused:
            said = tr(
                "{unused:,} calls of {path} were not asked for.", unused=self.unused, path=self.path
            )
            log.warning("%s", said)
            return said
        return tr("All of {path} was asked for.", path=self.path) if self.replays else ""

    def answer(self, wanted: Wanted, make: Make, who: Who) -> AsyncGenerator[Event, None]:
        """The events of a call: recorded, or as they were."""
        match self.mode:
            case "replay":
                return self._replayed(wanted, who)
            case "fallback":
                return self._standing_in(wanted, make, who)
        return self._recorded(wanted, make, who)

    async def _replayed(self, wanted: Wanted, who: Who) -> AsyncGenerator[Event, None]:
        asked = await asyncio.to_thread(asked_call, wanted, who)
        async with held(self._events(asked, wanted, "cassette")) as events:
            async for event in events:
                yield event

    async def _events(
        self, asked: AskedCall, wanted: Wanted, source: Literal["cassette", "recorded"]
    ) -> AsyncGenerator[Event, None]:
        taped = self._cassette.take(asked)
        at = self.path.stat().st_mtime if source == "recorded" else 0.0
        yield Replayed(source=source, at=at)
        seen = Response()
        for kept in taped.events:
            event = kept
            if self._tools and wanted.run_tool:
                if isinstance(kept, ToolResult):
                    event = await wanted.run_tool(seen.tool_calls[kept.index], kept)
                seen = fold(seen, event)
            if self._pace and isinstance(event, TextDelta | ReasoningDelta):
                for token in _TOKEN.findall(event.text):
                    yield type(event)(text=token)
                    await asyncio.sleep(1 / self._pace)
            else:
                yield wanted.revive(event) if wanted.revive else event

    async def _recorded(self, wanted: Wanted, make: Make, who: Who) -> AsyncGenerator[Event, None]:
        # Before it is sent: files may be others afterwards.
        asked = await asyncio.to_thread(asked_call, wanted, who)
        came: list[Event] = []
        async with held(make()) as events:
            async for event in events:
                came.append(event)
                if isinstance(event, Finished) and event.ending in ("complete", "incomplete"):
                    await self._write(asked, came)
                yield event

    async def _write(self, asked: AskedCall, came: list[Event]) -> None:
        async with self._writing:
            if self._recorder is not None:
                await asyncio.to_thread(self._recorder.add, asked, came)
                self.recorded.append((asked, tuple(came)))

    async def _standing_in(
        self, wanted: Wanted, make: Make, who: Who
    ) -> AsyncGenerator[Event, None]:
        """The live answer; the recorded one where no first token of it comes."""
        asked = await asyncio.to_thread(asked_call, wanted, who)
        known = self._cassette.known(asked)
        waiting: list[Event] = []
        begun = False
        async with held(make()) as events:
            try:
                async with within(self._within if known else None) as limit:
                    async for event in events:
                        if not begun and not isinstance(event, (*FIRST, Finished)):
                            waiting.append(event)
                            continue
                        if not begun:
                            begun = True
                            limit.lift()
                            for each in waiting:
                                yield each
                        yield event
                return
            except (TimeoutError, *FAILURES) as error:
                if begun or not known:
                    raise
                log.warning("answered from %s: %s", self.path, type(error).__name__)
        async with held(self._events(asked, wanted, "recorded")) as stand_in:
            async for event in stand_in:
                yield event


def refuse(error: type[SophNetError] = SettingsError) -> None:
    """Raise for a call that no cassette can hold."""
    raise error(
        tr(
            "While a cassette is replayed nothing is sent, and this call is on none: "
            "lines that are live, voice chats and administration."
        )
    )
