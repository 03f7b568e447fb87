"""``%sophchat --last``: the last answer, shown again or gone on from, also in a later kernel."""

from __future__ import annotations

import sqlite3
import sys
from argparse import Namespace

from IPython.core.error import UsageError

from ...client.keeping.again import lost
from ...history.calls import CallRecord
from ...history.turns import ChatTurn
from ...language import tr
from ...response import Response
from ...settings import history_on
from ...views.safe.control_characters import plain
from ..line.options import out_name
from ..session.session import KernelSession
from .request import closed


def show_last(session: KernelSession, args: Namespace) -> Response:
    """The last answer with its question, stored under the name of ``-o``. Raises `UsageError`."""
    call = _last(session)
    sys.stdout.write(plain(call.question) + "\n")
    if out := out_name(args.out):
        session.shell.user_ns[out] = call.response
    return call.response


def last_turn(session: KernelSession) -> ChatTurn:
    """The last question with its answer, to go on from. Raises `UsageError`."""
    call = _last(session)
    asked = call.asked.request.get("messages") or []
    if gone := lost(asked):
        raise UsageError(
            tr(
                "--last: #{id} was asked about {gone}, which is not kept with it.",
                id=call.id,
                gone=gone,
            )
        )
    return ChatTurn(messages=(*asked, *closed(call.response.messages)))


def refuse_last(args: Namespace) -> None:
    """Raise `UsageError` where ``--last`` stands beside what begins otherwise."""
    if not args.last:
        return
    for name, said in (("conversation", "-c"), ("keep", "--keep"), ("each", "--each")):
        if getattr(args, name) is not None:
            raise UsageError(
                tr("--last goes on from the last answer: leave out {said}.", said=said)
            )


def _last(session: KernelSession) -> CallRecord:
    """The last answer of this notebook; where it has none, of any."""
    if not history_on():
        raise UsageError(
            tr(
                "The history is off, so that no last answer is kept: %sophnet history on keeps "
                "the next ones."
            )
        )
    history = session.client.history
    try:
        found = history.last(session.place()[0]) or history.last()
    except (sqlite3.Error, OSError) as error:
        raise UsageError(tr("The history cannot be read: {error}.", error=error)) from None
    if found is None:
        raise UsageError(tr("--last: nothing was answered yet that is kept."))
    return found
