"""One recording of a microphone: a queue of frames between the browser and the recogniser."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable

from ...errors import SettingsError
from ...language import tr
from ...time_limit import within

# Seconds of sound that may wait while the line to the recogniser is opened, or is slow.
WAITING = 30.0
# Seconds without a frame after which the page counts as gone: longer than the 30 for which a page
# without a connection keeps its sound (`take.js`). JupyterLab's fourth try comes after up to 15.
GONE = 40.0


def refuse_coded(who: str, sound_format: object) -> None:
    """Raise `SettingsError` for a format other than the samples that a browser's microphone has."""
    if sound_format != "pcm":
        raise SettingsError(
            tr("{who} sends samples, so that its format is pcm: leave format out.", who=who)
        )


class Take:
    """
    A queue that never blocks the browser, and counts missing frames.

    To be used on one event loop. ``missing`` frames never came, ``dropped`` ones came and were
    too many; ``late`` is how many milliseconds later than the quickest a frame took to get here.
    """

    def __init__(
        self,
        number: int = 0,
        sample_rate: int = 16_000,
        *,
        gone: float = GONE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.number = number
        self.sample_rate = sample_rate
        self.frames = self.missing = self.dropped = self.received = 0
        self.late = 0.0
        self.why = ""
        self._gone = gone
        self._clock = clock
        # Until when the next frame is waited for.
        self._until = clock() + gone
        self._queue: deque[bytes] = deque()
        self._waiting = 0
        self._ended = False
        self._news = asyncio.Event()
        self._quickest = float("inf")

    def add(self, seq: int, captured: float, now: float, data: bytes) -> None:
        """Add a frame; both times in milliseconds, of the two clocks."""
        self._until = self._clock() + self._gone
        if self._ended or seq < self.frames:
            return
        self.missing += seq - self.frames
        self.frames = seq + 1
        self.received += len(data)
        # The clocks need not agree: the quickest frame tells by how much they differ.
        self._quickest = min(self._quickest, now - captured)
        self.late = now - captured - self._quickest
        self._queue.append(data)
        self._waiting += len(data)
        while self._waiting > WAITING * 2 * self.sample_rate:
            self._waiting -= len(self._queue.popleft())
            self.dropped += 1
        self._news.set()

    def end(self, why: str = "") -> None:
        """End the recording; ``why`` is a sentence for an unexpected end."""
        if not self._ended:
            self._ended, self.why = True, why
        self._news.set()

    async def next(self) -> bytes | None:
        """The next frame, None after the last one."""
        while not self._queue:
            if self._ended:
                return None
            self._news.clear()
            # From the last frame on: who waits may be another one by now, on a line opened again.
            try:
                async with within(self._until - self._clock()):
                    await self._news.wait()
            except TimeoutError:
                self.end(
                    tr(
                        "No sound has come from the browser for {gone:g} s: is it gone?",
                        gone=self._gone,
                    )
                )
        data = self._queue.popleft()
        self._waiting -= len(data)
        return data
