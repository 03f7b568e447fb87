"""
A map in a process of its own: ``python -m benchmarks.map_worker ORDER`` prints figures as JSON.

``digits``, ``texts`` and ``wide`` draw one of these sets by us and by umap-learn, ``large`` 100,000
rows; ``near`` finds neighbors by us and by hnswlib, ``cached`` draws a map again that is known,
``kernel`` does what the page asks of a large map, ``frames`` what the page itself does.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import numpy as np

from sophnet_jupyter import Client, explore
from sophnet_jupyter.explore.kernels.neighbors import neighbors

from .processes import environment

ROOT = Path(__file__).parents[1]
REAL = ROOT / "tests" / "explore" / "data" / "real.npz"
FRAMES = Path(__file__).with_name("frames.mjs")
NEAR = 15


def blobs(rows: int, dimensions: int) -> Any:
    """Rows around 60 centers, which have a main direction each."""
    random = np.random.default_rng(0)
    centers = random.standard_normal((60, dimensions)).astype(np.float32)
    found = random.standard_normal((rows, dimensions), dtype=np.float32) * 0.6
    found += centers[random.integers(0, 60, rows)]
    return found


def sentences(count: int) -> list[str]:
    """Lines of the standard library's source that are words: real texts, with many that repeat."""
    found: list[str] = []
    for path in sorted(Path(sysconfig.get_path("stdlib")).rglob("*.py")):
        text = path.read_text(encoding="utf-8", errors="replace")
        found += [line.strip() for line in text.splitlines() if line.count(" ") > 6]
        if len(found) >= count:
            break
    return found[:count]


def lsa(count: int) -> Any:
    """The texts' words in 256 main directions, rows that are equal kept."""
    from sklearn.decomposition import TruncatedSVD
    from sklearn.feature_extraction.text import TfidfVectorizer

    words = TfidfVectorizer(min_df=3, max_df=0.3).fit_transform(sentences(count))
    found = TruncatedSVD(256, random_state=0).fit_transform(words).astype(np.float32)
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    # A text of rare words alone has no direction, and would be as near to all.
    known = lengths[:, 0] > 1e-3
    return found[known] / lengths[known]


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """CPU seconds of all threads, and what came of it."""
    before = process_time()
    found = work()
    return process_time() - before, found


def drawn(rows: Any) -> dict[str, float]:
    """A map by us and, in its first and its second call, by umap-learn."""
    from umap import UMAP

    explore.neighbor_map(rows[:500])
    ours, points = timed(lambda: explore.neighbor_map(rows))
    first, _ = timed(lambda: UMAP(random_state=0, n_neighbors=NEAR).fit_transform(rows))
    second, theirs = timed(lambda: UMAP(random_state=0, n_neighbors=NEAR).fit_transform(rows))
    trust = explore.trustworthiness(rows, points, NEAR)
    return {
        "ours": ours,
        "first": first,
        "second": second,
        "trust": trust,
        "umap trust": explore.trustworthiness(rows, theirs, NEAR),
        "kept": explore.kept(rows, points, NEAR),
        "umap kept": explore.kept(rows, theirs, NEAR),
    }


def large() -> dict[str, float]:
    rows = blobs(100_000, 1024)
    part = rows[:10_000]
    product, _ = timed(lambda: part @ part.T)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    cpu, _ = timed(lambda: explore.neighbor_map(rows))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {
        "product": product,
        "cpu": cpu,
        "products": cpu / product,
        "memory": (peak - before) * 1024 / rows.nbytes,
    }


def near(count: int) -> dict[str, float]:
    """Neighbors of real texts by us and by hnswlib, against all true ones of 2,000 rows."""
    import hnswlib

    rows = lsa(count)
    ours, (found, _) = timed(lambda: neighbors(rows, NEAR))
    index = hnswlib.Index("cosine", rows.shape[1])
    index.init_index(len(rows), ef_construction=100, M=16)

    def search() -> Any:
        index.add_items(rows)
        index.set_ef(50)
        return index.knn_query(rows, NEAR + 1)[0]

    theirs, other = timed(search)
    some = np.random.default_rng(0).choice(len(rows), 2000, replace=False)
    return {
        "ours": ours,
        "hnswlib": theirs,
        "recall": _recall(rows, some, found),
        "hnswlib recall": _recall(rows, some, other),
    }


