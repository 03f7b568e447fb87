"""``%sophnet usage`` and ``%sophnet budget``: what was used, and how much may be."""

from __future__ import annotations

import sys

from IPython.core.error import UsageError

from ...errors import SettingsError
from ...history import limits
from ...history.history import History
from ...history.moments import moment
from ...history.usage import usage
from ...kernel.output import Cell
from ...language import tr
from ...views.usage import bundle
from ..line.near import did_you_mean
from ..session.session import KernelSession

OPTIONS = ("--by", "--since")


class SpendingCommands:
    """Tells what was spent, and sets a limit."""

    def __init__(self, session: KernelSession) -> None:
        self._session = session

    def usage(self, rest: str) -> None:
        """Show what was used."""
        given = _options(rest)
        by = given.get("--by", "model")
        since = moment(given["--since"]) if "--since" in given else None
        history = self._session.client.history
        lines = usage(history, by, since)
        if not lines:
            sys.stdout.write(tr("Nothing was used yet that is kept.\n"))
            return
        foot = _foot(history)
        cell, data = Cell(self._session.shell), bundle(lines, by, foot)
        if cell.place == "terminal":
            sys.stdout.write(data["text/plain"] + "\n")
        else:
            cell.publish(data)

    def budget(self, rest: str) -> None:
        """Show the limit, set it, or take it away."""
        history = self._session.client.history
        if rest.strip():
            limit = limits.set_limit(history, rest)
            said = (
                tr("At most {limit} is spent from now on.", limit=limit)
                if limit
                else tr("No budget any more.")
            )
            sys.stdout.write(f"{said}\n")
            return
        limit, spent = limits.told(history)
        if limit:
            sys.stdout.write(tr("{spent} of {limit} is spent.\n", spent=spent, limit=limit))
        else:
            sys.stdout.write(tr("No budget: %sophnet budget 20 CNY --per day sets one.\n"))


def _foot(history: History) -> str:
    """What stands below the table. A slip in the prices hides no tokens."""
    try:
        limit, spent = limits.told(history)
        foot = tr("{spent} of {limit} is spent.", spent=spent, limit=limit) if limit else ""
        if not history.prices().listed:
            foot = tr(
                "Costs need prices of your own: {path}. {foot}",
                path=history.prices().path,
                foot=foot,
            ).strip()
    except SettingsError as error:
        return str(error)
    return foot


def _options(rest: str) -> dict[str, str]:
    words = rest.replace("=", " ").split()
    given = dict(zip(words[::2], words[1::2], strict=False))
    for name in words[::2]:
        if name not in OPTIONS:
            advice = did_you_mean(name, OPTIONS, tr("There is {names}.", names=", ".join(OPTIONS)))
            raise UsageError(tr("%sophnet usage has no such option. {advice}", advice=advice))
    if len(words) % 2:
        raise UsageError(tr("{words} wants a word behind it.", words=words[-1]))
    return given
