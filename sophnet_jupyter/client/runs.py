"""Runs by their names: those of this process, and those that were kept."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator
from dataclasses import replace

from ..errors import SettingsError
from ..events import Event
from ..history import runs as store
from ..history.history import opened
from ..language import tr
from ..runs.keeping import EQUAL
from ..runs.known import all_runs, find
from ..runs.rows import Item, Row
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
        there = (
            tr("There is {names}.", names=", ".join(dict.fromkeys(known[:12])))
            if known
            else tr("There is none.")
        )
        raise SettingsError(tr("No run is called {name!r:.80}. {there}", name=name, there=there))
    return _of_store(kept[0])


def _of_store(kept: store.KeptRun) -> Run:
    record = store.RunRecord(opened(data_folder()), kept, resumed=True, changed=())
    found = Run(iter(()), _nobody, total=kept.total, name=kept.name, template=kept.prompt)
    found.fill(_rows(record))
    if found.state != "done":
        found.notes.append(tr("It goes on where its table is: --resume, or client.chat.map(…)."))
    return found


def _rows(record: store.RunRecord) -> Iterator[Row]:
    """Its rows; those that are equal to others have their answers."""
    first: dict[str, Row] = {}
    for kept in record.rows():
        row = row_of(kept)
        if kept.state == EQUAL and (like := first.get(kept.key)):
            row = replace(like, number=kept.number, like=like.number, cached=True, seconds=0.0)
        elif kept.key and row.ending:
            first.setdefault(kept.key, row)
        yield row


async def _nobody(item: Item) -> AsyncGenerator[Event, None]:
    """Gives nothing: nothing is left to be asked here."""
    nothing: tuple[Event, ...] = ()
    for event in nothing:
        yield event
