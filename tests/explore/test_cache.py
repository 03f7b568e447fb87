"""The cache of vectors: paid once, bounded, private, and never in the way."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from sophnet_jupyter.explore import cache
from sophnet_jupyter.explore.cache import VectorCache, vector_key


def key(text: str, **other: object) -> bytes:
    facts = {"origin": "o", "model": "m", "dimensions": 4, "others": "", "kind": "text"}
    return vector_key(**{**facts, **other}, content=text)  # type: ignore[arg-type]


def vectors(count: int, dimensions: int = 4, start: int = 0) -> dict[bytes, np.ndarray]:
    random = np.random.default_rng(start)
    return {
        key(str(n)): random.standard_normal(dimensions).astype(np.float32)
        for n in range(start, start + count)
    }


def test_what_is_kept_is_found_again_by_another_kernel(tmp_path: Path) -> None:
    kept = vectors(700)
    one = VectorCache(tmp_path)
    one.keep(kept)
    assert one.flush()
    found = VectorCache(tmp_path).find([*kept, key("other")])
    assert found.keys() == kept.keys()
    assert all(np.array_equal(found[each], kept[each]) for each in kept)


@pytest.mark.parametrize(
    "other",
    [
        {"origin": "sandbox/lexical/1"},
        {"model": "bge-m3"},
        {"dimensions": 64},
        {"others": "normalized"},
        {"kind": "image"},
    ],
    ids=str,
)
def test_whatever_changes_a_vector_changes_its_key(other: dict[str, object]) -> None:
    assert key("fox") != key("fox", **other)


def test_the_file_is_the_users_own_and_little_larger_than_its_vectors(tmp_path: Path) -> None:
    one = VectorCache(tmp_path)
    one.keep(vectors(2000, dimensions=1024))
    assert one.flush()
    assert stat.S_IMODE(one.path.stat().st_mode) == 0o600
    assert one.path.stat().st_size < 1.15 * 2000 * 4096
    with closing(sqlite3.connect(one.path, isolation_level=None)) as file:
        assert file.execute("PRAGMA page_size").fetchone() == (65536,)


def test_what_was_used_last_stays_when_room_is_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = VectorCache(tmp_path, limit=3_000_000)
    old, used = vectors(300, 1024), vectors(100, 1024, start=1000)
    one.keep({**used, **old})
    assert one.flush()
    day = cache._today()
    monkeypatch.setattr(cache, "_today", lambda: day + 1)
    monkeypatch.setattr(cache, "_DELETED", 100)
    assert len(one.find(list(used))) == 100
    new = vectors(500, 1024, start=2000)
    one.keep(new)
    assert one.flush()
    assert one.path.stat().st_size < 4_500_000
    assert len(one.find(list(old))) < 50
    assert len(one.find(list(new))) > 300


def test_a_file_that_is_broken_costs_requests_only(tmp_path: Path) -> None:
    (tmp_path / "vectors.sqlite").write_bytes(b"no database at all" * 100)
    one = VectorCache(tmp_path)
    one.keep(vectors(3))
    assert one.find(list(vectors(3))) == {}


def test_a_row_cut_short_is_as_if_it_were_not_there(tmp_path: Path) -> None:
    one = VectorCache(tmp_path)
    one.keep(vectors(2))
    assert one.flush()
    with closing(sqlite3.connect(one.path, isolation_level=None)) as file:
        file.execute("UPDATE vectors SET data = x'0102' WHERE id = 1")
    assert len(one.find(list(vectors(2)))) == 1


def test_a_finished_map_is_kept_with_its_count(tmp_path: Path) -> None:
    one, points = VectorCache(tmp_path), np.arange(10, dtype=np.float32).reshape(5, 2)
    one.keep_map(b"k" * 32, points)
    assert one.flush()
    assert np.array_equal(one.find_map(b"k" * 32, 5), points)
    assert one.find_map(b"k" * 32, 6) is None
    assert one.find_map(b"other", 5) is None
