"""
Tables as rows, and rows joined to their table: of pandas, polars, lists, whatever gives mappings.

By what they can do: none of these libraries is imported, but for a frame of what was none.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Sized
from contextlib import suppress
from typing import Any

from ..errors import SettingsError
from ..language import tr
from ..prompt.fill import is_bare
from ..prompt.table import is_frame, is_lazy, is_series

Record = Mapping[str, Any]
# The column of what is no mapping: of a list of words, or of a Series without a name.
VALUE = "value"


class Table:
    """
    The rows of a table, each a mapping by the names of its columns, as text.

    ``height`` is None for what has no length: it is read as its rows are asked for. ``twice`` are
    names that several columns share. Raises `SettingsError` for what is no table.
    """

    def __init__(self, given: Any, *, name: str = "rows") -> None:
        if is_lazy(given):
            raise SettingsError(
                tr("{name} is a LazyFrame, which has no rows yet: {name}.collect().", name=name)
            )
        if is_series(given):
            given = given.to_frame(name=given.name or VALUE)
        if isinstance(given, str | bytes | Mapping) or not (
            is_frame(given) or isinstance(given, Iterable)
        ):
            raise SettingsError(
                tr(
                    "{name} is no table: it is a {kind}. Give a DataFrame, a list of dicts, or "
                    "anything that gives one dict for each row.",
                    name=name,
                    kind=type(given).__name__,
                )
            )
        self.given = given
        self.name = name
        self.is_frame = is_frame(given)
        self.height: int | None = len(given) if isinstance(given, Sized) else None
        # What a source without length has given, since nobody can read it twice.
        self._read: list[Record] = []
        self.columns: list[str] = []
        self.twice: set[str] = set()
        if self.is_frame:
            named = [_column(each) for each in given.columns]
            self.twice = {each for each, count in Counter(named).items() if count > 1}
            self.columns = _apart(named)
        elif self.height is not None:
            self._read = [_record(each) for each in given]
            self.columns = list(dict.fromkeys(name for row in self._read for name in row))

    def __iter__(self) -> Iterator[Record]:
        if self.is_frame:
            yield from self._frame_rows()
        elif self.height is not None:
            yield from self._read
        else:
            for each in self.given:
                row = _record(each)
                self._read.append(row)
                self.columns = list(dict.fromkeys([*self.columns, *row]))
                yield row

    def _frame_rows(self) -> Iterator[Record]:
        # pandas by itertuples, polars by iter_rows: by position, since names may be any words.
        if hasattr(self.given, "itertuples"):
            rows: Iterable[Sequence[Any]] = self.given.itertuples(index=False, name=None)
        else:
            rows = self.given.iter_rows()
        for row in rows:
            yield dict(zip(self.columns, row, strict=True))

    def row(self, number: int) -> Record:
        """One row. Raises `IndexError` for one that has not been read."""
        if not self.is_frame:
            return self._read[number]
        values = self.given.iloc[number] if hasattr(self.given, "iloc") else self.given.row(number)
        return dict(zip(self.columns, list(values), strict=True))

    def fingerprint(self, columns: Iterable[str]) -> str:
        """A hash of these columns, which changes where a value does; empty without a length."""
        if self.height is None:
            return ""
        names = list(columns)
        found = hashlib.sha256(repr(names).encode("utf-8", "surrogatepass"))
        for row in self:
            said = repr([_told(row.get(name)) for name in names])
            found.update(said.encode("utf-8", "surrogatepass"))
        return found.hexdigest()

    def column(self, name: str) -> list[Any]:
        """The values of a column, as far as they have been read."""
        if not self.is_frame:
            return [row.get(name) for row in self._read]
        place = self.columns.index(name)
        if hasattr(self.given, "iloc"):
            return list(self.given.iloc[:, place])
        return list(self.given.to_series(place))

    def joined(self, more: Mapping[str, list[Any]]) -> Any:
        """
        The table with more columns, of the same kind as it came; what is no frame becomes dicts.

        Index and types of its own columns stay. ``more`` has a value for each of the first rows:
        those behind them are left out.
        """
        height = len(next(iter(more.values()), ()))
        if not self.is_frame:
            return [
                {**row, **{name: values[number] for name, values in more.items()}}
                for number, row in enumerate(self._read[:height])
            ]
        if not hasattr(self.given, "iloc"):
            return self.given.head(height).hstack(type(self.given)(more, strict=False))
        found = self.given.head(height).copy()
        for name, values in more.items():
            found[name] = values
        return found

    def to_frame(self, more: Mapping[str, list[Any]]) -> Any:
        """
        The same as a frame: of its own library, else of pandas or polars, whichever is there.

        Raises `SettingsError` where neither is installed.
        """
        found = self.joined(more)
        return found if self.is_frame else _framed(found, [*self.columns, *more])


def free_name(name: str, taken: Iterable[str]) -> str:
    """The name, with a number where there is one already: ``answer_2``."""
    known, found, count = set(taken), name, 1
    while found in known:
        count += 1
        found = f"{name}_{count}"
    return found


def _column(name: object) -> str:
    """A column's name as text; of several levels those that say something."""
    if isinstance(name, tuple):
        return "_".join(said for part in name if (said := str(part).strip()))
    return str(name)


def _apart(names: Sequence[str]) -> list[str]:
    found: list[str] = []
    for name in names:
        found.append(free_name(name, found))
    return found


def _record(row: Any) -> Record:
    if isinstance(row, Mapping):
        return {_column(name): value for name, value in row.items()}
    if callable(keys := getattr(row, "keys", None)) and hasattr(row, "__getitem__"):
        return {_column(name): row[name] for name in keys()}
    if callable(as_dict := getattr(row, "_asdict", None)):
        return dict(as_dict())
    return {VALUE: row}


def _told(value: Any) -> Any:
    """What a value is, the same in another process: an object by its address is not."""
    return type(value).__name__ if is_bare(said := repr(value)) else said


def _framed(rows: list[dict[str, Any]], columns: list[str]) -> Any:
    names = list(dict.fromkeys(columns))
    by_column = {name: [row.get(name) for row in rows] for name in names}
    with suppress(ImportError):
        import pandas as pd

        try:
            return pd.DataFrame(by_column)
        except UnicodeEncodeError:
            # Half a surrogate pair, which pandas' own texts cannot hold.
            return pd.DataFrame(by_column, dtype=object)
    try:
        import polars as pl
    except ImportError:
        raise SettingsError(tr("to_frame needs pandas or polars: pip install pandas.")) from None
    return pl.DataFrame(by_column, strict=False)
