"""
Frames, series and arrays as text that a model can read and a bill can bear.

Of pandas, polars and whatever derives from their classes or counts as an array, by what they can
do: none of these libraries is imported.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..language import tr

TABLE_ROWS, TABLE_COLUMNS, CELL = 20, 12, 80
# Tables in a dict or a list, how deep they are looked for, and characters from which on it is
# enough of them. An array of many dimensions is cut there too.
MOST_TABLES, _DEEPEST, LONGEST = 12, 3, 20_000
_LIBRARIES = {"pandas", "polars"}

Sized = tuple[str, str]  # a text, and how much of the value it holds: 20 of 500 rows


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """
    The first rows of a frame or a series, each with its labels before its cells.

    ``names`` are the heads of both, empty for labels without a name; ``labels`` says how many of
    them are labels. ``height`` and ``width`` are those of the whole, labels not counted.
    """

    names: Sequence[str]
    rows: Sequence[Sequence[Any]]
    labels: int
    height: int
    width: int


def is_frame(value: object) -> bool:
    """True for a DataFrame of pandas or polars, also one of a class that derives from it."""
    return "DataFrame" in _kinds(value)


def is_series(value: object) -> bool:
    """True for a column of either."""
    return "Series" in _kinds(value)


def is_lazy(value: object) -> bool:
    """True for a LazyFrame, which has no rows before it is collected."""
    return "LazyFrame" in _kinds(value)


def is_array(value: Any) -> bool:
    """True for what has a shape and elements, such as numpy's arrays and pandas' labels."""
    if isinstance(value, type) or not isinstance(getattr(value, "shape", None), Sequence):
        return False
    return len(value.shape) > 0 and hasattr(value, "dtype") and callable(_method(value, "tolist"))


def table_text(value: Any) -> Sized | None:
    """A frame, series or array, or several in a dict or a list, as text; None for what is none."""
    if is_lazy(value):
        return _lazy(value)
    if is_frame(value) or is_series(value):
        return _markdown(grid(value, TABLE_ROWS, TABLE_COLUMNS))
    if is_array(value):
        return _array(value)
    if isinstance(value, Mapping | list | tuple) and _holds_tables(value, _DEEPEST):
        return _several(value)
    return None


def grid(value: Any, rows: int, columns: int) -> Grid:
    """
    The first rows and columns of a frame or a series.

    The labels of pandas' rows are kept, but for the plain numbers from 0 on that say nothing.
    """
    head = value.head(rows)
    frame = is_frame(value)
    if frame:
        heads = [_name(name) for name in value.columns]
        # Column by column, and by position: a row of pandas makes one kind of all its cells, so
        # that 7 becomes 7.0 beside 0.5, and columns may share a name.
        cells = [_column(head, place) for place in range(min(len(heads), columns))]
    else:
        name = getattr(value, "name", None)
        heads = [_name("value" if name is None or name == "" else name)]
        cells = [list(head)]
    labels = _labels(head)
    names = [*(name for name, _ in labels), *heads[: len(cells)]]
    found = [*(column for _, column in labels), *cells]
    return Grid(
        names=names,
        rows=list(zip(*found, strict=True)),
        labels=len(labels),
        height=len(value),
        width=len(heads),
    )


def has_labels(value: Any) -> bool:
    """Whether the rows of a frame or a series have labels that say something."""
    return bool(_labels(value.head(TABLE_ROWS)))


def _kinds(value: object) -> set[str]:
    """The names of the classes of pandas and polars that a value is an instance of."""
    return {
        base.__name__
        for base in type(value).__mro__
        if base.__module__.partition(".")[0] in _LIBRARIES
    }


def _method(value: Any, name: str) -> Any:
    return getattr(value, name, None)


def _column(head: Any, place: int) -> list[Any]:
    return list(head.iloc[:, place] if hasattr(head, "iloc") else head.to_series(place))


def _name(name: object) -> str:
    """A column's name; one of several levels is those that say something."""
    if isinstance(name, tuple):
        return " / ".join(said for part in name if (said := str(part).strip()))
    return str(name)


def _labels(head: Any) -> list[tuple[str, list[Any]]]:
    """The labels of rows, level by level, each with its name; none where they are plain."""
    index = getattr(head, "index", None)
    if not hasattr(head, "iloc") or index is None:
        return []
    names, labels = list(index.names), list(index)
    if len(names) > 1:
        levels = [list(level) for level in zip(*labels, strict=True)] or [[] for _ in names]
        return [(_head(name), level) for name, level in zip(names, levels, strict=True)]
    plain = names == [None] and getattr(index.dtype, "kind", "") in "iu"
    if not labels or (plain and labels == list(range(len(labels)))):
        return []
    return [(_head(names[0]), labels)]


