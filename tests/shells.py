"""Shells of IPython for tests that need no kernel."""

from __future__ import annotations

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config


def bare_shell() -> InteractiveShell:
    """A shell that keeps no history, whose file nobody would close."""
    return InteractiveShell(config=Config(HistoryManager={"enabled": False}))
