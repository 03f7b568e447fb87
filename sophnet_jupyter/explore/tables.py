"""
Tables of pandas, polars and Arrow, and lists as tables: rows by position, one way for all.

Index labels may repeat and columns may be called anything, so that rows are told apart by where
they stand. Only here is narwhals used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, cast

import narwhals as nw
import numpy as np
from numpy.typing import NDArray

from ..errors import SettingsError, file_refused
from ..files.saving import exported
from ..language import mark, tr
from .captions import mended

Positions = NDArray[np.int64]

# What a list becomes a table of, whichever is installed.
_BACKENDS = ("pandas", "polars", "pyarrow")


class DataTable:
    """
    A table with ``height`` rows. ``given`` is whatever narwhals reads; Raises `SettingsError`.
    """

    def __init__(self, given: Any) -> None:
        try:
            self._frame = nw.from_native(given, eager_only=True)
        except nw.exceptions.DuplicateError:
            raise SettingsError(
                tr(
                    "Columns need names of their own: {names} is there more than once.",
                    names=", ".join(_doubled(given)),
                )
            ) from None
        except TypeError:
            kind = type(given).__name__
            if hasattr(given, "collect"):
                raise SettingsError(
                    tr("A {kind} has no rows yet: pass .collect() of it, or .compute().", kind=kind)
                ) from None
            raise SettingsError(
                tr("A {kind} is no table: pass a DataFrame or a list.", kind=kind)
            ) from None

    @property
    def native(self) -> Any:
        return nw.to_native(self._frame)

    @property
    def height(self) -> int:
        return len(self._frame)

    @property
    def columns(self) -> list[Any]:
        return list(self._frame.columns)

    def column(self, name: Any) -> list[Any]:
        """The values of a column. Raises `SettingsError` for one that is not there."""
        if not self.has(name):
            known = ", ".join(map(str, self.columns[:12])) or tr("none")
            raise SettingsError(
                tr("There is no column {name!r:.80}. There are: {known}.", name=name, known=known)
            )
        return cast("list[Any]", self._frame.get_column(name).to_list())

    def has(self, name: Any) -> bool:
        """Whether a column is called so; what is no name, such as an array, is none's."""
        try:
            return name in self._frame.columns
        except (TypeError, ValueError):
            return False

    def values(self, by: Any) -> list[Any]:
        """
        A value for each row: those of a column by its name, or a Series, an array or a list.

        Raises `SettingsError` for a column that is not there, and where they are not as many.
        """
        if is_series(by):
            values = series_values(by)
        elif isinstance(by, np.ndarray):
            values = by.tolist() if by.ndim else [by.item()]
        elif isinstance(by, list) or (isinstance(by, tuple) and not self.has(by)):
            values = list(by)
        else:
            return self.column(by)
        if len(values) != self.height:
            raise SettingsError(
                tr(
                    "{count:,} values are not for {rows:,} rows.",
                    count=len(values),
                    rows=self.height,
                )
            )
        return values

    @property
    def index(self) -> list[Any] | None:
        """The labels of the rows, where the table has an index: pandas' own."""
        found = nw.maybe_get_index(self._frame)
        return None if found is None else list(found)

    def rows(self, positions: Iterable[int]) -> DataTable:
        """The rows at these positions, in that order, index and types kept."""
        return _of(self._frame[[int(each) for each in positions]])

    def with_columns(self, columns: Mapping[str, Sequence[Any] | NDArray[Any]]) -> DataTable:
        """The same with more columns, replacing those that are called the same."""
        backend = self._frame.implementation
        series = [
            nw.new_series(name, _listed(values), backend=backend)
            for name, values in columns.items()
        ]
        return _of(self._frame.with_columns(*series))

    def joined(self, more: DataTable, spare: Sequence[str] = ()) -> DataTable:
        """
        These rows, and behind them those of a table with the same columns; without a value where
        they lack ``spare`` ones. Raises `SettingsError`.
        """
        own = [name for name in self.columns if name in more.columns]
        lacking = [str(name) for name in self.columns if name not in own]
        if missing := [name for name in lacking if name not in spare]:
            raise SettingsError(tr("The rows lack {missing}.", missing=", ".join(missing)))
        if more._frame.implementation is not self._frame.implementation:
            more = made({name: more.column(name) for name in own}, self)
        how: Any = "diagonal" if lacking else "vertical"
        return _of(nw.concat([self._frame, more._frame.select(*own)], how=how))

    def to_parquet(self, path: Path) -> None:
        """Raises `SettingsError` without pyarrow, where that is what writes it."""
        try:
            try:
                self._write(path)
            except UnicodeEncodeError:
                self.mended()._write(path)
        except ImportError:
            raise SettingsError(tr(_NO_PYARROW)) from None
        except (TypeError, ValueError, NotImplementedError) as error:
            raise cannot_hold(error) from None

    def _write(self, path: Path) -> None:
        with exported(path) as part:
            self._frame.write_parquet(part)

    def mended(self) -> DataTable:
        """The same with half characters as marks: pandas may hold some, and no file can."""
        held = {name: self.column(name) for name in self.columns}
        odd = {
            name: values
            for name, values in held.items()
            if any(isinstance(each, str) and mended(each) != each for each in values)
        }
        return self.with_columns(odd) if odd else self


