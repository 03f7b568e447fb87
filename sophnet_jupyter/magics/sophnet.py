"""``%sophnet``: where requests go, with which model, and what else there is."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Callable
from html import escape
from typing import Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, line_magic, magics_class, no_var_expand

from .. import local
from ..kernel.output import Cell
from ..settings import model_name
from ..settings import session as settings_session
from .options import refuse_keys
from .session import Session

SUBJECTS = {
    "status": "where requests go, where the key came from, and which model answers",
    "model": "the default chat model; with a name, that one from now on",
    "help": "this list",
}


@magics_class
class SophNetMagics(Magics):
    """The extension's own state."""

    def __init__(self, shell: Any, session: Session, summaries: dict[str, str]) -> None:
        super().__init__(shell)
        self._session = session
        self._summaries = summaries

    @no_var_expand
    @line_magic
    def sophnet(self, line: str) -> None:
        """
        Status and settings of sophnet_jupyter.

            %sophnet                where requests go, with which key and model
            %sophnet model NAME     the chat model to use from now on
            %sophnet help           all magics and settings
        """
        refuse_keys(line)
        subject, _, rest = (line.strip() or "status").partition(" ")
        subjects: dict[str, Callable[[str], None]] = {
            "status": self._status,
            "model": self._model,
            "help": self._help,
        }
        if subject not in subjects:
            close = difflib.get_close_matches(subject, subjects, n=1)
            hint = f"Did you mean {close[0]}?" if close else f"There is {', '.join(subjects)}."
            raise UsageError(f"%sophnet has no {subject!r}. {hint}")
        subjects[subject](rest.strip())

    def _status(self, rest: str) -> None:
        settings = self._session.client.settings
        address = settings.base_url or local.running() or "starts on first use"
        rows = {
            "service": "sandbox on this machine (scripted, no real model)"
            if settings.sandbox
            else "SophNet",
            "endpoint": address,
            "key from": "none needed" if settings.sandbox else settings.key_source,
            "project": settings.project_id or "decided by the key",
            "model": model_name(),
        }
        self._table(rows)

    def _model(self, rest: str) -> None:
        if len(rest.split()) > 1:
            raise UsageError(f"A model's name has no spaces: {rest!r}.")
        if rest:
            settings_session["model"] = rest
        self._table({"model": model_name()})

    def _help(self, rest: str) -> None:
        subjects = {f"%sophnet {name}": said for name, said in SUBJECTS.items()}
        self._table(self._summaries | subjects)

    def _table(self, rows: dict[str, str]) -> None:
        width = max(map(len, rows))
        text = "\n".join(f"{name:<{width}}  {said}" for name, said in rows.items())
        cells = "".join(
            f'<tr><th style="text-align:left">{escape(name)}</th>'
            f'<td style="text-align:left">{escape(said)}</td></tr>'
            for name, said in rows.items()
        )
        cell = Cell(self._session.shell)
        if cell.place == "terminal":
            sys.stdout.write(text + "\n")
        else:
            cell.publish({"text/html": f"<table>{cells}</table>", "text/plain": text})
