"""Runs by their names: those of this process, and those that were kept."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from ..errors import SettingsError
from ..events import Event
from ..history import runs as store
from ..history.history import opened
from ..runs.known import all_runs, find
from ..runs.rows import Item
from ..runs.run import Run
from ..settings import data_folder
from .kept_runs import row_of


def run(name: str) -> Run:
    """
    The run of that ``name``: still going or ended in this kernel, else the last that was kept.

    ``.show()`` has all its rows, with buttons while it goes. One that was kept by another process
    has its answers, but neither its table nor its questions. Raises `SettingsError`.
    """
    if (live := find(name)) is not None:
        return live
    kept = store.runs(opened(data_folder()), name=name)
    if not kept:
        known = [each.name for each in all_runs()]
        known += [each.name for each in store.runs(opened(data_folder())) if each.name not in known]
        there = f"There is {', '.join(dict.fromkeys(known[:12]))}." if known else "There is none."
        raise SettingsError(f"No run is called {name!r:.80}. {there}")
    return _of_store(kept[0])


def _of_store(kept: store.KeptRun) -> Run:
    record = store.RunRecord(opened(data_folder()), kept, resumed=True, changed=())
    found = Run(iter(()), _nobody, total=kept.total, name=kept.name, template=kept.prompt)
    found.fill(row_of(each) for each in record.rows())
    if found.state != "done":
        found.notes.append("It goes on where its table is: --resume, or client.chat.map(…).")
    return found


async def _nobody(item: Item) -> AsyncGenerator[Event, None]:
    """Gives nothing: nothing is left to be asked here."""
    nothing: tuple[Event, ...] = ()
    for event in nothing:
        yield event