def cannot_hold(error: Exception) -> SettingsError:
    """The error for a table that no file of Parquet can hold."""
    said = error.args[-1] if error.args else error
    return SettingsError(
        tr("Parquet cannot hold this table ({said}). Make texts of that column first.", said=said)
    )


_NO_PYARROW = mark("Parquet needs pyarrow, which is not installed: pip install pyarrow.")


def _doubled(given: Any) -> list[str]:
    names = getattr(given, "column_names", None) or given.columns
    return [str(name) for name, count in Counter(names).items() if count > 1]


def _of(frame: Any) -> DataTable:
    table = DataTable.__new__(DataTable)
    table._frame = frame
    return table


def _listed(values: Sequence[Any] | NDArray[Any]) -> Any:
    if isinstance(values, np.ndarray):
        return values.tolist()
    return [mended(each) if isinstance(each, str) else each for each in values]


def made(columns: Mapping[str, Sequence[Any]], like: DataTable | None = None) -> DataTable:
    """
    A table of columns, of the library of ``like``, or of whichever is installed.

    Raises `SettingsError` where none is.
    """
    if like is not None:
        backend: Any = like._frame.implementation
    else:
        backend = next((name for name in _BACKENDS if find_spec(name)), None)
    if backend is None:
        raise SettingsError(
            tr(
                "A table needs pandas, polars or pyarrow, and none is installed: pip install "
                "pandas."
            )
        )
    listed = {name: _listed(values) for name, values in columns.items()}
    return _of(nw.from_dict(listed, backend=backend))


def read_parquet(path: Path) -> DataTable:
    """Raises `SettingsError` for a file that is none, and without what reads it."""
    backend: Any = "polars" if find_spec("polars") and not find_spec("pandas") else "pandas"
    if not find_spec("pandas") and not find_spec("polars"):
        backend = "pyarrow"
    if backend != "polars" and not find_spec("pyarrow"):
        if not find_spec("polars"):
            raise SettingsError(tr(_NO_PYARROW))
        backend = "polars"
    try:
        return _of(nw.read_parquet(str(path), backend=backend))
    except OSError as error:
        raise file_refused(path, error) from None
    except ImportError:
        raise SettingsError(tr(_NO_PYARROW)) from None
    except Exception as error:
        # Each library has errors of its own for a file that is no Parquet.
        said = " ".join(str(error).split())[:200]
        raise SettingsError(
            tr("{path} is no Parquet file that can be read: {said}", path=path, said=said)
        ) from None


def columns_of(frame: Any, *names: str) -> list[list[Any]]:
    """Columns of a frame of any library, as lists."""
    table = DataTable(frame)
    return [table.column(name) for name in names]


def is_table(given: Any) -> bool:
    """Whether it has columns: a frame of some library, also one that narwhals cannot read."""
    return hasattr(given, "columns") or hasattr(given, "column_names")


def is_series(given: Any) -> bool:
    return nw.dependencies.is_into_series(given)


def series_values(given: Any) -> list[Any]:
    return cast("list[Any]", nw.from_native(given, series_only=True).to_list())


def series_index(given: Any) -> list[Any] | None:
    found = nw.maybe_get_index(nw.from_native(given, series_only=True))
    return None if found is None else list(found)


def series_like(name: str, values: Sequence[Any] | NDArray[Any], like: DataTable) -> Any:
    """A series of the table's library, with its index where it has one."""
    frame = like.with_columns({name: values})._frame
    return nw.to_native(frame[name])


def mask_by(predicate: Callable[[Any], Any], table: DataTable) -> Any:
    """What a predicate says of a table: of all rows at once, else of one after the other."""
    try:
        said = predicate(table.native)
        if hasattr(said, "__len__") and not isinstance(said, str) and len(said) == table.height:
            return said
    except Exception:  # noqa: S110 - it may be made for one row
        pass
    return [bool(predicate(row)) for row in table._frame.iter_rows(named=True)]
