"""What the side panel shows, as rows of words. Nothing is looked up before a page asks."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from ..errors import SophNetError, span
from ..kernel.loop import loop
from ..language import tr
from ..settings.secret import scrub
from ..views.safe.control_characters import plain
from .messages import Event, Seen

if TYPE_CHECKING:
    from ..magics.background.jobs import ListedJob
    from ..magics.session.session import KernelSession

# Calls of the history in one list.
MOST = 2_000
Rows = list[list[str]]


def look(session: KernelSession, what: str, words: str, tell: Callable[[Event], None]) -> None:
    """Look it up on the loop's thread, and tell the rows, or why there are none."""

    async def answer() -> None:
        rows: Rows = []
        why = ""
        try:
            find = SUBJECTS.get(what)
            rows = await find(session, words) if find else []
        except SophNetError as error:
            why = str(error)
        except Exception as error:  # the panel says so, and goes on
            why = f"{type(error).__name__}: {error}"
        shown = [[plain(scrub(cell)) for cell in row] for row in rows]
        tell(Seen(what, words, shown, plain(scrub(why))))

    asyncio.run_coroutine_threadsafe(answer(), loop())


async def _connection(session: KernelSession, words: str) -> Rows:
    from ..magics.sophnet.sophnet import status_rows

    return [[name, value] for name, value in status_rows(session).items()]


async def _doctor(session: KernelSession, words: str) -> Rows:
    from .. import doctor

    return [[*finding.cells] for finding in await doctor.examine(stream=False)]


async def _models(session: KernelSession, words: str) -> Rows:
    listed = await session.client.models() or session.known_models
    return [[name] for name in listed]


async def _tasks(session: KernelSession, words: str) -> Rows:
    found = await session.client.tasks.list(unfinished=True)
    now = time.time()
    return [
        [
            task.id,
            tr(task.kind),
            tr(task.state),
            tr("{span} ago", span=span(max(0.0, now - task.created))),
            task.asked,
        ]
        for task in found
    ]


async def _jobs(session: KernelSession, words: str) -> Rows:
    running = session.jobs.running if "jobs" in vars(session) else []
    return [[str(job.cell), _so_far(job), f"{job.seconds:.0f} s", job.prompt] for job in running]


def _so_far(job: ListedJob) -> str:
    """How far it has come: rows of a run, or what there is of an answer."""
    response = getattr(job, "response", None)
    if response is None:
        return tr(job.state)
    if done := len(response.images) + len(response.videos):
        return tr("{count:,} made", count=done)
    if response.text:
        return tr("{count:,} characters", count=len(response.text))
    return tr("waiting")


async def _chats(session: KernelSession, words: str) -> Rows:
    def listed() -> Rows:
        chats = session.conversations
        found = []
        for each in chats.listed():
            count = tr("1 turn") if each.turns == 1 else tr("{count} turns", count=each.turns)
            found.append([each.name, count, *last_of(chats.turns(each.name))])
        return found

    from ..magics.sophnet.chats import last_of

    return await asyncio.to_thread(listed)


async def _usage(session: KernelSession, words: str) -> Rows:
    from ..history import limits
    from ..history.usage import usage
    from ..views.usage import rows

    history = session.client.history

    def summed() -> Rows:
        limit, spent = limits.told(history)
        head = [[tr("{spent} of {limit} is spent", spent=spent, limit=limit)]] if limit else []
        return [*head, *([*row] for row in rows(usage(history)))]

    return await asyncio.to_thread(summed)


async def _history(session: KernelSession, words: str, *, everywhere: bool = False) -> Rows:
    from ..history.search import HistoryQuery
    from ..magics.sophnet.history import call_row

    notebook = "" if everywhere else session.place()[0]
    wish = HistoryQuery(words=words, notebook=notebook, limit=MOST)
    found = await asyncio.to_thread(session.client.history.search, wish)
    return [[*call_row(call)] for call in found]


async def _history_of_all(session: KernelSession, words: str) -> Rows:
    return await _history(session, words, everywhere=True)


SUBJECTS: dict[str, Callable[[KernelSession, str], Awaitable[Rows]]] = {
    "connection": _connection,
    "doctor": _doctor,
    "models": _models,
    "tasks": _tasks,
    "jobs": _jobs,
    "chats": _chats,
    "usage": _usage,
    "history": _history,
    "history-of-all": _history_of_all,
}