def _head(name: object) -> str:
    return "" if name is None else _name(name)


def _markdown(found: Grid) -> Sized:
    lines = [_line(found.names), "|---" * len(found.names) + "|"]
    lines += [_line(row) for row in found.rows]
    shown = len(found.rows), found.height, len(found.names) - found.labels, found.width
    if shown[0] != shown[1] or shown[2] != shown[3]:
        lines.append(f"(shown: {_told(*shown)})")
    return "\n" + "\n".join(lines) + "\n", _size(*shown)


def _line(cells: Iterable[Any]) -> str:
    return "| " + " | ".join(map(_cell, cells)) + " |"


def _cell(value: Any) -> str:
    text = " ".join(str(value).split()).replace("|", "\\|")
    return text if len(text) <= CELL else text[: CELL - 1] + "…"


def _told(rows: int, height: int, columns: int = 1, width: int = 1) -> str:
    """How much a text holds, as a model is told it."""
    size = f"{rows:,} of {height:,} rows"
    return size if columns == width else f"{size}, {columns:,} of {width:,} columns"


def _size(rows: int, height: int, columns: int = 1, width: int = 1) -> str:
    """The same for the reader."""
    if columns == width:
        return tr("{rows:,} of {height:,} rows", rows=rows, height=height)
    return tr(
        "{rows:,} of {height:,} rows, {columns:,} of {width:,} columns",
        rows=rows,
        height=height,
        columns=columns,
        width=width,
    )


def _array(value: Any) -> Sized:
    """One of two dimensions row by row; deeper ones are cut in each of theirs."""
    shape = [int(side) for side in value.shape]
    shown = [min(shape[0], TABLE_ROWS), *(min(side, TABLE_COLUMNS) for side in shape[1:])]
    whole = shown == shape
    sides = [shown[0], shape[0], *([shown[1], shape[1]] if len(shape) > 1 else [])]
    size = _size(*sides)
    if whole and len(shape) < 3 and ("..." not in (said := str(value))):
        return said, size
    # A plain slice where it does: labels of rows take no tuple of them.
    part = value[:TABLE_ROWS] if len(shape) == 1 else value[tuple(map(slice, shown))]
    text = _nested(part.tolist())
    if len(text) > LONGEST:
        text, whole = f"{text[:LONGEST]} …", False
    if not whole:
        whole_of = f" of {' × '.join(f'{side:,}' for side in shape)}" if len(shape) > 2 else ""
        text += f"\n(shown: {_told(*sides)}{whole_of})\n"
    return text, size


def _nested(value: Any) -> str:
    if not isinstance(value, list):
        return _cell(value)
    inner = [_nested(one) for one in value]
    deep = any(isinstance(one, list) for one in value)
    return "[" + (",\n " if deep else ", ").join(inner) + "]"


def _lazy(frame: Any) -> Sized:
    try:
        names = [str(name) for name in frame.collect_schema().names()][:TABLE_COLUMNS]
        columns = f" with the columns {', '.join(map(_cell, names))}" if names else ""
    except Exception:  # its file may be gone
        columns = ""
    said = f"(a LazyFrame{columns}; its rows are not there before .collect() is called)"
    return said, tr("a LazyFrame without rows: .collect() it first")


def _holds_tables(value: Any, depth: int) -> bool:
    if is_frame(value) or is_series(value) or is_lazy(value) or is_array(value):
        return True
    if not isinstance(value, Mapping | list | tuple) or not depth:
        return False
    inside = list(value.values() if isinstance(value, Mapping) else value)
    # All of a long list of numbers need not be looked at.
    return any(_holds_tables(one, depth - 1) for one in inside[:100])


def _several(value: Mapping[Any, Any] | Sequence[Any]) -> Sized:
    pairs = list(value.items() if isinstance(value, Mapping) else enumerate(value))
    parts: list[str] = []
    sizes: list[str] = []
    for name, inner in pairs[:MOST_TABLES]:
        if sum(map(len, parts)) > LONGEST:
            break
        text, size = table_text(inner) or (_cell(inner), "")
        parts.append(f"{_name(name)}:\n{text.strip()}")
        sizes += [f"{_name(name)} {size}"] if size else []
    size = tr(", ").join(sizes)
    if (shown := len(parts)) < len(pairs):
        size = tr("{count} of {total:,} entries: {size}", count=shown, total=len(pairs), size=size)
        parts.append(f"(shown: {shown} of {len(pairs):,} entries)")
    return "\n" + "\n\n".join(parts) + "\n", size
