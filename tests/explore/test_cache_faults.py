"""The cache of vectors where processes die, fork, meet, and find no room: nothing paid is lost."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from sophnet_jupyter.explore.cache import VectorCache

WORDS = """
import os, sys
from pathlib import Path
import numpy as np
from sophnet_jupyter.explore.cache import VectorCache, vector_key

def key(n):
    return vector_key(origin="o", model="m", dimensions=64, others="", kind="text", content=str(n))

def rows(begin, count):
    return {key(n): np.full(64, n, np.float32) for n in range(begin, begin + count)}

cache = VectorCache(Path(sys.argv[1]))
"""
WRITES = """
begin = int(sys.argv[2])
while True:
    cache.keep(rows(begin, 40))
    if cache.flush():
        begin += 40
        print(begin, flush=True)
"""
KILLS = """
import signal
begin = 0
for lines in map(int, sys.argv[2:]):
    reading, writing = os.pipe()
    # Each dies in the middle of a batch, of a transaction, or between two.
    child = os.fork()
    if not child:
        while True:
            cache.keep(rows(begin, 40))
            if cache.flush():
                begin += 40
                os.write(writing, b"%8d" % begin)
    for _ in range(lines):
        begin = int(os.read(reading, 8))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
print(begin)
"""
FORKS = """
cache.keep(rows(0, 50)); assert cache.flush()
child = os.fork()
if not child:
    cache.keep(rows(50, 50))
    ok = cache.flush() and len(cache.find(list(rows(0, 100)))) == 100
    os._exit(0 if ok else 1)
cache.keep(rows(100, 50)); assert cache.flush()
_, status = os.waitpid(child, 0)
assert os.waitstatus_to_exitcode(status) == 0
print(len(cache.find(list(rows(0, 150)))))
"""
FILLS = """
import resource, signal
cache.keep(rows(0, 50)); assert cache.flush()
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000))
cache.keep(rows(50, 3000))
cache.flush()
print(len(cache.find(list(rows(0, 50)))))
"""

posix = pytest.mark.skipif(os.name != "posix", reason="signals and limits of POSIX")


def started(code: str, folder: Path, *words: object) -> subprocess.Popen[str]:
    command = [sys.executable, "-W", "ignore", "-c", WORDS + code, str(folder), *map(str, words)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def found(folder: Path, count: int) -> int:
    names: dict[str, object] = {}
    exec(WORDS.replace("sys.argv[1]", repr(str(folder))), names)
    keys = list(names["rows"](0, count))  # type: ignore[operator]
    rows = VectorCache(folder).find(keys)
    assert all((rows[key] == place).all() for place, key in enumerate(keys) if key in rows)
    return len(rows)


@posix
def test_kills_at_twenty_moments_lose_no_vector_that_was_written(tmp_path: Path) -> None:
    moments = np.random.default_rng(0).integers(1, 6, 20).tolist()
    with started(KILLS, tmp_path, *moments) as child:
        said, errors = child.communicate()
    assert child.returncode == 0, errors
    assert int(said) == 40 * sum(moments)
    assert found(tmp_path, int(said)) == int(said)


@posix
def test_a_fork_writes_and_reads_beside_its_parent(tmp_path: Path) -> None:
    with started(FORKS, tmp_path) as child:
        said, errors = child.communicate()
    assert said.strip() == "150", errors


def test_two_kernels_write_side_by_side(tmp_path: Path) -> None:
    with started(WRITES, tmp_path, 0) as one, started(WRITES, tmp_path, 10_000) as other:
        assert one.stdout
        assert other.stdout
        last = [[int(child.stdout.readline()) for _ in range(5)][-1] for child in (one, other)]
        one.kill()
        other.kill()
    assert last == [200, 10_200]
    assert found(tmp_path, 200) == 200


@posix
def test_a_full_disk_costs_requests_only(tmp_path: Path) -> None:
    with started(FILLS, tmp_path) as child:
        said, errors = child.communicate()
    assert child.returncode == 0, errors
    assert said.strip() in ("50", "0")
    # And with room again, all is as ever.
    with started(WRITES, tmp_path, 0) as child:
        assert child.stdout
        assert int(child.stdout.readline()) == 40
        child.kill()
    assert found(tmp_path, 40) == 40


def test_a_file_of_a_newer_version_is_left_alone_and_costs_requests_only(tmp_path: Path) -> None:
    one = VectorCache(tmp_path)
    one.keep({b"k" * 32: np.ones(4, np.float32)})
    assert one.flush()
    with closing(sqlite3.connect(one.path, isolation_level=None)) as file:
        file.execute("PRAGMA user_version = 99")
    later = VectorCache(tmp_path)
    # It may be read where it still has the same columns; nothing is written to it.
    assert len(later.find([b"k" * 32])) in (0, 1)
    later.keep({b"n" * 32: np.ones(4, np.float32)})
    later.flush()
    with closing(sqlite3.connect(one.path, isolation_level=None)) as file:
        assert file.execute("PRAGMA user_version").fetchone() == (99,)
        assert file.execute("SELECT count(*) FROM vectors").fetchone() == (1,)
