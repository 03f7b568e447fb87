"""What every magic of ours begins with."""

from __future__ import annotations

from typing import Any

from IPython.core.magic import Magics

from .session import KernelSession


class SessionMagics(Magics):
    """A holder of magics, which knows what the magics of its kernel share."""

    def __init__(self, shell: Any, session: KernelSession) -> None:
        super().__init__(shell)
        self._session = session
