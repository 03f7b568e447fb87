"""Bytes of answers as files, each once, by the hash of its content."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from ..files.disk import NewFile
from ..language import tr


class MediaFolder:
    """A folder of files ``aa/<sha256>``, for their owner alone. Blocking; raises `OSError`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, name: str, data: bytes) -> None:
        """Keep ``data`` under its hash ``name``, unless it is there."""
        path = self._path(name)
        if path.exists():
            return
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        file = NewFile(path.parent)
        try:
            file.open()
            file.write(data)
            file.replace(path)
        finally:
            file.discard()

    def get(self, name: str) -> bytes | None:
        """What is kept under a hash, None where it is gone."""
        try:
            return self._path(name).read_bytes()
        except OSError:
            return None

    def drop(self, name: str) -> int:
        """Delete it; returns the bytes that are free now."""
        path = self._path(name)
        with suppress(OSError):
            size = path.stat().st_size
            path.unlink()
            return size
        return 0

    def _path(self, name: str) -> Path:
        if len(name) != 64 or not set(name) <= set("0123456789abcdef"):
            raise OSError(tr("that is no hash"))
        return self.folder / name[:2] / name
