"""Tables in files: Parquet, CSV and JSON Lines, by the ending of the name."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from ..errors import SettingsError, file_refused
from ..files.saving import exported
from ..language import mark, tr

ENDINGS = (".parquet", ".csv", ".jsonl")
_NEEDED = mark("Parquet needs pandas with pyarrow, or polars: pip install polars.")


def read(path: Path) -> Any:
    """
    The table in a file: a frame of a Parquet file, dicts of any other.

    Cells of a CSV are texts, so that ``007`` stays what it is. Raises `SettingsError`.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise SettingsError(
            tr(
                "{path} is read as {known}, not as {ending}.",
                path=path,
                known=", ".join(ENDINGS),
                ending=ending or tr("that"),
            )
        )
    try:
        if ending == ".parquet":
            return _parquet(path)
        return _csv(path) if ending == ".csv" else list(_json_lines(path))
    except OSError as error:
        raise file_refused(path, error) from None
    except UnicodeDecodeError:
        raise SettingsError(
            tr("{path} is not in UTF-8: save it so, and try again.", path=path)
        ) from None


def save_parquet(frame: Any, path: Path) -> Path:
    """Write a frame, whole or not at all. Raises `SettingsError`."""
    with exported(path) as place:
        try:
            if hasattr(frame, "write_parquet"):
                frame.write_parquet(place)
            else:
                frame.to_parquet(place)
        except ImportError:
            raise SettingsError(tr(_NEEDED)) from None
        except (ValueError, TypeError) as error:
            raise SettingsError(
                tr("{path} cannot hold the table: {error}.", path=path, error=error)
            ) from None
    return path


def _parquet(path: Path) -> Any:
    with suppress(ImportError):
        import pandas as pd

        with path.open("rb") as file:
            return pd.read_parquet(file)
    try:
        import polars as pl
    except ImportError:
        raise SettingsError(tr(_NEEDED)) from None
    try:
        return pl.read_parquet(path)
    except pl.exceptions.PolarsError as error:
        raise SettingsError(
            tr("{path} is no Parquet file: {error}.", path=path, error=error)
        ) from None


def _csv(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file, restkey="more")
        try:
            return [dict(row) for row in reader]
        except csv.Error as error:
            raise SettingsError(
                tr("{path}, line {line}: {error}.", path=path, line=reader.line_num, error=error)
            ) from None


def _json_lines(path: Path) -> Iterator[dict[str, Any]]:
    with path.open(encoding="utf-8-sig") as file:
        for number, line in enumerate(file, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except (ValueError, RecursionError) as error:
                raise SettingsError(
                    tr(
                        "{path}, line {line} is no JSON: {error}.",
                        path=path,
                        line=number,
                        error=error,
                    )
                ) from None
            if not isinstance(row, dict):
                raise SettingsError(
                    tr("{path}, line {line} is no object with columns.", path=path, line=number)
                )
            yield row
