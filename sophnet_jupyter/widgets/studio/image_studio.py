"""A panel that makes images from words: a form, and a gallery of results."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random
from typing import Any, Unpack

from ...errors import SettingsError
from ...kernel.loop import loop
from ...language import mark, tr
from ...options.images import ImageOptions
from ...options.words import shows_options
from ...values.image import Image
from ..panel.frame import Height
from ..panel.panel import Buffers, Command
from .beginning import Beginning
from .piece import Piece
from .studio import A_VIDEO, Studio, StudioClient

# Signed 32-bit numbers are what most services take.
SEEDS = 2**31
MOST_AT_ONCE = 8
SIZES = (
    *("1328*1328", "1024*1024", "1664*928", "928*1664"),
    *("1472*1104", "1104*1472", "1472*1140", "1140*1472"),
)
# Names that were seen; any other can be written.
MODELS = (
    *("qwen-image", "Qwen-Image-Plus", "Z-Image-Turbo", "Wan2.6-T2I"),
    "Qwen-Image-Edit-2509",
)
# Takes images, and is asked for where one is to begin with and no other is named.
EDITOR = "Qwen-Image-Edit-2509"
DEFAULTS = {
    "prompt": "",
    "model": "",
    "negative": "",
    "size": "",
    "seed": "",
    "locked": False,
    "steps": "",
    "count": 1,
}


class ImageStudio(Studio):
    """
    Describe an image, have several made, and go on with the best: reuse, take, animate.

    ``client`` is the one to ask, else the usual one; ``model`` makes the pictures, ``image`` is one
    to begin with, whatever ``client.images`` takes. ``panel.made`` are the pictures and videos so
    far. Works while a cell runs, and survives a reload of the page.

    Raises `SettingsError` when no client is given and none can be made.
    """

    file = "image_studio"
    empty = mark("An image studio. Run its cell to make images.")

    @shows_options(ImageOptions)
    def __init__(
        self,
        client: StudioClient | None = None,
        *,
        model: str = "",
        image: object = None,
        height: Height = "",
        layout: Any = None,
        **options: Unpack[ImageOptions],
    ) -> None:
        super().__init__(client, height=height, layout=layout)
        self._options: dict[str, Any] = {**options, "model": model or None}
        self._form = {**DEFAULTS}
        self._beginning = Beginning(
            self.tell, lambda given: self._client.images.check("words", images=given)
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
        size: str = "",
        seed: int | str = "",
        locked: bool = False,
        steps: int | str = "",
        count: int = 1,
    ) -> None:
        """
        Make images from Python, as if the form had been filled in.

        ``prompt`` says what is to be seen, ``negative`` what is not; ``model`` makes it; ``size``
        is ``"1328*1328"``; ``seed``, 0 to 2147483647, is for ``locked=True``; ``steps`` is at least
        1, ``count`` 1 to 8. Returns at once; the pictures appear in the panel.
        """
        form = {
            "prompt": prompt,
            "model": model,
            "negative": negative,
            "size": size,
            "seed": seed,
            "locked": locked,
            "steps": steps,
            "count": count,
        }
        loop().call_soon_threadsafe(self.perform, self._make, form)

    def obey(self, command: Command, buffers: Buffers) -> None:
        match command:
            case {"kind": "make", "form": dict(form)}:
                self._make(form)
            case {"kind": "drop-image"}:
                self._beginning.drop()
            case {"kind": "animate", "piece": str(name), "text": str(text)}:
                self._animate(self._piece(name), text)
            case _:
                super().obey(command, buffers)

    def spends(self, command: Command) -> int:
        match command:
            case {"kind": "make", "form": {"count": count}} if str(count).isdecimal():
                return min(MOST_AT_ONCE, int(count))
            case {"kind": "animate"}:
                return A_VIDEO
        return super().spends(command)

    def state(self) -> tuple[dict[str, Any], list[bytes]]:
        facts, blobs = super().state()
        facts |= {"sizes": list(SIZES), "models": list(MODELS), "most": MOST_AT_ONCE}
        return {**facts, "image": self._beginning.name}, [*blobs, self._beginning.thumbnail]

    def _make(self, form: Mapping[str, Any]) -> None:
        prompt = str(form.get("prompt", "")).strip()
        if not prompt:
            raise SettingsError(tr("Say what is to be seen: the prompt is empty."))
        count = _number(form, "count") or 1
        if not 1 <= count <= MOST_AT_ONCE:
            raise SettingsError(
                tr(
                    "1 to {most_at_once} images can be made at once, not {count}.",
                    most_at_once=MOST_AT_ONCE,
                    count=count,
                )
            )
        seed = _number(form, "seed") if form.get("locked") else None
        if seed is None:
            # Chosen here, so that it is known.
            seed = Random().randrange(SEEDS - count)
        if not 0 <= seed <= SEEDS - count:
            raise SettingsError(
                tr("A seed goes from 0 to {seeds}, not {seed}.", seeds=SEEDS - 1, seed=seed)
            )
        image = self._beginning.image
        named = str(form.get("model", "")).strip() or self._options.get("model")
        said = {
            "model": named or (EDITOR if image is not None else None),
            "images": image,
            "negative_prompt": str(form.get("negative", "")).strip() or None,
            "size": str(form.get("size", "")).strip() or None,
            "steps": _number(form, "steps"),
        }
        # An empty field leaves what the panel was made with.
        options = self._options | {name: value for name, value in said.items() if value is not None}

        def begin() -> None:
            self._form = {**form, "seed": str(seed)}
            self.tell("form", form=self._form)
            for number in range(seed, seed + count):
                settings = {**form, "seed": str(number), "count": 1}
                piece = Piece(kind="image", prompt=prompt, settings=settings)
                self.begin(piece, self._stream(prompt, {**options, "seed": number}))

        # Refused here, and not by each piece.
        if image is not None:
            self.when_checked(lambda: self._client.images.check(prompt, **options), begin)
            return
        self._client.images.check(prompt, **options)
        begin()

    def _animate(self, piece: Piece, text: str) -> None:
        picture = piece.result
        if not isinstance(picture, Image):
            raise SettingsError(tr("Only an image can begin a video."))
        words = text.strip() or piece.prompt
        video = Piece(kind="video", prompt=words, settings={**piece.settings, "prompt": words})
        self.when_checked(
            lambda: self._client.videos.check(words, image=picture),
            lambda: self.begin(video, lambda: self._client.videos.stream(words, image=picture)),
        )

    def _stream(self, prompt: str, options: dict[str, Any]) -> Any:
        return lambda: self._client.images.stream(prompt, **options)


def _number(form: Mapping[str, Any], name: str) -> int | None:
    """A whole number of the form; None where the field is empty."""
    text = str(form.get(name, "") or "").strip()
    if not text:
        return None
    try:
        return int(text)
    except ValueError:
        raise SettingsError(
            tr("The {name} is a whole number, not {text!r}.", name=name, text=text)
        ) from None
