"""
Vectors of a table that no machine holds, as files: one for each part, and one that lists them.

A part is called by its number and the hash of what is in it, so that one that is there already is
known by its name.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import SettingsError
from ..files.saving import exported, save_bytes
from ..language import tr
from .tables import DataTable, cannot_hold

VECTOR, REASON = "vector", "reason"
MANIFEST = "manifest.json"
# Where a part's own facts stand among those of its columns.
_FACTS = b"sophnet"


def part_name(number: int, frame: Any, facts: Mapping[str, object]) -> str:
    """The file of one part: ``part-00012-0f3a….parquet``, another one for other rows or facts."""
    digest = hashlib.sha256(json.dumps(dict(facts), sort_keys=True).encode())
    for name in frame.columns:
        digest.update(repr((str(name), str(frame[name].dtype))).encode())
        for value in frame[name].tolist():
            said = value if isinstance(value, str) else repr(value)
            digest.update(b"\0" + said.encode("utf-8", "surrogatepass"))
    digest.update(repr(frame.index.tolist()).encode("utf-8", "surrogatepass"))
    return f"part-{number:05d}-{digest.hexdigest()[:16]}.parquet"


class PartVectors:
    """
    The vectors of one part: ``rows`` are those that have a text, ``array`` is (n, d) float32, NaN
    where none has come, ``reasons`` says why rows have none.
    """

    def __init__(self, values: Sequence[Any], dimensions: int) -> None:
        self.rows = [
            row for row, value in enumerate(values) if isinstance(value, str) and value.strip()
        ]
        self.texts = [values[row].encode("utf-8", "replace").decode() for row in self.rows]
        self.reasons = dict.fromkeys(set(range(len(values))) - set(self.rows), tr("no text"))
        self.array = np.full((len(values), dimensions), np.nan, np.float32)

    def take(self, places: Sequence[Sequence[int]], data: bytes, dimensions: int) -> None:
        """Set vectors that came for ``texts``. Raises `SettingsError` for another length."""
        if dimensions != self.array.shape[1]:
            raise SettingsError(
                tr(
                    "The model gives {dimensions} dimensions, not {wanted}: say "
                    "dimensions={dimensions}.",
                    dimensions=dimensions,
                    wanted=self.array.shape[1],
                )
            )
        for several, vector in zip(
            places, np.frombuffer(data, np.float32).reshape(-1, dimensions), strict=True
        ):
            self.array[[self.rows[place] for place in several]] = vector

    def leave_out(self, without: Mapping[int, str]) -> None:
        """Note why texts have no vector."""
        self.reasons |= {self.rows[place]: reason for place, reason in without.items()}


def write_part(path: Path, frame: Any, vectors: PartVectors, facts: Mapping[str, object]) -> None:
    """
    Write a frame of pandas with its vectors, whole or not at all; a row with a reason has none.

    Raises `SettingsError`, also without pyarrow.
    """
    reasons, array = vectors.reasons, vectors.array
    arrow, parquet = _pyarrow()
    table = _arrow_table(frame)
    for name in (VECTOR, REASON):
        if name in table.column_names:
            table = table.drop_columns([name])
    without = np.zeros(len(frame), np.bool_)
    without[list(reasons)] = True
    values = arrow.array(array.ravel())
    rows = arrow.FixedSizeListArray.from_arrays(values, array.shape[1], mask=arrow.array(without))
    said = arrow.array([reasons.get(row) for row in range(len(frame))], arrow.string())
    table = table.append_column(VECTOR, rows).append_column(REASON, said)
    known = table.schema.metadata or {}
    table = table.replace_schema_metadata({**known, _FACTS: json.dumps(dict(facts)).encode()})
    with exported(path) as part:
        parquet.write_table(table, part)


def _arrow_table(frame: Any) -> Any:
    """Raises `SettingsError` for columns that no Parquet file can hold."""
    arrow, _ = _pyarrow()
    try:
        try:
            return arrow.Table.from_pandas(frame)
        except UnicodeEncodeError:
            return arrow.Table.from_pandas(DataTable(frame).mended().native)
    except (arrow.ArrowException, UnicodeEncodeError, TypeError) as error:
        raise cannot_hold(error) from None


def facts_of(path: Path) -> dict[str, Any] | None:
    """What was noted in a part that is there whole; None for one that is not."""
    _, parquet = _pyarrow()
    try:
        known = parquet.read_schema(path).metadata or {}
        facts = json.loads(known[_FACTS])
    except (OSError, ValueError, KeyError, RecursionError):
        return None
    return facts if isinstance(facts, dict) else None


def write_manifest(folder: Path, told: Mapping[str, object]) -> None:
    """Write the list of parts, and take away those of the list before that are none any more."""
    parts = told["parts"]
    assert isinstance(parts, Sequence)
    kept = {each["file"] for each in parts}
    for each in read_manifest(folder).get("parts", []):
        name = str(each.get("file", ""))
        # A list that somebody has edited names no files but parts.
        if name not in kept and name == Path(name).name and name.startswith("part-"):
            with suppress(OSError):
                (folder / name).unlink()
    text = json.dumps(told, ensure_ascii=False, indent=1)
    save_bytes(f"{text}\n".encode("utf-8", "replace"), folder / MANIFEST)


def read_manifest(folder: Path) -> dict[str, Any]:
    """The list of parts in a folder; empty where there is none."""
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _pyarrow() -> tuple[Any, Any]:
    try:
        import pyarrow  # type: ignore[import-untyped, unused-ignore]
        from pyarrow import parquet
    except ImportError:
        raise SettingsError(
            tr(
                "Parquet needs pyarrow, which is not installed: pip install "
                '"sophnet-jupyter[dask]".'
            )
        ) from None
    return pyarrow, parquet
