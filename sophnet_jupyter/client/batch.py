"""A prompt over the rows of a Dask frame: each worker asks for its partitions with its own key."""

from __future__ import annotations

import asyncio
import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Protocol

from ..errors import SettingsError
from ..language import tr
from ..prompt.forms.schema import schema_of
from ..runs.batch.meta import types
from ..runs.batch.partition import empty, typed
from ..runs.file_template import FileTemplate
from ..runs.run import MOST_AT_ONCE
from ..runs.tables import Table
from ..runs.template import Template
from ..settings import model_name
from .client import Client
from .mapping import map_chat


class WorkerJob(Protocol):
    """Whom a worker is to ask."""

    @property
    def base_url(self) -> str: ...
    @property
    def project_id(self) -> str: ...
    @property
    def sandbox(self) -> bool: ...


@dataclass(frozen=True, kw_only=True)
class BatchJob:
    """What a worker is told. No key is among it: a worker has its own, for this origin alone."""

    prompt: Any
    options: Mapping[str, Any] = field(default_factory=dict)
    base_url: str
    project_id: str = ""
    sandbox: bool
    concurrency: int
    patience: float
    repetition: int
    kinds: Mapping[str, str]

    def __dask_tokenize__(self) -> tuple[object, ...]:
        # Dask names a task by what is pickled, and a class that a notebook has defined is pickled
        # otherwise each time: what counts of it is the form.
        form = self.options.get("schema")
        if isinstance(form, type):
            form = schema_of(form, where="schema")
        given = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return tuple((given | {"options": {**self.options, "schema": form}}).items())


def map(  # noqa: A001 - as the builtin does, over a frame
    ddf: Any,
    prompt: Any,
    *,
    schema: object = None,
    model: str | None = None,
    name: str | None = None,
    at_once: int = MOST_AT_ONCE,
    workers: int | None = None,
    patience: float = 600.0,
    client: Client | None = None,
    **options: Any,
) -> Any:
    """
    The frame with an answer for each row, as `Chat.map` gives it; nothing is asked before it is
    computed, and making it calls nobody.

    ``ddf`` is a frame of Dask, ``prompt`` a text with ``{column}`` in it or a prompt file,
    ``schema`` the form of the answers, whose fields become columns: texts, numbers and booleans as
    such, all else as JSON text. Workers ask the service and the origin of ``client``, else of the
    usual one, and each with the key of its own environment: one that has none for that origin
    fails the computation. ``at_once`` requests are under way in all, shared by the threads of the
    cluster, or of ``workers`` where that is given.

    Each answer is kept by its worker, so that a task that is tried again pays nothing again; with
    a ``name`` also one of a later process. ``options`` are those of a chat request. Raises
    `SettingsError`.
    """
    if not hasattr(ddf, "map_partitions"):
        raise SettingsError(
            tr(
                "batch.map takes a frame of Dask, not a {kind}: client.chat.map takes others.",
                kind=type(ddf).__name__,
            )
        )
    if not 1 <= at_once <= MOST_AT_ONCE:
        raise SettingsError(
            tr("at_once goes from 1 to {most}, not {at_once}.", most=MOST_AT_ONCE, at_once=at_once)
        )
    asked = {"model": model, "schema": schema, **options}
    asked = {key: value for key, value in asked.items() if value is not None}
    usual = client or Client()
    usual.chat.request("?", **asked)
    settings = usual.settings
    table = Table(ddf._meta, name=tr("the frame"))
    files = getattr(type(prompt), "brings_words", False)
    template = FileTemplate(prompt) if files else Template(prompt)
    template.check(table)
    form = schema if schema is not None else getattr(prompt, "schema", None) if files else None
    kinds = types(form, table.columns)
    threads = workers or threads_of()
    job = BatchJob(
        prompt=prompt,
        options=asked,
        base_url="" if settings.sandbox else settings.base_url,
        project_id=settings.project_id,
        sandbox=settings.sandbox,
        concurrency=max(1, at_once // threads),
        patience=patience,
        repetition=_repetition(name),
        kinds=kinds,
    )
    return ddf.map_partitions(partial(answered, job=job), meta=empty(ddf._meta, kinds))


def answered(frame: Any, *, job: BatchJob) -> Any:
    """
    One partition with its answers, on its worker. Raises `SettingsError` for one without a key, and
    what ends a run.
    """
    return typed(asyncio.run(_asked(frame, job)), job.kinds)


async def _asked(frame: Any, job: BatchJob) -> Any:
    async with worker_client(job) as client:
        model = {"model": job.options.get("model") or model_name()}
        run = map_chat(
            client.chat,
            job.prompt,
            frame,
            model | dict(job.options),
            cache=True,
            repetition=job.repetition,
            concurrency=job.concurrency,
            patience=job.patience,
        )
        await run
        return run.to_frame()


def worker_client(job: WorkerJob) -> Client:
    """A client of the origin that was named. A worker never answers from the sandbox instead."""
    client = Client() if job.sandbox else Client(None, job.base_url, job.project_id or None)
    if client.settings.sandbox != job.sandbox:
        whom = tr("the sandbox") if job.sandbox else job.base_url
        raise SettingsError(
            tr(
                "This worker is to ask {whom}, and has {found}: set SOPHNET_API_KEY for it "
                "as for whoever began this.",
                whom=whom,
                found=_key_of(client),
            )
        )
    return client


def _key_of(client: Client) -> str:
    return tr("no key") if client.settings.sandbox else tr("a key of a service")


def _repetition(name: str | None) -> int:
    """What tells answers of this computation from those of others to equal questions."""
    said = name or uuid.uuid4().hex
    return int.from_bytes(hashlib.sha256(said.encode()).digest()[:4], "big")


def threads_of() -> int:
    """The threads of the cluster that would compute now; of this process, where there is none."""
    try:
        from distributed import get_client

        workers = get_client().scheduler_info(n_workers=-1)["workers"].values()
        return max(1, sum(int(each["nthreads"]) for each in workers))
    except (ImportError, ValueError):
        return 1
