"""A map of vectors: CPU, how far it may be believed, and what a page asks of a large one."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping

from ..contenders import KEY
from ..processes import Sandbox, environment
from ..result import OURS, Goal, Missing, Result

UMAP, HNSW = "umap-learn", "hnswlib"


def measure(*, full: bool) -> Iterator[Result]:
    yield from _peers(full=full)
    with Sandbox(KEY, seconds=0) as server:
        again = _figures("cached", server.url, KEY, "10000")
    yield _one("a map of 10,000 rows drawn again: requests", "", again["asked"], 0)
    yield _one("a map of 10,000 rows drawn again: CPU", "s", again["cpu"], 1)
    kernel = _figures("kernel")
    yield _one("a search among 100,000 rows of 256", "ms", kernel["search"], 100)
    yield _one("80,000 of 100,000 rows selected, as a frame", "ms", kernel["lasso"], 500)
    if page := _tried("frames", "1000000"):
        of = "1,000,000 rows on the page, CPU"
        yield _one(f"{of}: a frame of their density", "ms", page["density"], 40)
        yield _one(f"{of}: a frame while they are dragged", "ms", page["dragged"], 33)
        yield _one(f"{of}: made and drawn", "ms", page["sorted"] + page["density"], 1500)
        yield _one(f"{of}: which is pointed at", "ms", page["pointed"], 20)
    weight = _figures("weight")
    yield _one("installed beyond the core", "MB", weight["installed"], 90)
    yield _one("the panel's script", "kB", weight["script"], None)
    yield _one("the panel's script, gzipped", "kB", weight["gzipped"], None)
    yield _one("importing it, beyond numpy: CPU", "ms", weight["import"], 150)
    if full:
        large = _figures("large")
        of = "a map of 100,000 × 1,024"
        yield _one(f"{of}: CPU", "products of 10,000 × 10,000", large["products"], 15)
        yield _one(f"{of}: memory", "times the vectors", large["memory"], 0.6)


def _peers(*, full: bool) -> Iterator[Result]:
    """What takes a peer; without one it is left out, and said so by its absence."""
    wide = _tried("wide")
    if wide:
        of = "a map of 10,000 × 1,024: CPU"
        yield _both(f"{of}, first call", wide["ours"], wide["first"], UMAP, 10, "s")
        yield _both(f"{of}, second call", wide["ours"], wide["second"], UMAP, 3, "s")
    if digits := _tried("digits"):
        yield _both("a map of digits: CPU", digits["ours"], digits["second"], UMAP, None, "s")
        samples = {OURS: [1 - digits["trust"]], UMAP: [1 - digits["umap trust"]]}
        goal = Goal(most=0.015)
        yield Result(measure="a map of digits: 1 − trust", unit="", samples=samples, goal=goal)
    if texts := _tried("texts"):
        one, other = 1 - texts["trust"], 1 - texts["umap trust"]
        yield _both("a map of real texts: 1 − trust", one, other, UMAP, 1, "")
        one, other = 1 - texts["kept"], 1 - texts["umap kept"]
        yield _both("a map of real texts: neighbors lost", one, other, UMAP, None, "")
        kept = texts["kept"] / texts["umap kept"]
        yield _one("a map of real texts: umap-learn's kept ÷ ours", "", 1 / kept, 1 / 1.15)
    if near := _tried("near", "100000" if full else "20000"):
        many = "100,000" if full else "20,000"
        yield _both(
            f"neighbors of {many} real texts: CPU", near["ours"], near["hnswlib"], HNSW, None, "s"
        )
        lost = near["hnswlib recall"] / near["recall"]
        yield _one(f"of {many}: hnswlib's recall ÷ ours", "", lost, 1 / 0.88 if full else 1.0)


def _both(
    what: str, ours: float, theirs: float, peer: str, times: float | None, unit: str
) -> Result:
    goal = Goal(times_less=times, than=peer) if times else None
    return Result(measure=what, unit=unit, samples={OURS: [ours], peer: [theirs]}, goal=goal)


def _one(what: str, unit: str, figure: float, most: float | None) -> Result:
    goal = None if most is None else Goal(most=most)
    return Result(measure=what, unit=unit, samples={OURS: [figure]}, goal=goal)


def _tried(*words: str) -> Mapping[str, float] | None:
    try:
        return _figures(*words)
    except Missing as error:
        sys.stdout.write(f"{words[0]} is left out: {error}\n")
        return None


def _figures(*words: str) -> Mapping[str, float]:
    """What a process of its own says; raises `Missing` where it lacks a peer."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.map_worker", *words],
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    if done.returncode:
        last = done.stderr.strip().splitlines()[-1]
        if last.startswith("ModuleNotFoundError"):
            raise Missing(f"{last}; make bench-explorer installs the peers.")
        raise RuntimeError(done.stderr)
    found: Mapping[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found
