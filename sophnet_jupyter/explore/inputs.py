"""What is to be explored: a table, a list, an array or a response, as rows to be embedded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import numpy as np

from ..errors import SettingsError
from ..files.names import at_home
from ..language import tr
from ..response import Response
from .captions import image_name, mended
from .kernels.arrays import Floats, matrix
from .tables import DataTable, is_series, is_table, made, read_parquet, series_index, series_values

Kind = Literal["text", "image", ""]
TEXT, IMAGE, VECTOR = "text", "image", "vector"


@dataclass(slots=True)
class Inputs:
    """
    The table, and what is embedded of each row: ``kinds`` says which, ``""`` where nothing is.

    ``vectors`` are (n, d) where they came with the data; then nobody is asked. ``labels`` are the
    rows' names: an index, or positions.
    """

    table: DataTable
    texts: list[str]
    images: list[Any]
    kinds: list[Kind]
    labels: list[Any]
    vectors: Floats | None = None
    # Whether they are those of a saved exploration.
    saved: bool = False
    # Of texts, of images, and of vectors that came with the data.
    columns: tuple[Any, Any, Any] = (None, None, None)
    missing: dict[int, str] = field(default_factory=dict)

    def joined(self, more: Inputs, table: DataTable) -> Inputs:
        """These, and behind them others; ``table`` is that of both."""
        labels = table.index
        return Inputs(
            table=table,
            texts=self.texts + more.texts,
            images=list(self.images) + list(more.images),
            kinds=self.kinds + more.kinds,
            labels=list(range(table.height)) if labels is None else labels,
            columns=self.columns,
        )


def read(
    data: Any, *, text: Any = None, image: Any = None, vectors: Any = None, is_picture: Any = None
) -> Inputs:
    """
    Read what was given. ``is_picture`` says of a value whether it is an image.

    Raises `SettingsError` for what cannot be explored, and for columns that are not there.
    """
    found = _table(data, text, image, vectors, is_picture or (lambda _: False))
    table, text, image, given = found
    text = _text_column(table, text, image, given)
    texts = [_text(value) for value in table.column(text)] if text is not None else []
    texts = texts or [""] * table.height
    images = table.column(image) if image is not None else [None] * table.height
    kinds: list[Kind] = [
        "image" if not _is_missing(picture) else "text" if said else ""
        for said, picture in zip(texts, images, strict=True)
    ]
    labels = table.index
    saved = {"x", "y", "cluster", VECTOR} <= set(table.columns)
    inputs = Inputs(
        table=table,
        texts=texts,
        images=images,
        kinds=kinds,
        labels=list(range(table.height)) if labels is None else labels,
        vectors=given,
        saved=saved,
        columns=(text, image, vectors if table.has(vectors) else VECTOR if saved else None),
    )
    if given is None:
        inputs.missing = _reasons(kinds, table.column(text) if text is not None else [])
    return inputs


def _table(
    data: Any, text: Any, image: Any, vectors: Any, is_picture: Any
) -> tuple[DataTable, Any, Any, Floats | None]:
    """The table of what was given, its columns, and the vectors that it has already."""
    if isinstance(data, str) and not data.endswith((".parquet", ".pq")):
        raise SettingsError(
            tr("Pass a DataFrame, a list, an array, or the path of a .parquet file.")
        )
    if isinstance(data, str | Path):
        data = read_parquet(at_home(data))
        if vectors is None and VECTOR in data.columns:
            vectors = VECTOR
        return (data, text, image, _vectors(data, vectors))
    if isinstance(data, Response):
        return _of_response(data)
    if is_table(data):
        table = DataTable(data)
        return table, text, image, _vectors(table, vectors)
    if isinstance(data, np.ndarray) and data.ndim == 2 and data.dtype.kind in "fiu":
        return made({"row": list(range(len(data)))}), None, None, matrix(data)
    return _of_list(data, vectors, is_picture)


def _of_response(response: Response) -> tuple[DataTable, Any, Any, Floats]:
    if not response.embeddings:
        raise SettingsError(tr("This response holds no vectors: pass that of %embed."))
    asked = response.embeddings.asked
    kinds = [TEXT] * len(asked.texts) + [IMAGE] * len(asked.images)
    columns = {"input": list(response.embeddings.inputs), "kind": kinds}
    return made(columns), "input", None, matrix(response.embeddings.array)


def _of_list(data: Any, vectors: Any, is_picture: Any) -> tuple[DataTable, Any, Any, Floats | None]:
    if is_series(data):
        values, index = series_values(data), series_index(data)
    elif isinstance(data, Iterable) and not isinstance(data, Mapping | bytes):
        values, index = list(data), None
    else:
        raise SettingsError(
            tr("A {kind} cannot be explored: pass a table or a list.", kind=type(data).__name__)
        )
    if values and all(isinstance(value, Mapping) for value in values):
        names = list(dict.fromkeys(name for row in values for name in row))
        table = made({name: [row.get(name) for row in values] for name in names})
        return table, None, None, _vectors(table, vectors)
    pictures = any(is_picture(value) for value in values)
    name = IMAGE if pictures else TEXT
    if pictures:
        # A table of another library cannot hold them; by their names they can be read.
        table = made({name: [_named(value, at) for at, value in enumerate(values)]})
        table = _Held(table, name, values)
    else:
        said = [mended(value) if isinstance(value, str) else None for value in values]
        table = made({name: said})
        if index is not None and table.index is not None:
            native = table.native
            native.index = index
            table = DataTable(native)
    return (table, None, name, None) if pictures else (table, name, None, _vectors(table, vectors))


class _Held(DataTable):
    """A table whose column of images is kept beside it."""

    def __init__(self, table: DataTable, name: str, values: list[Any]) -> None:
        self._frame = table._frame
        self._held = {name: values}

    def column(self, name: Any) -> list[Any]:
        return self._held.get(name) or super().column(name)


def _named(value: Any, position: int) -> str:
    if isinstance(value, str | Path):
        return str(value)
    # A picture remembers its whole path, which nobody has given here.
    return image_name(value) or tr("image {number}", number=position)


def _vectors(table: DataTable, given: Any) -> Floats | None:
    if given is None:
        return None
    values = table.column(given) if isinstance(given, str) else given
    if not isinstance(values, np.ndarray):
        values = stacked(list(values))
    rows = matrix(values)
    if len(rows) != table.height:
        raise SettingsError(
            tr("{count:,} vectors are not for {rows:,} rows.", count=len(rows), rows=table.height)
        )
    return rows


def stacked(values: list[Any]) -> Floats:
    """Rows of one length; NaN where there is none."""
    rows: Floats | None = None
    for place, value in enumerate(values):
        if _is_missing(value):
            continue
        try:
            vector = np.asarray(value, np.float32)
        except (TypeError, ValueError):
            raise SettingsError(tr("The vectors are no lists of numbers.")) from None
        if rows is None and vector.ndim == 1:
            rows = np.full((len(values), len(vector)), np.nan, np.float32)
        if rows is None or vector.shape != rows.shape[1:]:
            raise SettingsError(
                tr("The vectors are of different lengths: each row needs one of the same length.")
            )
        rows[place] = vector
    if rows is None:
        raise SettingsError(tr("The vectors are missing: each row needs one of the same length."))
    return rows


def _text_column(table: DataTable, text: Any, image: Any, given: Floats | None) -> Any:
    """The column with texts: the one that was named, or the only one that can be meant."""
    if text is not None or image is not None:
        return text
    likely = [
        name
        for name in table.columns
        if any(
            isinstance(value, str)
            for value in table.rows(range(min(50, table.height))).column(name)
        )
    ]
    if len(likely) == 1 or (given is not None and likely):
        return likely[0]
    if given is not None:
        return None
    named = [name for name in likely if str(name).lower() in ("text", "content", "body", "title")]
    if named:
        return named[0]
    known = ", ".join(map(str, (likely or table.columns)[:12])) or tr("none")
    raise SettingsError(tr("Which column is to be explored? text=… one of: {known}.", known=known))


def _text(value: Any) -> str:
    """The text, empty for what is none; half a character cannot be sent and becomes a mark."""
    if not isinstance(value, str) or not value.strip():
        return ""
    return mended(value)


def _is_missing(value: Any) -> bool:
    if value is None or (isinstance(value, str | bytes) and not value.strip()):
        return True
    if isinstance(value, float):
        return value != value
    return type(value).__name__ in ("NAType", "NaTType")


def _reasons(kinds: Sequence[Kind], values: Sequence[Any]) -> dict[int, str]:
    """Why rows are left out: what stands there in place of a text."""
    found = {}
    for row, kind in enumerate(kinds):
        if not kind:
            value = values[row] if values else None
            said = not (isinstance(value, str) or _is_missing(value))
            found[row] = (
                tr("a {kind}, not a text", kind=type(value).__name__) if said else tr("no text")
            )
    return found


def picked(values: Sequence[Any], rows: Iterable[int]) -> list[Any]:
    return [values[row] for row in rows]
