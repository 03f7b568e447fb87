"""
Vectors that were paid for once, and maps that are finished, in a file of their own.

Not in the history: 100,000 vectors would push it out. What is here can be made again, so that the
oldest goes when room is short, and a file that cannot be used costs requests only.
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import sqlite3
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from ..files import database
from ..files.database import Schema
from ..history.writer import Writer
from ..language import mark
from .kernels.arrays import Floats

log = logging.getLogger("sophnet_jupyter.explore")

# Rows without the id as a key of their own would cost five times as much to write. With small pages
# a vector of 4 kB fills half of one only, and the file is twice as large as what it holds.
_SCHEMA = Schema(
    steps=(
        (
            "CREATE TABLE vectors (id INTEGER PRIMARY KEY, key BLOB UNIQUE NOT NULL,"
            " used INTEGER NOT NULL, data BLOB NOT NULL)",
            "CREATE TABLE maps (id INTEGER PRIMARY KEY, key BLOB UNIQUE NOT NULL,"
            " used INTEGER NOT NULL, data BLOB NOT NULL)",
        ),
    ),
    new=("PRAGMA page_size = 65536",),
    each=("PRAGMA synchronous = OFF",),
)
LIMIT, SHARE_OF_FREE = 2_000_000_000, 10
# Keys that one statement asks for, and vectors that are written as one.
_KEYS, _ROWS = 500, 64
_DAY = 86_400
_DELETED = 2_000


def vector_key(
    *, origin: str, model: str, dimensions: int, others: str, kind: str, content: str
) -> bytes:
    """What a vector is kept under: whatever can change it; ``others`` are the request's options."""
    parts = (origin, model, str(dimensions), others, kind, content)
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).digest()


class VectorCache:
    """
    The vectors and maps in ``folder``, for all kernels of a user.

    Reading blocks for some microseconds a row, writing never. ``limit`` is in bytes: 2 GB, or a
    tenth of what is free where that is less. What the file refuses is told to the log only.
    """

    def __init__(self, folder: Path, *, limit: int | None = None) -> None:
        self.path = folder / "vectors.sqlite"
        self._limit = limit
        self._writer = Writer(
            self.path, _SCHEMA, on_notice=log.warning, what=mark("The cache of vectors")
        )

    def find(self, keys: Sequence[bytes]) -> dict[bytes, Floats]:
        """The vectors that are there, by their keys."""
        return {
            key: np.frombuffer(data, "<f4").astype(np.float32)
            for key, data in self._found("vectors", keys).items()
            if data and len(data) % 4 == 0
        }

    def keep(self, vectors: Mapping[bytes, Floats]) -> None:
        """Have vectors written, on a thread of its own."""
        rows = [(key, _today(), vector.astype("<f4").tobytes()) for key, vector in vectors.items()]
        for start in range(0, len(rows), _ROWS):
            self._put("vectors", rows[start : start + _ROWS])

    def find_map(self, key: bytes, count: int) -> Floats | None:
        """The finished map of ``count`` rows, (n, 2), where it was kept."""
        data = self._found("maps", [key]).get(key, b"")
        if len(data) != 8 * count or not count:
            return None
        return np.frombuffer(data, "<f4").astype(np.float32).reshape(count, 2)

    def keep_map(self, key: bytes, points: Floats) -> None:
        self._put("maps", [(key, _today(), points.astype("<f4").tobytes())])

    def flush(self) -> bool:
        """Wait until all is written; False where it is not after two seconds."""
        return self._writer.flush()

    def _found(self, table: str, keys: Sequence[bytes]) -> dict[bytes, bytes]:
        if not self.path.exists() and not self._writer.waiting:
            return {}
        if self._writer.waiting:
            self._writer.flush()

        def work(rows: sqlite3.Connection) -> dict[bytes, tuple[bytes, int]]:
            found = {}
            for start in range(0, len(keys), _KEYS):
                part = keys[start : start + _KEYS]
                marks = ",".join("?" * len(part))
                asked = f"SELECT key, data, used FROM {table} WHERE key IN ({marks})"  # noqa: S608
                found.update({key: (data, used) for key, data, used in rows.execute(asked, part)})
            return found

        try:
            found = database.read(self.path, _SCHEMA, work)
        except (sqlite3.Error, OSError) as error:
            log.warning("the cache of vectors cannot be read: %s", error)
            return {}
        self._touch(table, [key for key, (_, used) in found.items() if used < _today()])
        return {key: data for key, (data, _) in found.items()}

    def _put(self, table: str, rows: list[tuple[bytes, int, bytes]]) -> None:
        def change(file: sqlite3.Connection) -> None:
            put = f"INSERT OR IGNORE INTO {table} (key, used, data) VALUES (?, ?, ?)"  # noqa: S608
            file.executemany(put, rows)
            self._make_room(file)

        self._writer.put(change, sum(len(data) + 60 for _, _, data in rows))

    def _touch(self, table: str, keys: list[bytes]) -> None:
        """Note that they were used today, once a day."""
        if keys:
            today = _today()

            def change(file: sqlite3.Connection) -> None:
                put = f"UPDATE {table} SET used = ? WHERE key = ?"  # noqa: S608
                file.executemany(put, [(today, key) for key in keys])

            self._writer.put(change, 60 * len(keys))

    def _make_room(self, file: sqlite3.Connection) -> None:
        """Delete what was not used for longest, until the rest is within the limit."""
        limit = self._limit
        if limit is None:
            limit = min(LIMIT, shutil.disk_usage(self.path.parent).free // SHARE_OF_FREE)
        for _ in range(50):
            pages, free, size = (
                int(file.execute(f"PRAGMA {name}").fetchone()[0])
                for name in ("page_count", "freelist_count", "page_size")
            )
            if (pages - free) * size <= max(limit, 2 * size * 4):
                return
            count = sum(
                file.execute(
                    f"DELETE FROM {table} WHERE id IN"  # noqa: S608
                    f" (SELECT id FROM {table} ORDER BY used, id LIMIT {_DELETED})"
                ).rowcount
                for table in ("vectors", "maps")
            )
            if not count:
                return


def _today() -> int:
    return int(time.time()) // _DAY


_opened: dict[Path, VectorCache] = {}
_opening = threading.Lock()


def opened(folder: Path, limit: int | None = None) -> VectorCache:
    """The cache in a folder, of at most ``limit`` bytes: one for the process."""
    with _opening:
        if folder not in _opened:
            _opened[folder] = VectorCache(folder, limit=limit)
        return _opened[folder]
