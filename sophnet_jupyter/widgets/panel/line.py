"""
The command channel of a panel: a separate comm, which the browser opens.

Commands must arrive while a cell runs. Those on a widget's own comm do not: ipykernel 7.4 hands
them to the shell that last published on it, which is the busy one. A comm that the browser has
opened is served by a subshell as long as the kernel never publishes on it, so nothing here does;
events travel on the widget's comm.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any
from weakref import WeakValueDictionary

import comm

from ...kernel.loop import after_answers, loop
from .gate import is_crowded

TARGET = "sophnet.panel"
# Seconds that a page has to answer a roll call. One that is asleep may miss it, and opens a new
# line when it wakes.
ANSWER = 10.0

Hear = Callable[[dict[str, Any], Sequence[Any]], None]


class PanelComm:
    """
    The kernel's end of the channel. ``hear`` is called with each command, on the subshell's thread.

    A page that goes says so, if it still can. One that has crashed cannot, and what a page says
    while it goes may be lost: so where another page opens a line, ``call`` is to ask all pages
    whether they are there, and lines on which nobody answers are closed.
    """

    def __init__(self, key: str, hear: Hear, call: Callable[[], None]) -> None:
        self._key = key
        self._hear = hear
        self._call = call
        # When something was last heard on each line, by the ids of their comms.
        self._heard: dict[str, float] = {}
        _lines[key] = self
        comm.get_comm_manager().register_target(TARGET, _opened)

    def close(self) -> None:
        """Answer no browser that looks for this panel from now on."""
        _lines.pop(self._key, None)

    def receive(self, message: dict[str, Any]) -> None:
        if line := message["content"].get("comm_id"):
            self._heard[line] = time.monotonic()
        if not left(message) and said(message).get("kind") != "here":
            self._hear(said(message), message.get("buffers") or ())

    def join(self, uplink: Any) -> None:
        """Take a page that has opened a line."""
        # In place of `on_msg`, around which the comm would run IPython's pre_execute and
        # post_execute hooks: they draw matplotlib's figures, and here beside a running cell.
        uplink.handle_msg = self.receive
        loop().call_soon_threadsafe(self._call_roll, uplink.comm_id)

    def _call_roll(self, new: str) -> None:
        known = comm.get_comm_manager().comms
        others = [comm_id for comm_id in list(self._heard) if comm_id in known and comm_id != new]
        self._heard = {comm_id: self._heard[comm_id] for comm_id in others}
        self._heard[new] = time.monotonic()
        if others:
            since = time.monotonic()
            after_answers(ANSWER, lambda: self._end_roll(others, since))
            self._call()

    def _end_roll(self, called: list[str], since: float) -> None:
        for comm_id in called:
            line = comm.get_comm_manager().comms.get(comm_id)
            if line is not None and self._heard.get(comm_id, 0.0) < since:
                line.close()


def said(message: dict[str, Any]) -> dict[str, Any]:
    """What a page says in a message; nothing where that is no object, as forged ones are not."""
    data = message["content"].get("data")
    return data if isinstance(data, dict) else {}


def left(message: dict[str, Any]) -> bool:
    """Whether a message is the last one of its comm, which is then closed without a reply."""
    if said(message).get("kind") != "gone":
        return False
    # As if the kernel had read the close itself; it asks for the stream only by its signature.
    manager: Any = comm.get_comm_manager()
    manager.comm_close(None, "", message)
    return True


_lines: WeakValueDictionary[str, PanelComm] = WeakValueDictionary()


def withdraw() -> None:
    """Take the target away unless an open panel needs it; the next panel puts it back."""
    if not _lines:
        targets: dict[str, Any] = comm.get_comm_manager().targets
        targets.pop(TARGET, None)


def _opened(uplink: Any, message: dict[str, Any]) -> None:
    line = _lines.get(str(said(message).get("panel")))
    if line is None or is_crowded(TARGET):
        # The panel was closed, or belongs to a kernel that is gone; or a page opens without end.
        uplink.close()
        return
    line.join(uplink)
