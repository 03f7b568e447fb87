"""
The one seam at which answers are kept, cached and replayed, around each resource's stream.

Off, it costs a call some microseconds. What keeps is imported by the first call that is kept.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Callable
from typing import TYPE_CHECKING

from ..history.current import CURRENT
from ..settings import data_folder, history_on

if TYPE_CHECKING:
    from ..events import Event
    from ..history.history import History
    from ..providers.keeping import Keep, Wanted
    from .origins import Who

Make = Callable[[], "AsyncGenerator[Event, None]"]


class Recorder:
    """
    What a client keeps. ``on`` is whether it does so unasked.

    ``place`` says in which notebook and cell a call is made.
    """

    def __init__(self, *, on: bool | None = None) -> None:
        self.wanted = bool(on)
        self.place: Callable[[], tuple[str, str]] = lambda: ("", "")
        self._history: History | None = None

    @property
    def on(self) -> bool:
        """Whether calls are kept now."""
        return self.wanted and history_on()

    @property
    def history(self) -> History:
        """The history of this user."""
        folder = data_folder()
        if self._history is None or self._history.folder != folder:
            from ..history.history import opened

            self._history = opened(folder)
        return self._history

    def notices(self) -> list[str]:
        """Take what the history has to tell; nothing where it was not used."""
        found: list[str] = []
        while self._history and self._history.notices:
            found.append(self._history.notices.popleft())
        return found

    def keeper(self, who: Callable[[], Who]) -> Keep:
        """The seam of one resource, which ``who`` answers."""

        def keep(wanted: Wanted, make: Make) -> AsyncGenerator[Event, None]:
            if not (wanted.cache or self.on or CURRENT.get()):
                return make()
            from . import recorded

            ask = recorded.cached if wanted.cache else recorded.recorded
            return ask(self.history, self.place, wanted, make, who())

        return keep
