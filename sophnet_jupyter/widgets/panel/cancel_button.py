"""A button that cancels the background job of its cell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from traitlets import Unicode

from .panel import Buffers, Command, Panel


class CancelButton(Panel):
    """Calls ``cancel`` on the loop's thread, also while another cell runs; ``words`` explain it."""

    file = "cancel_button"

    words = Unicode("").tag(sync=True)

    def __init__(self, cancel: Callable[[], object], words: str) -> None:
        super().__init__(words=words)
        self._cancel = cancel

    def obey(self, command: Command, buffers: Buffers) -> None:
        if command["kind"] == "cancel":
            self.phase = "cancelling"
            self._cancel()

    def bundle(self) -> dict[str, Any]:
        """The live button as a mime bundle, to be shown with a note for hosts without widgets."""
        data, _ = self._repr_mimebundle_() or ({}, {})
        return dict(data)
