"""Where an upload from the browser is stored: in memory, or in the user's data folder."""

from __future__ import annotations

import atexit
import os
import platform
import re
import shutil
from contextlib import suppress
from functools import cache
from pathlib import Path, PurePosixPath

from ...files.disk import NewFile
from ...settings import data_folder

_ENDING = re.compile(r"\.[A-Za-z0-9]{1,12}")


class InMemory:
    """A buffer for a small file."""

    def __init__(self) -> None:
        self._data = bytearray()

    def open(self) -> None:
        """Does nothing: memory needs no preparation."""

    def write(self, piece: memoryview) -> None:
        self._data += piece

    def keep(self, name: str) -> bytes:
        return bytes(self._data)

    def discard(self) -> None:
        self._data.clear()


class OnDisk:
    """For a large one: a file of mode 0600 in `folder`. Blocking; raises `OSError`."""

    def __init__(self) -> None:
        self._file: NewFile | None = None

    def open(self) -> None:
        self._file = NewFile(folder())
        self._file.open()

    def write(self, piece: memoryview) -> None:
        assert self._file
        self._file.write(piece)

    def keep(self, name: str) -> Path:
        assert self._file
        path = PurePosixPath(name)
        # Services tell a file's kind by its ending, so that this much of the name is kept.
        ending = path.suffix if _ENDING.fullmatch(path.suffix) else ""
        return self._file.keep(path.stem, ending)

    def discard(self) -> None:
        """Delete the file; does nothing once it was kept."""
        if self._file:
            self._file.discard()


def delete(path: Path) -> None:
    with suppress(OSError):
        path.unlink(missing_ok=True)


@cache
def folder() -> Path:
    """
    The folder of this kernel's uploads, private to the user.

    It goes with the kernel. What kernels of this machine have left that were killed goes now.
    """
    base = data_folder() / "uploads"
    base.mkdir(parents=True, exist_ok=True)
    host = platform.node() or "host"
    for other in base.iterdir():
        name, _, number = other.name.rpartition("-")
        if name == host and not _alive(number):
            shutil.rmtree(other, ignore_errors=True)
    own = base / f"{host}-{os.getpid()}"
    own.mkdir(mode=0o700, exist_ok=True)
    atexit.register(shutil.rmtree, own, ignore_errors=True)
    return own


def _alive(number: str) -> bool:
    """Whether that process still runs; True where the system cannot be asked without harm."""
    if os.name != "posix" or not number.isdecimal():
        return True
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
