"""
The one seam at which answers are kept, cached and replayed, around each resource's stream.

Off, it costs a call some microseconds. What keeps is imported by the first call that is kept.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator, Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from ..errors import SettingsError
from ..history.current import CURRENT
from ..language import tr
from ..settings import data_folder, history_on, policy
from .keeping import tapes
from .site.masks import masked_alike
from .site.permitted import check_call

if TYPE_CHECKING:
    from pathlib import Path

    from ..events import Event
    from ..history.history import History
    from ..providers.keeping import Keep, Wanted
    from ..wire.call import Answered, Call, Origin
    from .keeping.origins import Who
    from .keeping.taped import Mode, OpenCassette

Make = Callable[[], "AsyncGenerator[Event, None]"]


# Its handler is the site's; `keeping.audit` writes to it.
_audit = logging.getLogger("sophnet_jupyter.audit")


def _audit_wanted() -> bool:
    return bool(_audit.handlers) or _audit.isEnabledFor(logging.INFO)


class Recorder:
    """
    What a client keeps. ``on`` is whether it does so unasked.

    ``place`` says in which notebook and cell a call is made, ``user`` who makes it.
    """

    def __init__(self, *, on: bool | None = None, user: str = "") -> None:
        self.wanted = bool(on)
        self.user = user
        self.place: Callable[[], tuple[str, str]] = lambda: ("", "")
        self._history: History | None = None
        self._tape: OpenCassette | None = None

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
            self._history.placeholders = masked_alike
        return self._history

    @property
    def tape(self) -> OpenCassette | None:
        """The cassette in use: of this client, of ``%sophnet cassette``, or SOPHNET_CASSETTE."""
        return self._tape or tapes.shared()

    def open(
        self, path: Path, mode: Mode, *, pace: float, within: float, tools: bool
    ) -> OpenCassette:
        """Use a cassette from now on. Raises `SettingsError`, also where one is in use."""
        policy().refuse("cassettes", tr("Recording and replaying answers (cassettes)"))
        if self.tape:
            raise SettingsError(tr("A cassette is in use already: {path}.", path=self.tape.path))
        from .keeping.taped import OpenCassette

        self._tape = OpenCassette(
            path, mode, pace=pace, within=within, tools=tools, leave=self._leave
        )
        return self._tape

    def _leave(self) -> None:
        self._tape = None

    @property
    def replays(self) -> bool:
        """Whether nothing may be sent, since a cassette is replayed."""
        return bool((tape := self.tape) and tape.replays)

    def refuse_in_replay(self) -> None:
        """Raise `SettingsError` where nothing may be sent, since a cassette is replayed."""
        if self.replays:
            from .keeping.taped import refuse

            refuse()

    def close(self) -> None:
        """Write what waits, and end the history's thread until it is used again. Blocking."""
        if self._history:
            self._history.writer.close()

    def guarded(self, origin: Origin) -> Origin:
        """An origin to which nothing is sent while a cassette is replayed."""

        def authorize(call: Call) -> Mapping[str, str]:
            self.refuse_in_replay()
            return origin.authorize(call)

        def locate() -> str:
            self.refuse_in_replay()
            assert origin.locate
            return origin.locate()

        return replace(
            origin,
            authorize=authorize,
            locate=locate if origin.locate else None,
            socket_opened=partial(self._socket_opened, origin.service),
            requested=partial(self._requested, origin.service),
        )

    def _socket_opened(self, name: str, path: str) -> Callable[[], None]:
        """What hears of the end of a websocket, whose answers pass no resource's seam."""
        if not _audit_wanted():
            return lambda: None
        from .keeping import audit

        return audit.socket_line(name, path, user=self.user, place=self.place())

    def _requested(self, name: str, call: Call) -> Answered | None:
        """What hears how a call was answered that passes no resource's seam; None for others."""
        if not _audit_wanted():
            return None
        from .keeping import audit

        return audit.request_line(name, call.path, user=self.user, place=self.place())

    def notices(self) -> list[str]:
        """Take what the history has to tell; nothing where it was not used."""
        found: list[str] = []
        while self._history and self._history.notices:
            found.append(self._history.notices.popleft())
        return found

    def unkept(self, who: Callable[[], Who]) -> Keep:
        """The seam of a resource of which nothing is kept; the site hears of its calls."""
        return self.keeper(who, keeps=False)

    def keeper(self, who: Callable[[], Who], *, keeps: bool = True) -> Keep:
        """The seam of one resource, which ``who`` answers."""

        def keep(wanted: Wanted, make: Make) -> AsyncGenerator[Event, None]:
            check_call(wanted)
            if wanted.quiet or not _audit_wanted():
                return kept(wanted, make)
            from .keeping import audit

            return audit.audited(
                wanted, lambda: kept(wanted, make), who(), user=self.user, place=self.place()
            )

        def kept(wanted: Wanted, make: Make) -> AsyncGenerator[Event, None]:
            if not keeps:
                return make()
            if tape := self.tape:
                if tape.replays:
                    return tape.answer(wanted, make, who())
                return tape.answer(wanted, lambda: live(wanted, make), who())
            return live(wanted, make)

        def live(wanted: Wanted, make: Make) -> AsyncGenerator[Event, None]:
            row = CURRENT.get()
            if wanted.quiet or not (wanted.cache or row or self.on):
                return make()
            from .keeping import recorded

            ask = recorded.cached if wanted.cache else recorded.recorded
            # A row has its history: to find it for each of thousands takes a look at the settings.
            history = row.run.history if row else self.history
            return ask(history, self.place, wanted, make, who())

        return keep
