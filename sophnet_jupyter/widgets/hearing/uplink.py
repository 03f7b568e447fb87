"""
Sound from the browser: frames on a separate comm, which the browser opens.

For the same reason as the line of commands (`line`), and on a target of its own, so that it has a
subshell to itself: no frame waits behind a file that another panel uploads, or behind a callback
of another widget. Nothing here publishes on it.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Literal, NamedTuple
from weakref import WeakValueDictionary

import comm

from ...kernel.loop import after_answers
from ..panel.line import left, said

TARGET = "sophnet.audio"


class Message(NamedTuple):
    """
    A message from the browser: the start of a recording, a frame, its end, or a closed page.

    ``facts`` of a beginning: ``take``, ``sample_rate``, ``label``; of a frame: ``take``, ``seq``,
    ``t`` (milliseconds of the browser's clock); of an end: ``take``, ``frames``, ``why``.
    """

    kind: Literal["begin", "frame", "end", "gone"]
    facts: dict[str, Any]
    data: bytes = b""


Hear = Callable[[Message], None]
_KINDS = ("begin", "frame", "end")


class Uplink:
    """One widget's receiver. ``hear`` is called with each message, on the subshell's thread."""

    def __init__(self, key: str, hear: Hear) -> None:
        self._key = key
        self._hear = hear
        self._heard = 0.0
        _uplinks[key] = self
        comm.get_comm_manager().register_target(TARGET, _opened)

    def close(self) -> None:
        """Answer no browser that looks for this widget from now on."""
        _uplinks.pop(self._key, None)

    def receive(self, message: dict[str, Any]) -> None:
        if not left(message):
            self.take(said(message), message.get("buffers") or ())

    def take(self, facts: Any, buffers: Any) -> None:
        """Handle one message, also from a front end that has only the widget's own comm."""
        if isinstance(facts, dict) and facts.get("kind") in _KINDS:
            self._heard = time.monotonic()
            data = bytes(buffers[0]) if buffers else b""
            self._hear(Message(facts["kind"], facts, data))

    def gone(self, message: dict[str, Any]) -> None:
        self._hear(Message("gone", {}))

    def doubt(self, seconds: float) -> None:
        """
        Count the page that sends as gone, unless it is heard within so many seconds.

        A page at work says something every few. To be called on the loop's thread.
        """
        since = time.monotonic()

        def look() -> None:
            if self._heard < since:
                self._hear(Message("gone", {}))

        after_answers(seconds, look)


_uplinks: WeakValueDictionary[str, Uplink] = WeakValueDictionary()


def withdraw() -> None:
    """Take the target away unless something listens; the next that does puts it back."""
    if not _uplinks:
        targets: dict[str, Any] = comm.get_comm_manager().targets
        targets.pop(TARGET, None)


def _opened(channel: Any, message: dict[str, Any]) -> None:
    uplink = _uplinks.get(str(said(message).get("panel")))
    if uplink is None:
        channel.close()
        return
    # In place of the comm's own callbacks, around which IPython's hooks would run (see `line`).
    channel.handle_msg = uplink.receive
    channel.handle_close = uplink.gone
