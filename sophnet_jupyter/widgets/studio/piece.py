"""One image or video of a studio: its settings, progress and result."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from ...errors import SettingsError
from ...events import Event, ImageReady, Progress, Started, VideoReady
from ...language import tr
from ...values.image import Image
from ...values.video import Video
from ...views.live.progress import said
from ...views.media import images, videos
from ...views.safe.look import one_line

Phase = Literal["working", "ready", "failed", "stopped"]
# Characters of base64 of a picture in the gallery, and in the saved notebook.
SHOWN, KEPT = 90_000, 150_000
# Pixels of a figure in the still form.
WIDTH = 300


@dataclass(kw_only=True, eq=False)
class Piece:
    """One image or video. ``settings`` are those of the form, so that it can be filled in again."""

    kind: Literal["image", "video"]
    prompt: str
    settings: Mapping[str, Any]
    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    phase: Phase = "working"
    state: str = "submitting"
    error: str = ""
    task_id: str = ""
    sandbox: bool = False
    result: Image | Video | None = None
    thumbnail: bytes = b""
    html: str = ""
    variable: str = ""
    began: float = field(default_factory=time.monotonic)
    ended: float | None = None
    task: asyncio.Task[str] | None = None

    def note(self, event: Event) -> bool:
        """Update from an event; True when there is something new to show."""
        match event:
            case Started(sandbox=sandbox):
                self.sandbox = sandbox
            case Progress(state=state, task_id=task_id):
                new = (state, task_id or self.task_id)
                if new == (self.state, self.task_id):
                    return False
                self.state, self.task_id = new
            case ImageReady(image=picture) if self.kind == "image":
                self.result = picture
            case VideoReady(video=video):
                self.result = video
            case _:
                return False
        return True

    def end(self, phase: Phase, error: str = "") -> None:
        self.phase, self.error, self.ended = phase, error, time.monotonic()

    def draw(self) -> None:
        """Make its thumbnail and its static form. Blocking, some 0.3 s."""
        shown = self.result.poster if isinstance(self.result, Video) else self.result
        if shown and shown.data:
            self.thumbnail, _ = images.small(shown, SHOWN)
        if isinstance(self.result, Image):
            self.html = images.figure(self.result, budget=KEPT, width=WIDTH)
        elif self.result:
            self.html = videos.players([self.result])

    def facts(self) -> dict[str, Any]:
        """Its data as JSON for a view; the thumbnail is a buffer."""
        return {
            "id": self.id,
            "kind": self.kind,
            "prompt": self.prompt,
            "settings": dict(self.settings),
            "phase": self.phase,
            "state": said(self.state),
            "error": self.error,
            "task": self.task_id,
            "sandbox": self.sandbox,
            "variable": self.variable,
            "figures": self.figures,
            "seconds": (self.ended or time.monotonic()) - self.began,
            "bytes": len(self.result.data) if self.result else 0,
            "mime": self.result.mime if self.result else "",
            "width": self._size[0],
            "height": self._size[1],
        }

    @property
    def _size(self) -> tuple[int, int]:
        """Width and height in pixels, (0, 0) where they are not known."""
        try:
            return self.result.size if self.result and self.result.data else (0, 0)
        except SettingsError:
            return 0, 0

    @property
    def figures(self) -> str:
        """Its size and seed in words."""
        if isinstance(self.result, Video):
            return videos.figures(self.result)
        if self.result and self.result.data:
            width, height = self.result.size
            own = (
                ""
                if self.result.seed is None
                else (" " + tr("· seed {seed}", seed=self.result.seed))
            )
            return f"{width} × {height}{own}"
        seed = self.settings.get("seed")
        return "" if seed in (None, "") else tr("seed {seed}", seed=seed)

    @property
    def words(self) -> str:
        """The whole of it on one line."""
        kind = self.kind
        how: str = self.error or (self.figures if self.phase == "ready" else self.phase)
        made = "sandbox · " if self.sandbox else ""
        return one_line(f"[{kind}] {self.prompt} · {made}{how}")
