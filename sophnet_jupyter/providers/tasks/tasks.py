"""Long tasks of every service: recorded first, then polled, and resumed after a restart."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import ParamSpec, TypeVar

from msgspec.structs import replace

from ...errors import NotFound, SettingsError, SophNetError, TaskFailed
from ...events import Event, Notice, Progress
from ...language import tr
from ...options.words import checks_keywords
from ...response import Response, settle
from ...wire.poll import Pace, State, watch
from . import intents
from .journal import Journal, Task
from .pacing import PollPacing

P = ParamSpec("P")
T = TypeVar("T")

# What was asked is kept to this many characters: enough to tell one task from another.
ASKED = 200


class TaskList(tuple[Task, ...]):
    """Tasks, newest first; printed one a line."""

    __slots__ = ()

    def __repr__(self) -> str:
        return "\n".join(map(repr, self)) or tr("no tasks")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of task: its service, and how it is resumed and cancelled."""

    service: str
    origin: str
    resume: Callable[[Task], AsyncGenerator[Event, None]]
    cancel: Callable[[Task], Awaitable[object]] | None = None


@checks_keywords("tasks")
class Tasks:
    """
    The unfinished tasks at the services, of this folder or of all.

    ``scrub`` takes the keys out of a text, ``folder`` says where we work.
    """

    def __init__(
        self,
        path: Path,
        *,
        scrub: Callable[[str], str] = str,
        folder: Callable[[], Path] = Path.cwd,
    ) -> None:
        self._said: list[str] = []
        self._journal = Journal(path, on_notice=self._said.append)
        self._scrub = scrub
        self._folder = folder
        self._kinds: dict[str, Kind] = {}
        self._turns = PollPacing()

    def register(self, name: str, kind: Kind) -> None:
        """Tell how tasks of a ``kind`` are resumed. Its ``name`` stays in the journal for good."""
        self._kinds[name] = kind

    def new(self, kind: str, task_id: str, *, asked: str = "", state: str = "submitted") -> Task:
        """
        A task that a service has just created. `follow` records it.

        ``kind`` is the name of one, ``task_id`` and ``state`` are the service's words, ``asked`` is
        what was asked for, in short.
        """
        known = self._kinds[kind]
        return Task(
            id=task_id,
            service=known.service,
            kind=kind,
            origin=known.origin,
            state=state,
            folder=self._here(),
            asked=self._short(asked),
        )

    @asynccontextmanager
    async def intent(self, kind: str, *, asked: str = "") -> AsyncGenerator[str, None]:
        """
        Around a request for paid work: it stands on disk that one of this ``kind`` is sent, and
        what was ``asked``.

        Yields an id for `note`, which replaces it by the task. A kernel that is killed in between
        leaves it, and the next one tells: see `left`.
        """
        known = self._kinds[kind]
        noted = intents.intent(known.service, kind, self._short(asked))
        self._said += await self.left()
        noted = await _in_thread(self._journal.intend, noted)
        try:
            yield noted.id
        except SophNetError:
            # The user learns from it what became of the request.
            await _in_thread(self._journal.settle, noted.id)
            raise
        except BaseException:
            await _in_thread(self._journal.intend, replace(noted, process=0))
            raise

    async def left(self) -> list[str]:
        """Take the notices about requests whose kernel ended before their answer came."""
        found = await _in_thread(self._journal.take_intents, intents.is_left)
        return list(map(intents.sentence, found))

    async def note(self, task: Task, intent: str = "") -> Task:
        """
        Record a ``task`` that nobody follows yet; returns it with its times. ``intent`` is the id
        of the request that has begun it.
        """
        return await _in_thread(self._journal.put, task, intent=intent)

    def unheard(self) -> list[str]:
        """
        Take the pending notices about the journal, such as that it is in memory only.

        `follow` yields it too; only one of the two has it.
        """
        heard, self._said[:] = list(self._said), []
        return heard

    async def follow(
        self,
        task: Task,
        check: Callable[[], Awaitable[State[T]]],
        *,
        pace: Pace | None = None,
        resumed: bool = False,
        cancel: Callable[[], Awaitable[object]] | None = None,
        sleep: Callable[[float], Awaitable[object]] | None = None,
        clock: Callable[[], float] = time.monotonic,
        chance: Callable[[], float] = random.random,
    ) -> AsyncGenerator[Progress | Notice | State[T], None]:
        """
        Write a ``task`` down, then watch it by ``check`` at its ``pace``, in seconds; see
        `wire.poll.watch` for what is yielded and raised. ``resumed`` says that it was begun
        earlier, ``cancel`` calls it off; ``sleep``, ``clock`` and ``chance`` are those of
        `wire.poll.watch`.

        The journal learns of each change, also of a task that failed, is gone or was called off. A
        task that nobody waits for any longer stays in it as unfinished, and so does one that is
        done until the caller comes back from its last `State`: what it has made may still have to
        be fetched, and can be fetched again.
        """
        task = await self._put(replace(task, finished=False))

        async def called_off() -> None:
            assert cancel
            await cancel()
            await self._put(replace(task, state="cancelled", finished=True))

        looks = watch(
            check,
            service=task.service,
            task_id=task.id,
            pace=pace,
            state=task.state,
            resumed=resumed,
            cancel=called_off if cancel else None,
            sleep=sleep or self._turns.sleep,
            clock=clock,
            chance=chance,
        )
        try:
            async with aclosing(looks):
                async for look in looks:
                    for text in self.unheard():
                        yield Notice(text=text)
                    match look:
                        case State(done=True):
                            async with self._taken(task, look):
                                yield look
                        case Progress(state=state) if state != task.state:
                            task = await self._put(replace(task, state=state))
                            yield look
                        case _:
                            yield look
        except TaskFailed as error:
            await self._put(replace(task, state=error.state, finished=True))
            raise
        except NotFound:
            await self._put(replace(task, state="gone", finished=True))
            raise

    async def list(self, *, unfinished: bool = True, everywhere: bool = False) -> TaskList:
        """
        The tasks started in this folder, or ``everywhere``.

        ``unfinished=False`` lists those that have ended as well.
        """
        folder = None if everywhere else self._here()
        found = await asyncio.to_thread(self._journal.find, folder=folder, unfinished=unfinished)
        return TaskList(found)

    async def resume(self, task_id: str, *, kind: str | None = None) -> Response:
        """
        Wait for the task ``task_id``, begun earlier here or in another notebook, and return its
        answer.

        ``kind`` is needed only for a task that was begun elsewhere, such as in the console. Raises
        `SettingsError` when nothing here can resume it, and what the service says.
        """
        return await settle(self.stream(task_id, kind=kind))

    async def stream(self, task_id: str, *, kind: str | None = None) -> AsyncGenerator[Event, None]:
        """Like `resume`, with its ``task_id`` and ``kind``, but yields events while it waits."""
        if kind and kind not in self._kinds:
            raise SettingsError(
                tr("{kind!r} is no kind of task: {names}.", kind=kind, names=self._names())
            )
        task = self.new(kind, task_id) if kind else await self._known(task_id)
        async with aclosing(self._kinds[task.kind].resume(task)) as events:
            async for event in events:
                yield event

    async def cancel(self, task_id: str) -> None:
        """
        Cancel the task ``task_id``, so that it costs no more.

        Raises `SettingsError` where the service has no way to do that.
        """
        task = await self._known(task_id)
        cancel = self._kinds[task.kind].cancel
        if not cancel:
            raise SettingsError(
                tr(
                    "{service} has no way to call a task of the kind {kind!r} off: it runs to its "
                    "end. client.tasks.forget({task_id!r}) takes it out of the list.",
                    service=task.service,
                    kind=task.kind,
                    task_id=task_id,
                )
            )
        await cancel(task)
        await self._put(replace(task, state="cancelled", finished=True))

    async def forget(self, task_id: str) -> bool:
        """
        Delete the task ``task_id`` from the journal; False if it was not there.

        The service goes on with it.
        """
        return await asyncio.to_thread(self._journal.drop, task_id)

    async def find(self, task_id: str) -> Task | None:
        """The task ``task_id``, finished or not; None where this client cannot reach it."""
        return self._reachable(await self._all(task_id))

    async def _all(self, task_id: str) -> tuple[Task, ...]:
        return await asyncio.to_thread(self._journal.find, task_id=task_id)

    def _reachable(self, found: tuple[Task, ...]) -> Task | None:
        for task in found:
            kind = self._kinds.get(task.kind)
            if kind and (kind.service, kind.origin) == (task.service, task.origin):
                return task
        return None

    async def _known(self, task_id: str) -> Task:
        """The task of that id that this client can reach. Raises `SettingsError`."""
        found = await self._all(task_id)
        if task := self._reachable(found):
            return task
        if found:
            where = found[0].origin or found[0].service
            raise SettingsError(
                tr(
                    "Task {task_id} was begun at {where}, where this client does not go.",
                    task_id=task_id,
                    where=where,
                )
            )
        raise SettingsError(
            tr(
                "No task {task_id} is written down. await client.tasks.list(unfinished=False, "
                "everywhere=True) shows all; for one begun elsewhere, say its kind: {names}.",
                task_id=task_id,
                names=self._names(),
            )
        )

    def _names(self) -> str:
        return ", ".join(map(repr, self._kinds)) or tr("none is known")

    @asynccontextmanager
    async def _taken(self, task: Task, look: State[T]) -> AsyncGenerator[None, None]:
        """Update the journal with the outcome, once the result is taken, or is not."""
        task = replace(task, state=look.word, urls=look.urls, expires=look.expires)
        try:
            yield
        except BaseException:
            await self._put(task)
            raise
        await self._put(replace(task, finished=True))

    async def _put(self, task: Task) -> Task:
        return await _in_thread(self._journal.put, task)

    def _short(self, asked: str) -> str:
        words = " ".join(self._scrub(asked).split())
        return words if len(words) <= ASKED else words[: ASKED - 1] + "…"

    def _here(self) -> str:
        try:
            return str(self._folder())
        except OSError:  # somebody has deleted the folder we work in
            return ""


async def _in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    # Shielded: what a service has begun is written down even if the cell is interrupted now.
    return await asyncio.shield(asyncio.to_thread(work, *args, **kwargs))
