"""
File I/O in threads, and new files that appear complete or not at all.

Every file that we write goes through here or through `saving`: what came from a server, or is kept
without being asked for, is its owner's alone; what a user exports by name follows the umask.
"""

from __future__ import annotations

import asyncio
import os
import re
import secrets
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import ParamSpec, TypeVar

from ..language import tr

P = ParamSpec("P")
T = TypeVar("T")

# A link that somebody has put in the way is not followed (where the system can tell).
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0)
_NEW |= getattr(os, "O_BINARY", 0)
_LONGEST_NAME = 80
# Of 255 bytes that a name may have, the rest is for a number and the ending.
_MOST_BYTES = 200
# To Windows these are devices, whatever ending they have.
_DEVICES = frozenset(
    "con prn aux nul conin$ conout$ clock$".split()
    + [f"{port}{number}" for port in ("com", "lpt") for number in "0123456789¹²³"]
)
_PRIVATE, _SHARED = 0o600, 0o666


async def in_thread(work: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """
    Run blocking work in a thread. When cancelled, waits for its end first, since it uses a file
    that the caller is about to close.
    """
    # A future of the executor, since to_thread's task costs more than reading a piece of a file.
    doing = asyncio.get_running_loop().run_in_executor(None, partial(work, *args, **kwargs))
    try:
        return await asyncio.shield(doing)
    except asyncio.CancelledError:
        await asyncio.wait({doing})
        if not doing.cancelled():
            doing.exception()
        raise


def create(path: Path, data: bytes) -> None:
    """Write a file of its owner's alone. Raises `FileExistsError` where one is, or `OSError`."""
    handle = os.open(path, _NEW, _PRIVATE)
    with os.fdopen(handle, "wb") as file:
        file.write(data)


def append(path: Path, data: bytes) -> None:
    """Add to the end of a file that is there. Raises `OSError`."""
    with path.open("ab") as file:
        file.write(data)


class NewFile:
    """
    A file written under a temporary name, in a folder that is created if needed.

    `open` it first, `keep` or `replace` gives it its name, `discard` leaves nothing behind. It is
    its owner's alone, or as the umask says where it is ``shared``. Blocking; raises `OSError`.
    """

    def __init__(self, folder: Path, *, shared: bool = False) -> None:
        self.root = folder
        self._mode = _SHARED if shared else _PRIVATE
        self.part = folder / f".{secrets.token_hex(8)}.part"
        self._handle: int | None = None

    def open(self) -> None:
        self.root.mkdir(parents=True, exist_ok=True)
        # From here on the folder is where it is now, whatever a link on the way will say.
        self.root = self.root.resolve(strict=True)
        self.part = self.root / self.part.name
        self._handle = os.open(self.part, _NEW, self._mode)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        assert self._handle is not None
        view = memoryview(data)
        while view:
            view = view[os.write(self._handle, view) :]

    def finish(self) -> None:
        """Flush the file to disk and close it."""
        if self._handle is not None:
            # Else a power cut could leave the final name with nothing in it.
            os.fsync(self._handle)
            self._close()

    def keep(self, stem: str, suffix: str) -> Path:
        """
        Rename it to a name that no other file has; nothing is ever overwritten.

        The name is made of ``stem``, a text of anybody: see `plain_name`.
        """
        return self._keep(plain_name(stem), suffix)

    def keep_readable(self, stem: str, suffix: str) -> Path:
        """`keep`, with letters of all scripts in the name: see `readable_name`."""
        return self._keep(readable_name(stem), suffix)

    def replace(self, path: Path) -> None:
        """Give it this name in its folder; a file that is there goes, and leaves its mode."""
        self.finish()
        with suppress(OSError):
            if self._mode == _SHARED:
                self.part.chmod(path.stat().st_mode & 0o777)
        self.part.replace(path)

    def _keep(self, stem: str, suffix: str) -> Path:
        self.finish()
        stem = f"{stem}-file" if stem.lower() in _DEVICES else stem
        for number in range(1, 10_000):
            path = self.root / (f"{stem}{suffix}" if number == 1 else f"{stem}-{number}{suffix}")
            try:
                os.close(os.open(path, _NEW, 0o600))
            except FileExistsError:
                continue
            try:
                self.part.replace(path)
            except OSError:
                path.unlink(missing_ok=True)
                raise
            return path
        raise FileExistsError(tr("there are too many files called {stem}", stem=stem))

    def discard(self) -> None:
        """Delete the temporary file; does nothing after `keep`."""
        self._close()
        with suppress(OSError):
            self.part.unlink(missing_ok=True)

    def _close(self) -> None:
        handle, self._handle = self._handle, None
        if handle is not None:
            os.close(handle)


def plain_name(text: str) -> str:
    """A name of ASCII letters, digits, ``_`` and ``-`` that no operating system reserves."""
    plain = re.sub(r"[^A-Za-z0-9_]+", "-", text)[:_LONGEST_NAME].strip("-")
    return plain or "result"


def readable_name(text: str) -> str:
    """A name of letters and digits of any script, blanks, ``.``, ``_`` and ``-``, in 200 bytes."""
    name = re.sub(r"[^\w. -]+", "-", unicodedata.normalize("NFC", text))[:_LONGEST_NAME]
    name = name.encode("utf-8", "ignore")[:_MOST_BYTES].decode("utf-8", "ignore").strip("-. ")
    return name or "result"
