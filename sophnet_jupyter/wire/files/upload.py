"""What is uploaded: a file on disk, an open file, or bytes; read in pieces, never as a whole."""

from __future__ import annotations

import asyncio
import io
import os
import stat
from collections.abc import AsyncGenerator, Coroutine
from pathlib import Path
from typing import Any, BinaryIO, Protocol, TypeVar

from ...errors import FileChanged, SettingsError, file_refused, why
from ...events import Progress
from ...files.disk import in_thread
from ...files.kinds import HEAD, container, sniff
from ...language import tr

T = TypeVar("T")
Content = os.PathLike[str] | BinaryIO | bytes

# Each piece costs a change of threads and a round through all layers: at half of this size a
# gigabyte takes half as much CPU again. A larger one stands in memory in several layers at once,
# and at four times this size the loop was held up for 20 ms in place of 10.
PIECE = 1 << 18


class Source:
    """
    An open file to send: ``length`` bytes from where it stood, under ``name``.

    ``replayable`` is False once bytes were read that cannot be read a second time.
    """

    def __init__(self, file: BinaryIO, name: str, length: int) -> None:
        self._file = file
        self.name = name
        self.length = length
        self.replayable = True

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        """All bytes, from the start each time. Raises `FileChanged` when they cannot be had."""
        file = await self._do(self._open)
        try:
            left = self.length
            while left:
                piece = await self._do(file.read, min(PIECE, left))
                if not piece:
                    raise FileChanged(name=self.name, what=tr("became shorter"))
                left -= len(piece)
                if not left:
                    # Before the last piece: without it, the service has nothing that looks whole.
                    await self._do(self._check, file)
                yield piece
        finally:
            self._close(file)

    async def _do(self, work: Any, *arguments: Any) -> Any:
        try:
            return await in_thread(work, *arguments)
        except (OSError, ValueError) as error:
            what = tr("could not be read ({why})", why=why(error))
        raise FileChanged(name=self.name, what=what)

    def _open(self) -> BinaryIO:
        if not self.replayable:
            raise FileChanged(name=self.name, what=tr("was used up, and was to be sent again"))
        self.replayable = False
        return self._file

    def _check(self, file: BinaryIO) -> None:
        """Check that the bytes sent are those of the file. Raises `FileChanged`."""

    def _close(self, file: BinaryIO) -> None:
        """Close the file, unless the caller has opened it."""


class OneFile:
    """A body that is one file as it is, of no type that anybody needs to know."""

    content_type = "application/octet-stream"

    def __init__(self, content: Source) -> None:
        self._content = content
        self.length = content.length

    @property
    def replayable(self) -> bool:
        return self._content.replayable

    def __aiter__(self) -> AsyncGenerator[bytes, None]:
        return self._content.pieces()


class _Seekable(Source):
    def __init__(self, file: BinaryIO, name: str) -> None:
        self._start = file.tell()
        end = file.seek(0, os.SEEK_END)
        file.seek(self._start)
        super().__init__(file, name, max(0, end - self._start))

    def _open(self) -> BinaryIO:
        self._file.seek(self._start)
        return self._file

    def _check(self, file: BinaryIO) -> None:
        if file.seek(0, os.SEEK_END) != self._start + self.length:
            raise FileChanged(name=self.name, what=tr("became longer"))


class _OnDisk(Source):
    """A path: opened for each attempt, and each time it has to be the same file."""

    def __init__(self, path: Path, name: str) -> None:
        self._path = path
        with path.open("rb") as file:
            self._found = os.fstat(file.fileno())
            super().__init__(file, name or path.name, self._found.st_size)

    def _open(self) -> BinaryIO:
        # Without a buffer, which would copy each piece once more.
        file = self._path.open("rb", buffering=0)
        try:
            self._check(file)
        except BaseException:
            file.close()
            raise
        return file

    def _check(self, file: BinaryIO) -> None:
        now = os.fstat(file.fileno())
        if _identity(now) != _identity(self._found):
            raise FileChanged(name=self.name, what=tr("changed"))

    def _close(self, file: BinaryIO) -> None:
        file.close()


