"""A video of an answer, with its prompt and settings."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from ..errors import SettingsError
from ..files.mp4 import Facts, facts
from ..files.names import at_home
from ..files.saving import is_folder, save_bytes, save_new, stem
from ..language import tr
from .image import Image


class Video(msgspec.Struct, frozen=True, kw_only=True):
    """
    A video that a service has made.

    ``data`` are its bytes, an MP4 or WEBM of the type ``mime``; empty where it was not fetched, and
    only its address ``url`` is known, which expires. ``poster`` is what stands there until it
    plays, ``asked`` the settings it was made with, and ``said`` what the service says of it, such
    as ``fps``.
    """

    url: str = ""
    data: bytes = b""
    mime: str = ""
    prompt: str = ""
    seed: int | None = None
    task_id: str = ""
    poster: Image | None = None
    asked: Mapping[str, Any] = {}
    said: Mapping[str, Any] = {}

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels, (0, 0) where the file does not say."""
        known = self._facts()
        return known.width, known.height

    @property
    def seconds(self) -> float:
        """How long it plays, 0 where the file does not say."""
        return self._facts().seconds

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write it to a file, or to a folder under a name of its words. Raises `SettingsError`."""

        return save_videos([self], path)[0]

    def __repr__(self) -> str:
        # Without the address: who holds it can fetch the video.
        seed = "" if self.seed is None else f" · seed {self.seed}"
        if not self.data:
            return f"<Video, not fetched{seed}>"
        width, height = self.size
        size = f"{len(self.data) / 1000:,.0f} kB"
        return f"<Video {width}×{height} · {self.seconds:.1f} s · {size}{seed}>"

    def _facts(self) -> Facts:
        if not self.data:
            raise SettingsError(tr("That video was not fetched; only its address is known."))
        try:
            return facts(self.data)
        except ValueError:
            # Kept before it was looked at: the file does not say.
            return Facts()


# What it was called before.
Film = Video


def save_videos(videos: Sequence[Video], path: str | os.PathLike[str]) -> list[Path]:
    """Write videos to a folder, or to a file: several are numbered. Raises `SettingsError`."""
    if lost := [video for video in videos if not video.data]:
        raise SettingsError(
            tr("{video!r}: only its address is known, so it cannot be written.", video=lost[0])
        )
    target = at_home(path)
    if is_folder(path):
        return [
            save_new(
                video.data,
                target,
                stem(video.prompt, video.seed, "video"),
                _ending(video),
                readable=True,
            )
            for video in videos
        ]
    saved = []
    for number, video in enumerate(videos, 1):
        if target.suffix not in ("", _ending(video)):
            raise SettingsError(
                tr("The video is a {ending} file: name it so, or a folder.", ending=_ending(video))
            )
        name = f"{target.stem}-{number}" if len(videos) > 1 else target.stem
        saved.append(save_bytes(video.data, target.with_name(name + _ending(video))))
    return saved


def _ending(video: Video) -> str:
    return {"video/webm": ".webm", "video/quicktime": ".mov"}.get(video.mime, ".mp4")
