"""The subshells of a kernel, by which it hears of a page while a cell runs."""

from __future__ import annotations

import contextlib
from typing import Any


def subshells(shell: Any) -> set[str] | None:
    """The ids of the subshells there are; None where the kernel has none, or does not tell."""
    thread = getattr(getattr(shell, "kernel", None), "shell_channel_thread", None)
    listed = getattr(getattr(thread, "manager", None), "list_subshell", None)
    return None if listed is None else set(listed())


def heard_by_its_words(channel: Any) -> None:
    """
    Have what a page says to this comm heard by the subshell that its message names.

    ipykernel 7.4 takes the one from which the kernel has last published on the comm, for the loops
    of a page that wait for answers (`ipykernel.comm.comm.BaseComm`). That may be of a page that was
    loaded anew since, and nothing that the next one says would ever be heard.
    """
    if hasattr(channel, "_reply_subshell_for"):
        channel._reply_subshell_for = _as_named


def _as_named(said: object, named: str | None) -> str | None:
    return named


def end_subshell(shell: Any, subshell: str) -> None:
    """
    End a subshell whose page is gone; nothing where that cannot be.

    Only pages ask for it by a message, so that it is done as ipykernel does then: on its thread.
    """
    thread = getattr(getattr(shell, "kernel", None), "shell_channel_thread", None)
    delete = getattr(getattr(thread, "manager", None), "_delete_subshell", None)
    if thread is None or delete is None:
        return

    def end() -> None:
        # It may have ended by itself meanwhile.
        with contextlib.suppress(Exception):
            delete(subshell)

    thread.io_loop.add_callback(end)