class _Bytes(Source):
    def __init__(self, content: bytes, name: str) -> None:
        super().__init__(io.BytesIO(), name, len(content))
        self._content = content

    async def pieces(self) -> AsyncGenerator[bytes, None]:
        for start in range(0, self.length, PIECE):
            yield self._content[start : start + PIECE]


def source(content: Content, *, name: str = "", size: int | None = None) -> Source:
    """
    What to send, judged before anything is sent.

    ``size`` in bytes is needed only for an open file that cannot say how long it is, such as a
    pipe; such a one is sent once and never again. Raises `SettingsError` for what cannot be read.
    """
    if isinstance(content, bytes | bytearray | memoryview):
        data = bytes(content)
        return _Bytes(data, name or _unnamed(data[:HEAD]))
    if isinstance(content, os.PathLike):
        return _on_disk(Path(content), name)
    given: object = content
    if isinstance(given, io.TextIOBase):
        raise SettingsError(tr('A file to upload is opened in binary mode: open(…, "rb").'))
    if not hasattr(given, "read"):
        raise SettingsError(
            tr(
                "What is uploaded is a Path, bytes, or an open file, not {name}.",
                name=type(given).__name__,
            )
        )
    # The name of a temporary file is the number of its descriptor; memory has none.
    said = getattr(content, "name", "")
    said = Path(said).name if isinstance(said, str) else ""
    return _opened(content, name or said or _unnamed(_head(content)), size)


def _unnamed(head: bytes) -> str:
    """A name for unnamed data, with the suffix of its type, by which services go."""
    media = sniff(head)
    return f"file{media.suffix if media else container(head)}"


def _head(file: BinaryIO) -> bytes:
    """What an open file begins with; nothing where it could not be read once more."""
    try:
        if not file.seekable():
            return b""
        at = file.tell()
        head = file.read(HEAD)
        file.seek(at)
    except (AttributeError, OSError, ValueError):
        return b""
    return head if isinstance(head, bytes) else b""


def _on_disk(path: Path, name: str) -> Source:
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            raise SettingsError(tr("{path} is a folder: name one file in it.", path=path))
        if not stat.S_ISREG(mode):
            # Opening a pipe would wait for whoever writes to it.
            raise SettingsError(tr("{path} is no ordinary file.", path=path))
        return _OnDisk(path, name)
    except (OSError, ValueError) as error:
        raise file_refused(path.absolute(), error) from None


def _opened(file: BinaryIO, name: str, size: int | None) -> Source:
    try:
        if file.seekable():
            return _Seekable(file, name)
    except AttributeError:  # something that can only read
        pass
    except (OSError, ValueError) as error:
        raise file_refused(name, error) from None
    if size is None:
        raise SettingsError(
            tr(
                "How long {name} is cannot be told, and the service wants to know it first: "
                "save it to a file, or give its size.",
                name=name,
            )
        )
    return Source(file, name, size)


def _identity(found: os.stat_result) -> tuple[int, ...]:
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


class Sent(Protocol):
    """A body that counts the bytes sent."""

    @property
    def fraction(self) -> float: ...


async def sending(
    body: Sent, work: Coroutine[Any, Any, T], *, every: float = 0.2
) -> AsyncGenerator[Progress | T, None]:
    """
    Do ``work``, which sends ``body``: yields a `Progress` where there was some, at most one
    ``every`` so many seconds, and at last what the work returned.

    Leaving early breaks the work off. Raises what it raises.
    """
    task = asyncio.ensure_future(work)
    last = -1.0
    try:
        while not task.done():
            if body.fraction != last:
                last = body.fraction
                state = "uploading" if last < 1 else "uploaded"
                yield Progress(state=state, fraction=last)
            await asyncio.wait({task}, timeout=every)
        yield await task
    finally:
        if not task.done():
            task.cancel()
            await asyncio.wait({task})
            if not task.cancelled():
                task.exception()
