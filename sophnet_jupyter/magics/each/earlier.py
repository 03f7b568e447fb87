"""What an earlier run has answered already, for one that goes on with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from IPython.core.error import UsageError

from ...errors import SettingsError
from ...language import mark, tr
from ...response import Response
from ...runs.rows import Item, Row, pack
from ...runs.tables import Record, Table

Known = Callable[[Item], Row | None]
CHANGED = mark(
    "--resume: {what} changed since: run it without --resume, or with --anyway, "
    "which keeps rows whose prompt is equal."
)


def rows_in(before: Any, table: Table, rows: list[Row], fields: list[str]) -> list[Row]:
    """
    The rows of an earlier result, as it stands in the notebook.

    What is complete in it is taken from ``rows``, where they have it, with all there is of it.
    Raises `UsageError` where it is no result of this table.
    """
    try:
        found = list(Table(before, name="-o"))
    except SettingsError:
        found = []
    if not all("answer" in row and "ending" in row for row in found):
        raise UsageError(tr("--resume: what is under the name of -o is no result of --each."))
    given = list(table)
    if what := _difference(found, given):
        raise UsageError(tr(CHANGED, what=what))
    before = {row.number: row for row in rows}
    result = []
    for number, record in enumerate(found):
        known = before.get(number) or Row(number=number)
        same = known.ending == record["ending"] and known.answer == str(record["answer"] or "")
        result.append(known if same else _row(number, record, fields))
    return result


def _difference(found: list[Record], given: list[Record]) -> str:
    """What is not as it was, in words; nothing where all is."""
    if len(given) < len(found):
        return tr(
            "the table had {count:,} rows and has {count2:,} now: it has",
            count=len(found),
            count2=len(given),
        )
    for number, (old, new) in enumerate(zip(found, given, strict=False)):
        for name, value in new.items():
            # As text: what is missing is not equal to itself, and a file has changed the types.
            if str(old.get(name)) != str(value):
                return tr(
                    "the table has another {name} in row {number}: it has", name=name, number=number
                )
    return ""


def _row(number: int, record: Mapping[str, Any], fields: list[str]) -> Row:
    """A row of what the table says of it."""
    ending = str(record["ending"] or "")
    if ending != "complete":
        return Row(number=number)
    parsed = {name: record.get(name) for name in fields} if fields else None
    response = Response(text=str(record["answer"] or ""), parsed=parsed, ending="complete")
    return Row(number=number, ending="complete", packed=pack(response))
