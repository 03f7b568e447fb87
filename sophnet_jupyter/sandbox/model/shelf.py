"""The knowledge of one custom model: its files with their states, and its questions and answers."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from tempfile import SpooledTemporaryFile
from threading import Lock
from typing import IO, Any, Literal

from ..engines.texts import documents, retrieval
from ..engines.texts.retrieval import Passage

State = Literal["UPLOADING", "ENABLED", "NOT_ENABLED", "ERROR"]
READABLE: tuple[State, ...] = ("ENABLED", "NOT_ENABLED")
# Up to here a file stays in memory; a larger one is on disk, where it has no name.
IN_MEMORY = 1 << 20
SNIPPET = 100


@dataclass(kw_only=True)
class File:
    """One file; ``reading`` makes its Markdown, ``ready`` is when it may be done."""

    title: str
    source: IO[bytes]
    reading: asyncio.Task[str]
    ready: float
    enabled: bool = True
    id: str = field(default_factory=lambda: new_id())
    created: str = field(default_factory=lambda: now())
    passages: list[Passage] | None = None
    lock: Lock = field(default_factory=Lock)

    @property
    def state(self) -> State:
        if not self.reading.done() or time.monotonic() < self.ready:
            return "UPLOADING"
        if self.reading.cancelled() or self.reading.exception():
            return "ERROR"
        return "ENABLED" if self.enabled else "NOT_ENABLED"

    @property
    def content(self) -> str:
        """The Markdown; empty until it is readable."""
        return self.reading.result() if self.state in READABLE else ""

    def piece(self, at: int, size: int) -> bytes:
        """A part of the file itself. Blocking."""
        # Two readers have one place in the file between them.
        with self.lock:
            self.source.seek(at)
            return self.source.read(size)

    def row(self) -> dict[str, Any]:
        """As the list of files shows it."""
        snippet = " ".join(self.content.split())[:SNIPPET] or None
        row = {"id": self.id, "title": self.title, "snippet": snippet, "status": self.state}
        return {**row, "createdAt": self.created}


@dataclass(kw_only=True)
class Pair:
    """A question and its answer."""

    question: str
    answer: str
    id: str = field(default_factory=lambda: new_id())
    created: str = field(default_factory=lambda: now())

    def row(self) -> dict[str, Any]:
        row = {"id": self.id, "question": self.question, "answer": self.answer}
        return {**row, "createdAt": self.created}


@dataclass(kw_only=True)
class Shelf:
    """The knowledge of one service, oldest first."""

    files: dict[str, File] = field(default_factory=dict)
    pairs: dict[str, Pair] = field(default_factory=dict)

    def live(self) -> int:
        """How many files count: those that failed do not."""
        return sum(file.state != "ERROR" for file in self.files.values())

    def knows(self) -> bool:
        return bool(self.pairs) or any(file.state == "ENABLED" for file in self.files.values())

    def find(self, question: str) -> list[tuple[File | Pair, Passage]]:
        """What a question is about, best first. Blocking: tens of ms where there is much."""
        known: list[Passage] = []
        for file in list(self.files.values()):
            # Only what is enabled is looked at: so says the document.
            if file.state == "ENABLED":
                if file.passages is None:
                    file.passages = retrieval.passages(file.id, file.content, name=file.title)
                known += file.passages
        # Of these it is the question alone that is searched.
        known += [Passage(of=pair.id, text=pair.question) for pair in list(self.pairs.values())]
        owners: dict[str, File | Pair] = {**self.files, **self.pairs}
        found = retrieval.ranked(question, known)
        return [(owners[passage.of], passage) for passage in found if passage.of in owners]


def new_file(
    title: str, source: IO[bytes], suffix: str, *, seconds: float, enabled: bool = True
) -> File:
    """A file that begins to be read; it takes at least so many seconds."""

    def read() -> str:
        source.seek(0)
        return documents.markdown(source.read(), suffix)

    reading = asyncio.create_task(asyncio.to_thread(read))
    # A file that cannot be read ends as ERROR; nobody awaits it.
    reading.add_done_callback(lambda done: done.cancelled() or done.exception())
    ready = time.monotonic() + seconds
    return File(title=title, source=source, reading=reading, ready=ready, enabled=enabled)


def kept(copy: Callable[[IO[bytes]], object]) -> IO[bytes]:
    """A file of ours that is gone when the sandbox is, filled by ``copy``."""
    file: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
    copy(file)
    return file


def new_id() -> str:
    """22 letters and digits, as the service's ids are."""
    return secrets.token_urlsafe(16).replace("-", "a").replace("_", "Z")


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
