"""The cassette that all clients of this process share."""

from __future__ import annotations

import atexit
from pathlib import Path
from typing import TYPE_CHECKING

from ...errors import SettingsError
from ...language import tr
from ...settings import cassette_path, policy, session

if TYPE_CHECKING:
    from .taped import Mode, OpenCassette

_shared: list[OpenCassette] = []
_tried: set[str] = set()


def shared() -> OpenCassette | None:
    """The cassette of ``%sophnet cassette``, else of SOPHNET_CASSETTE. Raises `SettingsError`."""
    if _shared:
        return _shared[0]
    named = cassette_path()
    if not named or named in _tried:
        return None
    return use(Path(named), "auto")


def use(path: Path, mode: Mode, *, pace: float = 0.0) -> OpenCassette:
    """Use a cassette for all clients, until it is closed. Raises `SettingsError`."""
    policy().refuse("cassettes", tr("Recording and replaying answers (cassettes)"))
    if _shared:
        raise SettingsError(tr("A cassette is in use already: {path}.", path=_shared[0].path))
    from .taped import WITHIN, OpenCassette

    tape = OpenCassette(path, mode, pace=pace, within=WITHIN, leave=_leave)
    _shared.append(tape)
    session["replays"] = tape.replays
    # What was recorded is written, also where nobody says that it is over.
    atexit.register(_close, tape)
    return tape


def _leave() -> None:
    _shared.clear()
    session.pop("replays", None)


def end() -> str:
    """Close it, and return a line about it; empty where none is in use."""
    if not _shared:
        return ""
    _tried.add(cassette_path())
    return _shared[0].close()


def _close(tape: OpenCassette) -> None:
    if tape in _shared:
        tape.close()
