"""Bytes of answers as files, each once, by the hash of its content."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

_BINARY = getattr(os, "O_BINARY", 0)


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
        part = path.with_name(f".{secrets.token_hex(8)}.part")
        try:
            handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o600)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)

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
            raise OSError("that is no hash")
        return self.folder / name[:2] / name
