"""The vectors of a Dask frame as Parquet files: each worker asks with a key of its own."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import RequestRefused, SettingsError, Stopped
from ..events import VectorsReady
from ..files.names import at_home
from ..language import tr
from ..runs.batch.embedding import BatchEmbedding
from ..wire.pace import patient
from .batch import threads_of, worker_client
from .client import Client

if TYPE_CHECKING:
    from ..explore.parts import PartVectors

# Requests under way in all, as for one caller.
AT_ONCE = 8
_LIBRARIES = ("sophnet-jupyter", "dask", "pandas", "pyarrow")


@dataclass(frozen=True, kw_only=True)
class EmbedJob:
    """What a worker is told. No key is among it: a worker has its own, for this origin alone."""

    text: Any
    folder: str
    model: str
    dimensions: int
    base_url: str
    project_id: str = ""
    sandbox: bool
    at_once: int
    patience: float
    stop: str = ""


def embed(
    ddf: Any,
    text: Any,
    to: str | Path,
    *,
    model: str | None = None,
    dimensions: int | None = None,
    at_once: int = AT_ONCE,
    workers: int | None = None,
    patience: float = 600.0,
    client: Client | None = None,
) -> BatchEmbedding:
    """
    The vectors of a column, written to a folder: ``await batch.embed(ddf, "body", "out/")``.

    ``ddf`` is a frame of Dask, ``text`` its column. Each of its partitions becomes a Parquet file
    with the rows as they were, ``vector`` (float32, empty where there is none) and ``reason``;
    ``manifest.json`` lists them at the end. A second run skips the parts that are whole, and inside
    a part the vectors that its worker has kept. On a cluster the folder is one that all workers
    see. Making it calls nobody.

    Workers ask the service and the origin of ``client``, else of the usual one, and each with the
    key of its own environment: one that has none for that origin fails the whole. ``at_once``
    requests are under way in all, shared by the threads of the cluster, or of ``workers`` where
    that is given; ``patience`` is in seconds, of a request that the service puts off. A row that
    the service refuses is a row without a vector; any other failure ends it. Raises
    `SettingsError`.
    """
    if not hasattr(ddf, "map_partitions"):
        raise SettingsError(
            tr(
                "batch.embed takes a frame of Dask, not a {kind}: client.embeddings and "
                "client.explore take others.",
                kind=type(ddf).__name__,
            )
        )
    if text not in list(ddf.columns):
        known = ", ".join(map(str, list(ddf.columns)[:12]))
        raise SettingsError(
            tr("There is no column {name!r:.80}. There are: {known}.", name=text, known=known)
        )
    if at_once < 1:
        raise SettingsError(tr("at_once is 1 at least, not {at_once}.", at_once=at_once))
    try:
        from ..providers.sophnet.embeddings.request import request
    except ImportError as error:
        raise SettingsError(
            tr('{name} is missing: pip install "sophnet-jupyter[explore]".', name=error.name)
        ) from None
    asked = request(["?"], model=model, dimensions=dimensions or 1024)
    settings = (client or Client()).settings
    cluster = _cluster()
    job = EmbedJob(
        text=text,
        folder=str(at_home(to).absolute()),
        model=asked.model,
        dimensions=dimensions or 1024,
        base_url="" if settings.sandbox else settings.base_url,
        project_id=settings.project_id,
        sandbox=settings.sandbox,
        at_once=max(1, at_once // (workers or threads_of())),
        patience=patience,
        stop=f"sophnet-{uuid.uuid4().hex}" if cluster is not None else "",
    )
    work = partial(_on_cluster, cluster) if cluster is not None else _here
    return BatchEmbedding(
        Path(job.folder),
        int(ddf.npartitions),
        partial(_all, ddf, job, work),
        dashboard=str(getattr(cluster, "dashboard_link", "") or ""),
    )


async def _all(ddf: Any, job: EmbedJob, work: Any, told: BatchEmbedding) -> Mapping[str, Any]:
    """Every part, then the list of them."""
    from ..explore.parts import write_manifest

    parts = await asyncio.to_thread(ddf.to_delayed)
    found: dict[int, Mapping[str, Any]] = {}

    def came(number: int, facts: Mapping[str, Any]) -> None:
        found[number] = facts
        told.came(facts)

    await work(parts, job, came)
    manifest = {
        "made": datetime.now(UTC).isoformat(timespec="seconds"),
        "rows": sum(int(each["rows"]) for each in found.values()),
        "missing": sum(int(each["missing"]) for each in found.values()),
        "column": str(job.text),
        "model": job.model,
        "dimensions": job.dimensions,
        "versions": {name: version(name) for name in _LIBRARIES},
        "parts": [
            {name: found[number][name] for name in ("file", "rows", "missing", "origin")}
            for number in sorted(found)
        ],
    }
    await asyncio.to_thread(write_manifest, Path(job.folder), manifest)
    return manifest


async def _here(parts: Any, job: EmbedJob, came: Callable[[int, Any], None]) -> None:
    """In this process, one part after the other."""
    for number, part in enumerate(parts):
        frame = await asyncio.to_thread(part.compute, scheduler="threads")
        came(number, await _embedded(frame, number, job, lambda: False))


async def _on_cluster(
    cluster: Any, parts: Any, job: EmbedJob, came: Callable[[int, Any], None]
) -> None:
    from dask.delayed import delayed

    loop, ended = asyncio.get_running_loop(), asyncio.Queue[int]()
    work = delayed(embedded, pure=False)
    tasks = [work(part, number, job) for number, part in enumerate(parts)]
    futures = await asyncio.to_thread(cluster.compute, tasks)
    for number, future in enumerate(futures):
        future.add_done_callback(
            lambda _, number=number: loop.call_soon_threadsafe(ended.put_nowait, number)
        )
    try:
        for _ in futures:
            number = await ended.get()
            came(number, await asyncio.to_thread(futures[number].result))
    except BaseException:
        # Parts that have not begun never will; those under way look at the event.
        await asyncio.shield(asyncio.to_thread(_halt, cluster, futures, job.stop))
        raise


def _halt(cluster: Any, futures: Any, name: str) -> None:
    event: Any = import_module("distributed").Event(name, cluster)
    event.set()
    cluster.cancel(futures)


def embedded(frame: Any, number: int, job: EmbedJob) -> Mapping[str, Any]:
    """
    One part, written, on its worker: its file, rows, rows without a vector, and origin.

    Raises `SettingsError` for a worker without a key, and whatever ends an embedding.
    """
    return asyncio.run(_embedded(frame, number, job, _stopping(job)))


def _stopping(job: EmbedJob) -> Callable[[], bool]:
    """Whether somebody has ended the whole, by the cluster's own means."""
    from distributed import get_client

    event: Any = import_module("distributed").Event(job.stop, get_client())
    return lambda: bool(event.is_set())


