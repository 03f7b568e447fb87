"""A panel that makes videos: words, a first image, a queue, and players."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, Unpack

from ...errors import SettingsError
from ...kernel.loop import loop
from ...language import mark, tr
from ...options.videos import VideoOptions
from ...options.words import shows_options
from ..panel.frame import Height
from ..panel.panel import Buffers, Command
from .beginning import Beginning
from .piece import Piece
from .studio import A_VIDEO, Studio, StudioClient

SEEDS = 2**32
PARAMETERS = ("resolution", "size", "ratio", "duration")
DEFAULTS = {"prompt": "", "model": "", "negative": "", "seed": "", "watermark": False}


class VideoStudio(Studio):
    """
    Describe a video, drop an image that it begins with, choose a model, and watch the queue.

    ``client`` is the one to ask, else the usual one; ``image`` is whatever ``client.videos.stream``
    takes; ``models`` are names beside those of the document. Videos take some minutes: several are
    made at once, and the page may be closed meanwhile. ``panel.made`` are the videos so far.

    Raises `SettingsError` when no client is given and none can be made.
    """

    file = "video_studio"
    makes = "video"
    empty = mark("A video studio. Run its cell to make videos.")

    @shows_options(VideoOptions)
    def __init__(
        self,
        client: StudioClient | None = None,
        *,
        image: object = None,
        models: Sequence[str] = (),
        height: Height = "",
        layout: Any = None,
        **options: Unpack[VideoOptions],
    ) -> None:
        super().__init__(client, height=height, layout=layout)
        self._options: dict[str, Any] = {**options}
        # Here, since it imports what a video needs: on the loop's thread others would wait for it.
        self._models = self._known(models)
        self._form = {**DEFAULTS}
        self._beginning = Beginning(
            self.tell, lambda given: self._client.videos.check("words", image=given)
        )
        self.uploads = self._beginning.uploads
        if image is not None:
            self._beginning.begin_with(image)

    def make(
        self,
        prompt: str,
        *,
        model: str = "",
        negative: str = "",
        seed: int | str = "",
        duration: int | str = "",
        size: str = "",
        resolution: str = "",
        ratio: str = "",
        watermark: bool = False,
    ) -> None:
        """
        Make a video from Python, as if the form had been filled. Returns at once.

        ``prompt`` says what happens, ``negative`` what is not to be seen; ``model`` makes it;
        ``seed`` is 0 to 4294967295, ``duration`` in seconds, ``size`` such as ``"832*480"``,
        ``resolution`` such as ``"480p"``, ``ratio`` such as ``"16:9"``; ``watermark=True`` puts the
        service's mark on it.
        """
        form = {
            "prompt": prompt,
            "model": model,
            "negative": negative,
            "seed": seed,
            "duration": duration,
            "size": size,
            "resolution": resolution,
            "ratio": ratio,
            "watermark": watermark,
        }
        loop().call_soon_threadsafe(self.perform, self._make, form)

    def spends(self, command: Command) -> int:
        return A_VIDEO

    def obey(self, command: Command, buffers: Buffers) -> None:
        match command:
            case {"kind": "make", "form": dict(form)}:
                self._make(form)
            case {"kind": "drop-image"}:
                self._beginning.drop()
            case _:
                super().obey(command, buffers)

    def state(self) -> tuple[dict[str, Any], list[bytes]]:
        facts, blobs = super().state()
        facts |= {"models": self._models, "image": self._beginning.name}
        return facts, [*blobs, self._beginning.thumbnail]

    def _known(self, others: Sequence[str]) -> list[dict[str, Any]]:
        """Each model with the options it supports, so that the form shows nothing else."""
        known = [
            {
                "name": model.name,
                "image": model.image,
                "resolution": model.resolutions,
                "size": model.sizes,
                "ratio": model.ratios,
                "duration": [str(seconds) for seconds in model.durations],
                "negative": model.negative_prompt,
                "watermark": model.watermark,
            }
            for model in self._client.videos.models.values()
        ]
        # Nobody knows what these take; what is said of them is sent.
        return [*known, *({"name": name, "image": None, "negative": True} for name in others)]

    def _make(self, form: Mapping[str, Any]) -> None:
        prompt = str(form.get("prompt", "")).strip()
        model = str(form.get("model") or self._options.get("model") or "")
        known = self._client.videos.models.get(model)
        image = None if known and not known.image else self._beginning.image
        options = self._options | self._said(form, seeded=known is not None or not model)

        def begin() -> None:
            seed = options.get("seed")
            self._form = {**form, "seed": "" if seed is None else str(seed)}
            piece = Piece(kind="video", prompt=prompt, settings=self._form)
            self.begin(piece, lambda: self._client.videos.stream(prompt, image=image, **options))

        self.when_checked(lambda: self._client.videos.check(prompt, image=image, **options), begin)

    def _said(self, form: Mapping[str, Any], *, seeded: bool) -> dict[str, Any]:
        """The options from a form. An empty field keeps the panel's own option."""
        given: dict[str, Any] = {
            name: str(form.get(name) or "").strip() or None for name in ("model", *PARAMETERS)
        }
        given["negative_prompt"] = str(form.get("negative") or "").strip() or None
        given["watermark"] = True if form.get("watermark") else None
        if given["duration"]:
            if not given["duration"].isdecimal():
                raise SettingsError(
                    tr("The duration is in seconds, not {given!r}.", given=given["duration"])
                )
            given["duration"] = int(given["duration"])
        given["seed"] = str(form.get("seed") or "").strip() or None
        if given["seed"] is None and seeded and self._options.get("seed") is None:
            # Chosen here, so that it is known.
            given["seed"] = Random().randrange(SEEDS)
        return {name: value for name, value in given.items() if value is not None}
