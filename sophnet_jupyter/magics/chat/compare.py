"""A chat cell that asks several columns at once, and a conversation that goes on from one."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from IPython.core.error import UsageError

from ...language import mark, tr
from ...runs.compare.comparison import Comparison
from ...views.compare import grid
from ..session.session import KernelSession
from .conversation import take

TOO_FEW = mark("Nothing was compared in this kernel yet: %%sophchat -m A,B asks two models.")


def keep(session: KernelSession, args: Namespace) -> str:
    """
    Make one column's answer the conversation of ``-c``, which goes on with its model and settings.

    Returns a line that says so. Raises `UsageError`.
    """
    comparison = session.compared
    if comparison is None:
        raise UsageError(tr(TOO_FEW))
    if not args.conversation:
        raise UsageError(
            tr("--keep needs a name to go on by: --keep {keep} -c NAME.", keep=args.keep)
        )
    number, _, turn = args.keep.partition(",")
    column = answer = None
    with suppress(ValueError, IndexError):
        column = comparison.columns[int(number)]
        answer = comparison.of(column)[int(turn or 0)].response
    if column is None or answer is None:
        last = len(comparison) - 1
        raise UsageError(
            tr("--keep takes a column, 0 to {last}, or N,M for its repetition M.", last=last)
        )
    if not answer.messages:
        raise UsageError(tr("Column {number} has no answer to go on from.", number=number))
    asked = comparison.grid.prompts[column.prompt]
    model = answer.model or column.model or ""
    take(session, args.conversation, asked, answer, model=model)
    session.kept[args.conversation] = column
    name = args.conversation
    return tr(
        "kept {grid}: %sophchat -c {name} goes on with it", grid=grid.title(column), name=name
    )


def go_on(session: KernelSession, args: Namespace) -> None:
    """Let a line ask as the column did that its conversation goes on from, unless it says how."""
    if args.new:
        session.kept.pop(args.conversation, None)
    column = session.kept.get(args.conversation)
    if column is None or args.prompt or args.grid:
        return
    args.model = args.model or ([column.model] if column.model else None)
    for name, value in column.settings.items():
        if name == "thinking" and not (args.think or args.no_think):
            args.think, args.no_think = value is True, value is False
        elif getattr(args, name, 0) is None:
            setattr(args, name, value)


def asks_several(args: Namespace, models: list[str], prompts: Mapping[str, Any]) -> bool:
    """Whether a line asks for more than one answer."""
    return len(models) > 1 or len(prompts) > 1 or bool(args.grid) or args.repeat is not None


def requests(
    session: KernelSession, comparison: Comparison, options: Mapping[str, Any]
) -> list[str]:
    """The JSON that each column would send."""
    chat, prompts = session.client.chat, comparison.grid.prompts
    found = []
    for column in comparison.columns:
        own = {"model": column.model} if column.model else {}
        asked = {**getattr(prompts[column.prompt], "options", {}), **options, **own}
        found.append(
            repr(chat.request(prompts[column.prompt], stream=True, **{**asked, **column.settings}))
        )
    return found
