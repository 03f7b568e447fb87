"""``%%sophchat --each``: one question for each row of a table."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Mapping, Sequence
from typing import Any

from IPython.core.error import UsageError

from ...client.mapping import map_chat
from ...errors import SettingsError
from ...language import tr
from ...runs.run import Run
from ...runs.tables import Table
from .. import sheet
from ..each.each import Each
from ..each.table import table_of
from ..line.attachments import named_pictures
from ..line.interpolate import fill
from ..session.session import KernelSession
from .request import request_options

# What a conversation has, and rows do not; and what is heard or shown of one answer.
_ALONE = ("conversation", "voice", "logprobs")


def template_of(words: str, prompts: Mapping[str, Any], models: Sequence[str]) -> Any:
    """The prompt of every row: the words of the cell, or the one that ``--prompt`` names."""
    if len(models) > 1 or len(prompts) > 1:
        raise UsageError(
            tr(
                "--each asks one model one prompt: several are measured against each other by "
                "--expect."
            )
        )
    if not prompts:
        return words.strip()
    if words.strip():
        raise UsageError(tr("--each takes the prompt of the cell or that of --prompt, not both."))
    return next(iter(prompts.values()))


class ChatRows:
    """One run of a chat over a table."""

    def __init__(self, session: KernelSession, args: Namespace, prompt: Any, out: str) -> None:
        for name in _ALONE:
            if getattr(args, name) is not None:
                raise UsageError(tr("--{name} is for one answer: leave out --each.", name=name))
        self._session = session
        self._args = args
        self._prompt = prompt
        self._out = out

    def run(self) -> None:
        """
        Ask for every row, and store the table under the name of ``-o``, also when interrupted.

        Raises `UsageError` for a name in the prompt that is none, before anything is sent.
        """
        args, names = self._args, self._session.shell.user_ns
        table, pictures = table_of(args.each, names)
        images = [
            *([pictures] if pictures else []),
            *named_pictures(args.image or [], table, names),
        ]
        options = request_options(args, names) | {
            "system": self._system(table),
            "images": images or None,
            "detail": args.detail,
            "max_side": args.max_side,
        }
        chat = self._session.client.chat
        assert chat._recorder  # a client gives its chat one

        run = map_chat(
            chat,
            self._prompt,
            table,
            options,
            names={} if args.raw else names,
            cache=args.cache,
            first=args.first,
            budget=args.budget,
            concurrency=args.concurrency,
        )
        if args.show_request:
            self._show(chat, options, run)
            return
        self._session.models_seen.add(args.model)
        asked = getattr(self._prompt, "text", self._prompt)
        Each(self._session, args, self._out).go(run, chat._recorder, asked=asked)

    def _system(self, table: Table) -> str | None:
        """The system message with variables of the notebook; it is the same for every row."""
        words: str | None = self._args.system
        if not words or self._args.raw:
            return words
        if named := [name for name in table.columns if f"{{{name}" in words]:
            raise UsageError(
                tr(
                    "--system is the same for every row, and {named} is a column: put it into the "
                    "prompt.",
                    named=named[0],
                )
            )
        found = fill(words, self._session.shell.user_ns, self._session.failures)
        if found.left:
            raise UsageError(
                tr("--system names what is no variable here: {left}.", left=", ".join(found.left))
            )
        return found.text

    def _show(self, chat: Any, options: dict[str, Any], run: Run) -> None:
        """The request of the first row; nothing is sent."""
        item = run.question(0) if run.whole else None
        if item is None:
            sys.stdout.write(tr("The table has no rows, so nothing would be sent.\n"))
            return
        if item.problem:
            raise SettingsError(item.problem)
        asked = {name: value for name, value in options.items() if name != "images"}
        body = chat.request(item.prompt, stream=True, **asked, **item.options)
        sheet.code(self._session.shell, repr(body), "json")
