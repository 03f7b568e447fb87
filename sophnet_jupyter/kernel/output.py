"""Which cell a display belongs to, wherever it is sent from."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
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
        self.place: Place = _place(shell)
        # Nobody watches a batch run grow: nbclient, papermill and `jupyter execute` cannot answer
        # a prompt for input, and say so with each request.
        kernel = getattr(shell, "kernel", None)
        self.watched = self.place == "notebook" and bool(getattr(kernel, "_allow_stdin", True))

    def publish(
        self, data: Mapping[str, Any], *, display_id: str | None = None, update: bool = False
    ) -> str:
        """Show a mime bundle, or replace the one of that id. Returns the id."""
        display_id = display_id or uuid.uuid4().hex
        transient = {"display_id": display_id}
        if self.place != "notebook":
            self._publisher.publish(
                data=dict(data), metadata={}, transient=transient, update=update
            )
            return display_id
        publisher = self._publisher
        publisher.session.send(
            publisher.pub_socket,
            "update_display_data" if update else "display_data",
            {"data": dict(data), "metadata": {}, "transient": transient},
            parent=self._parent,
            ident=publisher.topic,
        )
        return display_id


def _place(shell: Any) -> Place:
    publisher = shell.display_pub
    # Only ipykernel's publisher has a socket; under %%capture a plain list stands in for it.
    if hasattr(publisher, "session") and hasattr(publisher, "pub_socket"):
        return "notebook"
    if type(publisher).__name__ == "CapturingDisplayPublisher":
        return "capture"
    return "terminal"
