"""``%sophnet tasks``: long tasks, which go on at the services whatever happens to the kernel."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable

from IPython.core.error import UsageError

from ...errors import span
from ...kernel.loop import run
from ...providers.tasks.journal import Task
from ...response import Response
from ...views.live.progress import said
from ...views.safe.control_characters import plain
from .. import sheet
from ..answers.transcribing import Transcribing
from ..line.near import did_you_mean
from ..session.session import KernelSession

NONE = "No task of this folder is unfinished. %sophnet tasks all shows those of every folder.\n"


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
            "resume": self._resume,
            "cancel": self._cancel,
            "forget": self._forget,
        }
        if word not in subjects:
            advice = did_you_mean(word, [name for name in subjects if name])
            usage = "%sophnet tasks [all], or resume, cancel or forget with an id."
            raise UsageError(f"{usage} {advice}".rstrip())
        if name.strip() and word == "all":
            raise UsageError("%sophnet tasks all takes no name: resume ID, cancel ID, forget ID.")
        return subjects[word](name.strip())

    def _list(self, *, everywhere: bool) -> None:
        tasks = self._session.client.tasks
        found = run(tasks.list(unfinished=not everywhere, everywhere=everywhere))
        for notice in [*run(tasks.left()), *tasks.unheard()]:
            sys.stdout.write(f"! {plain(notice)}\n")
        if not found:
            sys.stdout.write(NONE)
            return
        rows = [("id", "what", "state", "begun", "asked for"), *map(_row, found)]
        sheet.lines(self._session.shell, rows)

    def _resume(self, name: str) -> Response:
        task = self._named(name)
        events = self._session.client.tasks.stream(task.id)
        return Transcribing(self._session, [plain(task.asked) or task.kind]).settle(events)

    def _cancel(self, name: str) -> None:
        task = self._named(name)
        run(self._session.client.tasks.cancel(task.id))
        sys.stdout.write(f"{plain(task.id)} is called off.\n")

    def _forget(self, name: str) -> None:
        task = self._named(name)
        run(self._session.client.tasks.forget(task.id))
        sys.stdout.write(f"{plain(task.id)} is forgotten here; the service goes on with it.\n")

    def _named(self, name: str) -> Task:
        """The task whose id starts with a text; without one, the only unfinished task here."""
        tasks = self._session.client.tasks
        if not name:
            found = run(tasks.list())
            if not found:
                raise UsageError(NONE.strip())
            if len(found) != 1:
                raise UsageError("Which one? Say its id, or how that begins.")
            return found[0]
        found = run(tasks.list(unfinished=False, everywhere=True))
        chosen = [task for task in found if task.id == name]
        chosen = chosen or [task for task in found if task.id.startswith(name)]
        if not chosen:
            raise UsageError("No task of that id is written down. %sophnet tasks all lists them.")
        if len(chosen) > 1:
            raise UsageError(f"{len(chosen)} tasks have ids that begin so: say more of it.")
        return chosen[0]


def _row(task: Task) -> tuple[str, ...]:
    age = span(max(0.0, time.time() - task.created))
    state = task.state if task.finished else said(task.state)
    return task.id, f"{task.service} {task.kind}", plain(state), f"{age} ago", plain(task.asked)