async def _embedded(
    frame: Any, number: int, job: EmbedJob, stopping: Callable[[], bool]
) -> Mapping[str, Any]:
    from ..explore.parts import facts_of, part_name, write_part
    from .vectors import origin

    async with worker_client(job) as client:
        asked_of = await asyncio.to_thread(origin, client.settings)
        facts = {
            "origin": asked_of,
            "model": job.model,
            "dimensions": job.dimensions,
            "column": str(job.text),
        }
        name = await asyncio.to_thread(part_name, number, frame, facts)
        path = Path(job.folder) / name
        if (known := await asyncio.to_thread(facts_of, path)) is not None:
            return {**known, "skipped": True}
        found = await _vectors(client, list(frame[job.text]), job, stopping)
        facts = {**facts, "file": name, "rows": len(frame), "missing": len(found.reasons)}
        await asyncio.to_thread(write_part, path, frame, found, facts)
        return facts


async def _vectors(
    client: Client, values: list[Any], job: EmbedJob, stopping: Callable[[], bool]
) -> PartVectors:
    """The vectors of a column, and why rows have none. Raises what is no fault of one row."""
    from ..explore.parts import PartVectors

    found = PartVectors(values, job.dimensions)
    if not found.texts:
        return found
    events = client.embeddings.stream(
        found.texts, model=job.model, dimensions=job.dimensions, cache=True, at_once=job.at_once
    )
    try:
        with patient(job.patience):
            async with aclosing(events):
                async for event in events:
                    if isinstance(event, VectorsReady):
                        found.take(event.places, event.data, event.dimensions)
                        if await asyncio.to_thread(stopping):
                            raise Stopped
    except RequestRefused as error:
        # A row that is refused is a value; where all are, it is what was said besides.
        if len(error.without) == len(found.texts) > 1:
            raise
        found.leave_out(error.without)
    return found


def _cluster() -> Any:
    """The client of the cluster that would compute now; None without one."""
    try:
        from distributed import get_client

        return get_client()
    except (ImportError, ValueError):
        return None
