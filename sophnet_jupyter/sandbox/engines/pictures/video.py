"""
Videos for a prompt and a seed: the picture of `drawing`, through which a camera moves.

The same prompt, seed, size and length always show the same; a video of a picture that was sent
begins with that picture.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from io import BytesIO
from random import Random
from typing import TYPE_CHECKING, Any

from .. import engine
from . import drawing
from .lettering import veil

if TYPE_CHECKING:
    from PIL import Image

FPS = 16
# The ground is this much larger than the video, so that there is room to move.
ROOM = 1.25
FLAKES = 46


@dataclass(frozen=True, kw_only=True)
class Take:
    """What to show; ``size`` in pixels, ``image`` the first frame."""

    prompt: str
    seed: int
    size: tuple[int, int]
    seconds: int
    image: bytes = b""


def encoded(take: Take) -> bytes:
    """A video as MP4 (H.264), 1 to 4 s long. Raises `Missing` without PyAV or Pillow."""
    av = engine("av", "av")
    camera = Camera(take)
    width, height = camera.size
    file = BytesIO()
    with av.open(file, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        # The same video is the same file: one thread, no date, and no macroblock tree, for which
        # x264's assembler reads memory that was never written (build 165, in PyAV 15 to 19).
        stream.options = {"preset": "veryfast", "crf": "31", "threads": "1", "mbtree": "0"}
        stream.time_base = Fraction(1, FPS)
        for number in range(take.seconds * FPS):
            frame = av.VideoFrame.from_image(camera.frame(number))
            for packet in stream.encode(frame):
                container.mux(packet)
        for packet in stream.encode():
            container.mux(packet)
    return file.getvalue()


def still(take: Take, number: int) -> bytes:
    """One picture of a video as PNG; -1 is its last. Raises `Missing`."""
    file = BytesIO()
    Camera(take).frame(number % (take.seconds * FPS)).save(file, "PNG", compress_level=4)
    return file.getvalue()


class Camera:
    """What stands before it, and where it looks at each moment."""

    def __init__(self, take: Take) -> None:
        # H.264 takes even sides only.
        self.size = take.size[0] // 2 * 2, take.size[1] // 2 * 2
        self._ground = _ground(take)
        label = f"sandbox · seed {take.seed}"
        whole = veil(self.size, take.prompt, label, again=bool(take.image))
        # Only where it is something, since it is laid over each frame.
        self._below = whole.getbbox() or (0, 0, *self.size)
        self._veil = whole.crop(self._below)
        self._last = max(1, take.seconds * FPS - 1)
        chance = Random(f"{take.seed} {take.prompt}")
        self._nearer = chance.uniform(0.6, 1.0)
        self._towards = chance.uniform(0.1, 0.9), chance.uniform(0.3, 0.7)
        self._flakes = [
            (chance.random(), chance.random(), chance.uniform(0.05, 0.2)) for _ in range(FLAKES)
        ]

    def frame(self, number: int) -> Image.Image:
        """It comes nearer, something drifts by, and a line along the lower edge tells the time."""
        from PIL import Image, ImageDraw

        done = number / self._last
        width, height = self.size
        # From all of the ground on, so that a picture that was sent is there in full.
        zoom = 1 - (1 - 1 / ROOM) * done * self._nearer
        wide, high = self._ground.width * zoom, self._ground.height * zoom
        left = (self._ground.width - wide) * self._towards[0]
        top = (self._ground.height - high) * self._towards[1]
        box = (left, top, left + wide, top + high)
        image = self._ground.resize(self.size, Image.Resampling.BILINEAR, box=box)
        pen = ImageDraw.Draw(image, "RGBA")
        size = max(2, min(width, height) // 160)
        for x, y, speed in self._flakes:
            sway = 0.02 * math.sin(math.tau * (x + number / FPS * speed * 2))
            across, down = (x + sway) % 1 * width, (y + speed * number / FPS) % 1 * height
            radius = size * (0.5 + speed * 5)
            pen.ellipse(
                (across - radius, down - radius, across + radius, down + radius),
                fill=(255, 255, 255, 170),
            )
        image.paste(self._veil, self._below[:2], mask=self._veil)
        pen.rectangle((0, height - size * 2, width * done, height), fill=(31, 119, 201, 255))
        return image


def _ground(take: Take) -> Image.Image:
    pillow: Any = engine("PIL.Image", "Pillow")
    width, height = (round(side * ROOM) // 2 * 2 for side in take.size)
    if not take.image:
        order = drawing.Order(prompt=take.prompt, seed=take.seed, size=(width, height))
        return drawing.landscape(order)
    from PIL import ImageOps

    with pillow.open(BytesIO(take.image)) as sent:
        upright = ImageOps.exif_transpose(sent).convert("RGB")
    return ImageOps.fit(upright, (width, height))
