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
        if name not in self._frame.columns:
            known = ", ".join(map(str, self.columns[:12])) or tr("none")
            raise SettingsError(
                tr("There is no column {name!r}. There are: {known}.", name=name, known=known)
            )
        return cast("list[Any]", self._frame.get_column(name).to_list())

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

    def joined(self, more: DataTable) -> DataTable:
        """These rows, and behind them those of a table with the same columns."""
        own = [name for name in self.columns if name in more.columns]
        if missing := [str(name) for name in self.columns if name not in own]:
            raise SettingsError(tr("The rows lack {missing}.", missing=", ".join(missing)))
        return _of(nw.concat([self._frame, more._frame.select(*own)], how="vertical"))

    def to_parquet(self, path: Path) -> None:
        """Raises `SettingsError` without pyarrow, where that is what writes it."""
        try:
            with exported(path) as part:
                self._frame.write_parquet(part)
        except ImportError:
            raise SettingsError(tr(_NO_PYARROW)) from None
        except (TypeError, ValueError, NotImplementedError) as error:
            said = error.args[-1] if error.args else error
            raise SettingsError(
                tr(
                    "Parquet cannot hold this table ({said}). Make texts of that column first.",
                    said=said,
                )
            ) from None


_NO_PYARROW = mark("Parquet needs pyarrow, which is not installed: pip install pyarrow.")


def _doubled(given: Any) -> list[str]:
    names = getattr(given, "column_names", None) or given.columns
    return [str(name) for name, count in Counter(names).items() if count > 1]


def _of(frame: Any) -> DataTable:
    table = DataTable.__new__(DataTable)
    table._frame = frame
    return table


def _listed(values: Sequence[Any] | NDArray[Any]) -> Any:
    return values.tolist() if isinstance(values, np.ndarray) else list(values)


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
    return _of(nw.from_dict(dict(columns), backend=backend))


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
