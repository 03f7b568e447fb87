"""Which cell a display belongs to, wherever it is sent from."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Mapping
from contextvars import Context
from typing import Any, Literal

Place = Literal["notebook", "capture", "terminal"]


class Cell:
    """
    The output of the running cell, to be used from any thread, also after the cell has ended.

    IPython's ``display()`` looks up the running cell at the time of the call; on ipykernel 6 a
    task of one cell would so print into the next.
    """

    def __init__(self, shell: Any) -> None:
        self._publisher = shell.display_pub
        self._parent = getattr(shell.display_pub, "parent_header", None)
        self.is_console = _is_console(shell)
        """Whether the front end is a console of a kernel, which shows text and no updates."""
        self.place: Place = "terminal" if self.is_console else _place(shell)
        # Nobody watches a batch run grow: nbclient, papermill and `jupyter execute` cannot answer
        # a prompt for input, and say so with each request.
        kernel = getattr(shell, "kernel", None)
        prompted = bool(getattr(kernel, "_allow_stdin", True))
        self._is_batch = self.place == "notebook" and not prompted
        self.watched = self.place == "notebook" and prompted and not _claimed(self._parent)
        """Whether what is published here may be replaced by updates, so that it is seen to grow."""

    def publish(
        self, data: Mapping[str, Any], *, display_id: str | None = None, update: bool = False
    ) -> str:
        """Show a mime bundle, or replace the one of that id. Returns the id."""
        display_id = display_id or uuid.uuid4().hex
        transient = {"display_id": display_id}
        if self.place != "notebook" and not self.is_console:
            self._publisher.publish(
                data=dict(data), metadata={}, transient=transient, update=update
            )
            return display_id
        publisher = self._publisher
        publisher.session.send(
            publisher.pub_socket,
            "update_display_data" if update else "display_data",
            {"data": dict(data), "metadata": {}, "transient": transient},
            parent=self._running() if update and self._is_batch else self._parent,
            ident=publisher.topic,
        )
        return display_id

    def _running(self) -> Any:
        """
        The request of the cell that runs now: a batch run hears of no other.

        Asked in a context of its own, since work that a cell began still has the cell's.
        """
        return Context().run(getattr, self._publisher, "parent_header", self._parent)


def nobody_watches() -> bool:
    """Whether this is a kernel that a batch run drives: it cannot answer a prompt for input."""
    core = sys.modules.get("IPython.core.interactiveshell")
    shell = core.InteractiveShell._instance if core else None
    kernel = getattr(shell, "kernel", None)
    return kernel is not None and not getattr(kernel, "_allow_stdin", True)


def _is_console(shell: Any) -> bool:
    """
    Whether `jupyter console`, qtconsole or the like asks.

    Notebooks name their cell with each request (``cellId``: JupyterLab, Notebook 7, VS Code) or
    send other metadata (Colab). Consoles send none, and as clients written in Python they give
    the user's name, which pages leave empty. A batch run does both, but takes no input.
    """
    if _place(shell) != "notebook":
        return False
    parent: dict[str, Any] = getattr(shell, "get_parent", dict)() or {}
    header = parent.get("header") or {}
    asked = header.get("msg_type") == "execute_request" and not parent.get("metadata")
    kernel = getattr(shell, "kernel", None)
    return bool(asked and header.get("username") and getattr(kernel, "_allow_stdin", False))


def _claimed(parent: Mapping[str, Any] | None) -> bool:
    """
    Whether an Output widget takes what this request displays: it ignores updates.

    Asked of ipywidgets only where somebody has imported it.
    """
    widgets = sys.modules.get("ipywidgets.widgets.widget")
    outputs = sys.modules.get("ipywidgets.widgets.widget_output")
    message = (parent or {}).get("msg_id")
    if widgets is None or outputs is None or not message:
        return False
    found = list(getattr(widgets, "_instances", {}).values())
    return any(isinstance(each, outputs.Output) and each.msg_id == message for each in found)


def _place(shell: Any) -> Place:
    publisher = shell.display_pub
    # Only ipykernel's publisher has a socket; under %%capture a plain list stands in for it.
    if hasattr(publisher, "session") and hasattr(publisher, "pub_socket"):
        return "notebook"
    if type(publisher).__name__ == "CapturingDisplayPublisher":
        return "capture"
    return "terminal"
