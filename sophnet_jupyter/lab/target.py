"""
The kernel's end of the line to JupyterLab's extension.

Commands come up on a comm that the page opens, and on which nothing is ever published: so a
subshell serves it while a cell runs (see `widgets.panel.line`). Events go down on a second one,
which the kernel opens, and only after a page has asked: one without the extension would answer with
an error.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import comm

if TYPE_CHECKING:
    from ..kernel.running import Running
    from ..magics.session.session import KernelSession
    from .page import LabPage

TARGET = "sophnet.lab"

# Kept over importlib.reload(), after which nobody could tell them anything.
_pages: list[LabPage] = globals().get("_pages", [])
_unfollow: Callable[[], None] | None = globals().get("_unfollow")
# Pages come and go on the threads of their subshells, of cells and of the loop.
_changing = threading.Lock()


def offer(shell: Any, session: KernelSession) -> None:
    """Answer pages that open the line from now on; without a kernel there are none."""
    if not hasattr(shell, "kernel"):
        return

    def opened(uplink: Any, message: dict[str, Any]) -> None:
        from .page import LabPage

        _part_with_the_gone(shell)
        page = LabPage(uplink, message, session, _forget)
        _add(page, lambda one: _tell(shell, one))
        _call_roll(shell, new=page)
        page.welcome()

    comm.get_comm_manager().register_target(TARGET, opened)


def withdraw() -> None:
    """Tell the pages that the extension is gone from this kernel, and answer none any more."""
    from .messages import Unloaded

    targets: dict[str, Any] = comm.get_comm_manager().targets
    targets.pop(TARGET, None)
    for page in list(_pages):
        page.close(Unloaded())
    with _changing:
        _pages.clear()
        _stop_following()


def _add(page: LabPage, hear: Callable[[Running], object]) -> None:
    from ..kernel.running import follow

    global _unfollow
    with _changing:
        _pages.append(page)
        if _unfollow is None:
            _unfollow = follow(hear)


def _part_with_the_gone(shell: Any) -> None:
    """
    Forget pages whose subshell is no more.

    A notebook that is closed cannot wait: its last words may be lost with its connection, and the
    end of its subshell, which travels on another channel, is the only sign of it.
    """
    from ..kernel.subshells import subshells

    there = subshells(shell)
    for page in list(_pages):
        if there is not None and page.subshell and page.subshell not in there:
            page.leave()


def _call_roll(shell: Any, new: LabPage | None = None) -> None:
    """
    Ask all pages but a new one whether they are there, and part with those that do not answer.

    A page that crashes says nothing, and its subshell stays too. Where it has none it is not asked:
    its answer would wait for the end of the cell that runs.
    """
    from ..kernel.loop import after_answers
    from ..widgets.panel.line import ANSWER
    from .messages import Roll

    others = [each for each in list(_pages) if each.answers and each.subshell and each is not new]
    since = time.monotonic()
    if (others and new) or len(others) > 1:
        for page in others:
            page.tell(Roll())
        after_answers(ANSWER, lambda: _end_roll(shell, others, since))


def _end_roll(shell: Any, called: list[LabPage], since: float) -> None:
    from ..kernel.subshells import end_subshell
    from .messages import Unheard

    for page in called:
        if page in _pages and page.heard < since:
            page.close(Unheard())
            if page.subshell and all(page.subshell != each.subshell for each in _pages):
                end_subshell(shell, page.subshell)


def _tell(shell: Any, one: Running) -> None:
    if one.state == "running":
        _part_with_the_gone(shell)
        _call_roll(shell)
    for page in list(_pages):
        page.tell_cell(one)


def _forget(page: LabPage) -> None:
    with _changing:
        if page in _pages:
            _pages.remove(page)
        if not _pages:
            _stop_following()


def _stop_following() -> None:
    global _unfollow
    if _unfollow:
        _unfollow()
    _unfollow = None
