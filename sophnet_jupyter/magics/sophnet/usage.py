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
            sys.stdout.write("Nothing was used yet that is kept.\n")
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
            said = f"At most {limit} is spent from now on." if limit else "No budget any more."
            sys.stdout.write(f"{said}\n")
            return
        limit, spent = limits.told(history)
        if limit:
            sys.stdout.write(f"{spent} of {limit} is spent.\n")
        else:
            sys.stdout.write("No budget: %sophnet budget 20 CNY --per day sets one.\n")


def _foot(history: History) -> str:
    """What stands below the table. A slip in the prices hides no tokens."""
    try:
        limit, spent = limits.told(history)
        foot = f"{spent} of {limit} is spent." if limit else ""
        if not history.prices().listed:
            foot = f"Costs need prices of your own: {history.prices().path}. {foot}".strip()
    except SettingsError as error:
        return str(error)
    return foot


def _options(rest: str) -> dict[str, str]:
    words = rest.replace("=", " ").split()
    given = dict(zip(words[::2], words[1::2], strict=False))
    for name in words[::2]:
        if name not in OPTIONS:
            advice = did_you_mean(name, OPTIONS, f"There is {', '.join(OPTIONS)}.")
            raise UsageError(f"%sophnet usage has no such option. {advice}")
    if len(words) % 2:
        raise UsageError(f"{words[-1]} wants a word behind it.")
    return given
