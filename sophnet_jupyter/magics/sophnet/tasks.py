"""``%sophnet tasks``: long tasks, which go on at the services whatever happens to the kernel."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from typing import Any

from IPython.core.error import UsageError

from ...errors import SophNetError, span
from ...kernel.loop import run
from ...language import mark, tr
from ...providers.tasks.journal import Task
from ...response import Response
from ...views.live.progress import said
from ...views.safe.control_characters import plain
from .. import sheet
from ..answers.transcribing import Transcribing
from ..line.near import did_you_mean
from ..session.session import KernelSession

SERVICE = "--service"
# What the service itself lists, and how a task of it is named in the journal.
LISTS = {"images": "image", "videos": "video"}
NONE = mark(
    "No task of this folder is unfinished. %sophnet tasks all shows those of every folder.\n"
)


class TaskCommands:
    """Lists, resumes and cancels tasks."""

    def __init__(self, session: KernelSession) -> None:
        self._session = session

    def tasks(self, rest: str) -> Response | None:
        """List the unfinished tasks of this folder, or act on one."""
        word, _, name = rest.partition(" ")
        subjects: dict[str, Callable[[str], Response | None]] = {
            "": lambda _: self._list(everywhere=False),
            "all": lambda _: self._list(everywhere=True),
            SERVICE: self._at_service,
            "resume": self._resume,
            "cancel": self._cancel,
            "forget": self._forget,
        }
        if word not in subjects:
            advice = did_you_mean(word, [name for name in subjects if name])
            usage = tr("%sophnet tasks [all], --service, or resume, cancel or forget with an id.")
            raise UsageError(f"{usage} {advice}".rstrip())
        if name.strip() and word == "all":
            raise UsageError(
                tr("%sophnet tasks all takes no name: resume ID, cancel ID, forget ID.")
            )
        return subjects[word](name.strip())

    def _list(self, *, everywhere: bool) -> None:
        tasks = self._session.client.tasks
        found = run(tasks.list(unfinished=not everywhere, everywhere=everywhere))
        for notice in [*run(tasks.left()), *tasks.unheard()]:
            sys.stdout.write(f"! {plain(notice)}\n")
        if not found:
            sys.stdout.write(tr(NONE))
            return
        rows = [
            (tr("id"), tr("what"), tr("state"), tr("begun"), tr("asked for")),
            *map(_row, found),
        ]
        sheet.lines(self._session.shell, rows)

    def _at_service(self, which: str) -> None:
        """The tasks that the service lists, also those that were begun elsewhere."""
        if which and which not in LISTS:
            advice = did_you_mean(which, LISTS)
            raise UsageError(
                tr(
                    "The service lists {names}. {advice}", names=" and ".join(LISTS), advice=advice
                ).rstrip()
            )
        rows: list[tuple[str, ...]] = [
            (tr("id"), tr("what"), tr("state"), tr("model"), tr("begun"))
        ]
        known = self._session.listed_tasks
        for resource in [which] if which else LISTS:
            try:
                found = run(getattr(self._session.client, resource).list())
            except SophNetError as error:
                if which:
                    raise
                # One that cannot be listed does not hide the other.
                sys.stdout.write(f"! {resource}: {plain(str(error))}\n")
                continue
            known.update({task.id: LISTS[resource] for task in found})
            rows += [_listed(LISTS[resource], task) for task in found]
        if len(rows) == 1:
            sys.stdout.write(tr("The service lists no tasks of this project.\n"))
            return
        sheet.lines(self._session.shell, rows)
        sys.stdout.write(
            tr("%sophnet tasks resume ID waits for one of them and shows what comes.\n")
        )

    def _resume(self, name: str) -> Response:
        if kind := self._only_at_service(name):
            events = self._session.client.tasks.stream(name, kind=kind)
            return Transcribing(self._session, [f"{kind} {plain(name)}"]).settle(events)
        task = self._named(name)
        events = self._session.client.tasks.stream(task.id)
        return Transcribing(self._session, [plain(task.asked) or task.kind]).settle(events)

    def _only_at_service(self, name: str) -> str:
        """The kind of a task that the service has listed, and that nobody here has written down."""
        kind = self._session.listed_tasks.get(name, "")
        return kind if kind and run(self._session.client.tasks.find(name)) is None else ""

    def _cancel(self, name: str) -> None:
        task = self._named(name)
        run(self._session.client.tasks.cancel(task.id))
        sys.stdout.write(tr("{id} is called off.\n", id=plain(task.id)))

    def _forget(self, name: str) -> None:
        task = self._named(name)
        run(self._session.client.tasks.forget(task.id))
        sys.stdout.write(
            tr("{id} is forgotten here; the service goes on with it.\n", id=plain(task.id))
        )

    def _named(self, name: str) -> Task:
        """The task whose id starts with a text; without one, the only unfinished task here."""
        tasks = self._session.client.tasks
        if not name:
            found = run(tasks.list())
            if not found:
                raise UsageError(tr(NONE).strip())
            if len(found) != 1:
                raise UsageError(tr("Which one? Say its id, or how that begins."))
            return found[0]
        found = run(tasks.list(unfinished=False, everywhere=True))
        chosen = [task for task in found if task.id == name]
        chosen = chosen or [task for task in found if task.id.startswith(name)]
        if not chosen:
            raise UsageError(
                tr("No task of that id is written down. %sophnet tasks all lists them.")
            )
        if len(chosen) > 1:
            raise UsageError(
                tr("{count} tasks have ids that begin so: say more of it.", count=len(chosen))
            )
        return chosen[0]


def _listed(kind: str, task: Any) -> tuple[str, ...]:
    created = getattr(task, "created", 0.0)
    age = tr("{span} ago", span=span(max(0.0, time.time() - created))) if created else ""
    # Whether it was fetched here is nothing that the service knows.
    state = tr("done") if task.state == "succeeded" else said(task.state)
    return plain(task.id), kind, plain(state), plain(task.model), age


def _row(task: Task) -> tuple[str, ...]:
    age = span(max(0.0, time.time() - task.created))
    state = task.state if task.finished else said(task.state)
    return (
        task.id,
        f"{task.service} {task.kind}",
        plain(state),
        tr("{age} ago", age=age),
        plain(task.asked),
    )