def _recall(rows: Any, some: Any, found: Any) -> float:
    """The share of neighbors that are as near as the true 15: of equal rows any will do."""
    hits = []
    for row in some:
        scores = rows @ rows[row]
        scores[row] = -2
        least = np.partition(scores, -NEAR)[-NEAR] - 1e-6
        own = [each for each in found[row].tolist() if each >= 0 and each != row][:NEAR]
        hits.append(sum(scores[each] >= least for each in own) / NEAR)
    return float(np.mean(hits))


async def cached(url: str, key: str, count: int) -> dict[str, float]:
    texts = [f"{text} {number}" for number, text in enumerate(sentences(count))]
    async with Client(key, url) as client:
        await client.explore(texts, dimensions=1024)
        again = client.explore(texts, dimensions=1024)
        before = process_time()
        await again
        cpu = process_time() - before
    assert again.cost is not None
    return {"cpu": cpu, "asked": again.cost.asked}


async def kernel() -> dict[str, float]:
    """Search 100,000 rows of 256 dimensions, and take 80,000 of them as a frame."""
    import pandas as pd

    rows = blobs(100_000, 256)
    points = np.ascontiguousarray(rows[:, :2])
    table = pd.DataFrame({"text": [f"row {number}" for number in range(len(rows))]})
    async with Client("none", "http://127.0.0.1:9/api/open-apis") as client:
        ex = await client.explore(table, "text", vectors=rows, projection=points)
        await ex.search_positions(rows[0])
        begun = perf_counter()
        await ex.search_positions(rows[5])
        search = perf_counter() - begun
        begun = perf_counter()
        ex.select(at=np.arange(80_000))
        _ = ex.selected
        return {"search": search * 1e3, "lasso": (perf_counter() - begun) * 1e3}


def weight() -> dict[str, float]:
    """What the extra brings beyond the core, and what the panel's script takes."""
    import gzip

    from sophnet_jupyter.widgets.panel.modules import inlined

    script = inlined("explorer/panel.js").encode()
    names = ("numpy", "numpy.libs", "narwhals", "threadpoolctl.py")
    places = [Path(sysconfig.get_path("purelib")) / name for name in names]
    size = sum(_size(place) for place in places if place.exists())
    code = (
        "import numpy, sys, time; a = time.process_time(); import sophnet_jupyter.explore.kernels"
    )
    code += ".projection, sophnet_jupyter.explore.exploration; print(time.process_time() - a)"
    # Once before, so that what is measured is no compiling: pip does that when it installs.
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", code],
            env=environment(),
            capture_output=True,
            text=True,
            check=True,
        )
    return {
        "installed": size / 1e6,
        "script": len(script) / 1e3,
        "gzipped": len(gzip.compress(script)) / 1e3,
        "import": float(done.stdout) * 1e3,
    }


def frames(count: int) -> dict[str, float]:
    """CPU milliseconds of the panel's own script, by Node: sorting, frames, what is pointed at."""
    from sophnet_jupyter.widgets.panel.modules import inlined

    node = shutil.which("node")
    if node is None:
        # Told as a peer that is not there.
        raise ModuleNotFoundError("No Node is installed")
    with tempfile.TemporaryDirectory() as folder:
        scripts = [Path(folder) / f"{name}.mjs" for name in ("draw", "points")]
        for path in scripts:
            path.write_text(inlined(f"explorer/{path.stem}.js"), "utf-8")
        done = subprocess.run(
            [node, str(FRAMES), *(path.as_uri() for path in scripts)],
            input=str(count),
            capture_output=True,
            text=True,
            check=True,
        )
    found: dict[str, float] = json.loads(done.stdout)
    return found


def _size(place: Path) -> int:
    files = [place] if place.is_file() else [each for each in place.rglob("*") if each.is_file()]
    return sum(each.stat().st_size for each in files)


def main(order: str, *words: str) -> dict[str, float]:
    match order:
        case "digits":
            return drawn(np.load(REAL)["digits"].astype(np.float32))
        case "texts":
            return drawn(np.load(REAL)["texts"].astype(np.float32))
        case "wide":
            return drawn(blobs(10_000, 1024))
        case "large":
            return large()
        case "near":
            return near(int(words[0]))
        case "cached":
            with tempfile.TemporaryDirectory() as folder:
                os.environ["SOPHNET_CACHE_DIR"] = folder
                return asyncio.run(cached(words[0], words[1], int(words[2])))
        case "frames":
            return frames(int(words[0]))
        case "kernel":
            return asyncio.run(kernel())
    return weight()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(*sys.argv[1:])) + "\n")
