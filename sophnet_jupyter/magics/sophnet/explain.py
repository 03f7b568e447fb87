"""``%sophnet explain``: what went wrong in a cell, shown first, and sent after a click."""

from __future__ import annotations

import sys
from typing import Any

from IPython.core.error import UsageError

from ...kernel.output import Cell, nobody_watches
from ...language import tr
from ...settings import model_name
from ...settings.secret import scrub
from ...views.safe.control_characters import plain
from ..session.session import KernelSession

ASKED = "Explain this error, and how to mend it:"


class Explanations:
    """Shows an error with its source, and has it explained where that is wanted."""

    def __init__(self, session: KernelSession) -> None:
        self._session = session

    def explain(self, rest: str) -> Any:
        """
        A panel for the last error, or for that of cell N; words in the place of our question.

        Nothing is sent here. Raises `UsageError` where that cell has not failed.
        """
        first, _, more = rest.strip().lstrip("[").partition(" ")
        number = first.rstrip("]")
        if number.isascii() and number.isdecimal():
            cell, words = int(number), more.strip()
        else:
            cell, words = 0, rest.strip()
        cell = self._failed(cell)
        text = self._text(cell, words or ASKED)
        error = plain(self._session.failures[cell].strip().rpartition("\n")[2])
        about = tr("Cell [{cell}]: {error:.200}", cell=cell, error=error)
        if Cell(self._session.shell).place != "notebook" or nobody_watches():
            # Nobody can click here.
            sys.stdout.write(
                plain(
                    tr(
                        "{text}\n\nNothing was sent: {command} does.\n",
                        text=text,
                        command=_command(cell, words),
                    )
                )
            )
            return None
        # Widgets take a tenth of a second to import.
        from ...widgets.explain.panel import ExplainPanel

        model = self._session.aliases.real(model_name())
        return ExplainPanel(self._session.client, text, about=about, model=model)

    def _failed(self, number: int) -> int:
        """The cell that is meant: that number, the last one that has failed without one."""
        failures = self._session.failures
        if not failures:
            raise UsageError(tr("No cell has failed since %load_ext sophnet_jupyter."))
        if number and number not in failures:
            last = max(failures)
            raise UsageError(
                tr(
                    "Cell [{number}] has not failed; the last that has is [{last}].",
                    number=number,
                    last=last,
                )
            )
        return number or max(failures)

    def _text(self, number: int, question: str) -> str:
        sources = self._session.shell.user_ns.get("In", ())
        code = str(sources[number]).strip() if number < len(sources) else ""
        error = self._session.failures[number].strip()
        found = f"{question}\n\n```python\n{code}\n```\n\n```\n{error}\n```"
        return plain(scrub(found))


def _command(number: int, words: str) -> str:
    return f"%sophchat --see cell:{number} {words or ASKED.rstrip(':') + '.'}"
