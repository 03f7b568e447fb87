"""Where media bytes are stored: in the notebook, or in files beside it."""

from __future__ import annotations

import base64
import hashlib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from html import escape
from pathlib import Path
from urllib.parse import quote

from ...files.disk import NewFile

# What one output may add to a notebook, in characters of base64.
BUDGET = 2_000_000
FOLDER = "sophnet-media"


@dataclass(slots=True)
class Shelf:
    """
    ``in_files`` keeps all media out of the notebook; else only what exceeds the budget. They go
    into ``folder``, beside the notebook unless that is a path of its own.
    """

    in_files: bool = False
    folder: str = FOLDER


_embedding: ContextVar[bool] = ContextVar("embedding", default=False)


@contextmanager
def embedding() -> Iterator[None]:
    """While this is entered, all media are put into addresses, of whatever size: for one file."""
    token = _embedding.set(True)
    try:
        yield
    finally:
        _embedding.reset(token)


# One for the process, since what draws a response (Out[n], display) can be told nothing.
shelf = Shelf()
_writing = threading.Lock()


def source(data: bytes, mime: str, suffix: str, *, budget: int = BUDGET) -> tuple[str, str]:
    """
    The ``src`` attribute for these bytes, and the path of their file if there is one.

    Small ones are put into the address itself, others into ``sophnet-media/`` in the working
    folder, which is the notebook's. Raises `OSError` where that cannot be written.
    """
    if _embedding.get() or (not shelf.in_files and encoded_length(data) <= budget):
        return f"data:{mime};base64,{base64.b64encode(data).decode()}", ""
    path = kept(data, mime.partition("/")[0], suffix)
    return quote(path), path


def kept(data: bytes, kind: str, suffix: str) -> str:
    """
    Write a file named by its content's hash, unless it exists; returns its relative path.

    From any thread. Raises `OSError`.
    """
    stem = f"{kind}-{hashlib.sha256(data).hexdigest()[:16]}"
    # A panel leaves its still form on the loop's thread, while a cell draws the same sound.
    with _writing:
        # Where something else has the name, ours is behind it with a number.
        folder = Path(shelf.folder)
        for known in sorted(folder.glob(f"{stem}*{suffix}")):
            if known.is_file() and known.stat().st_size == len(data):
                return known.as_posix()
        file = NewFile(folder)
        try:
            file.open()
            file.write(data)
            return (folder / file.keep(stem, suffix).name).as_posix()
        finally:
            file.discard()


def encoded_length(data: bytes | bytearray) -> int:
    """Characters of the base64 of these bytes."""
    return (len(data) + 2) // 3 * 4


def fits(*parts: bytes | bytearray) -> bool:
    """Whether these bytes together fit into one output."""
    return sum(map(encoded_length, parts)) <= BUDGET


def link(path: str) -> str:
    """A link to a file beside the notebook."""
    # Loading the extension, which sets the shelf, does not pay for what a first link needs.
    from ..safe.look import one_line
    from ..safe.maths import inert

    address = escape(quote(path, errors="replace"), quote=True)
    return f'<a href="{address}">{inert(one_line(path))}</a>'
