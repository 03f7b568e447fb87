"""``%sophnet cassette``: answers recorded in a file, or taken from one, by all cells."""

from __future__ import annotations

import sys

from IPython.core.error import UsageError

from ...client.keeping import tapes
from ...client.keeping.taped import Mode
from ...files.names import at_home
from ...language import mark, tr
from ...views.safe.control_characters import plain

USAGE = mark(
    "%sophnet cassette record FILE, replay FILE, refresh FILE, fallback FILE; off "
    "ends it, and writes what was recorded."
)
MODES: dict[str, Mode] = {
    "record": "record",
    "replay": "replay",
    "refresh": "refresh",
    "fallback": "fallback",
}
SAID = {
    "record": mark("Answers are recorded for {path}, which is written by %sophnet cassette off."),
    "refresh": mark(
        "Answers are recorded anew for {path}, which is written by %sophnet cassette off."
    ),
    "replay": mark("Answers come from {path}: nothing is sent."),
    "fallback": mark("Services are asked; where one fails, its answer comes from {path}."),
}


def cassette(rest: str) -> None:
    """Begin or end a cassette. Raises `UsageError`, and `SettingsError` for a bad file."""
    word, _, name = rest.strip().partition(" ")
    if word in ("off", "stop", "") and not name.strip():
        said = tapes.end() if word else _which()
        sys.stdout.write(plain(said or tr("No cassette is in use. ") + tr(USAGE)) + "\n")
        return
    if word not in MODES or not name.strip():
        raise UsageError(tr(USAGE))
    tape = tapes.use(at_home(name.strip().strip("\"'")), MODES[word])
    sys.stdout.write(plain(tr(SAID[word], path=tape.path)) + "\n")
    for notice in tape.notices:
        sys.stdout.write(plain(f"! {notice}") + "\n")


def _which() -> str:
    tape = tapes.shared()
    return repr(tape) if tape else ""
