"""The base class of our magics."""

from __future__ import annotations

from typing import Any

from IPython.core.magic import Magics

from .session import KernelSession


class SessionMagics(Magics):
    """A base class for magics that share the session of their kernel."""

    def __init__(self, shell: Any, session: KernelSession) -> None:
        super().__init__(shell)
        self._session = session
