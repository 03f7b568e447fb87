"""The base class of our magics."""

from __future__ import annotations

from .session import KernelSession


class SessionMagics:
    """
    A base class for magics that share the session of their kernel.

    A magic is a method of its own name in the catalogue. None of IPython's decorators stands above
    it: they collect names in a table of the whole process, and two modules that are imported by two
    threads, as by a first cell and by what warms up meanwhile, would get each other's.
    """

    def __init__(self, session: KernelSession) -> None:
        self._session = session
