"""The subshells of a kernel, by which it hears of a page while a cell runs."""

from __future__ import annotations

from typing import Any


def subshells(shell: Any) -> set[str] | None:
    """The ids of the subshells there are; None where the kernel has none, or does not tell."""
    thread = getattr(getattr(shell, "kernel", None), "shell_channel_thread", None)
    listed = getattr(getattr(thread, "manager", None), "list_subshell", None)
    return None if listed is None else set(listed())
