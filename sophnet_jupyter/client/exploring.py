"""What an exploration asks of a client: vectors at a patient pace, and words."""

from __future__ import annotations

import os
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import SettingsError
from ..events import Event
from ..explore import looks
from ..explore.cache import opened
from ..explore.exploration import Exploration
from ..explore.inputs import read
from ..explore.session.base import ExploreOptions
from ..explore.session.growing import Before
from ..explore.session.service import Input, SentImage
from ..files.names import at_home, is_address
from ..language import tr
from ..options.arguments import number, whole
from ..prompt.images.attach import attach
from ..prompt.images.objects import SUFFIXES, is_picture
from ..providers.sophnet.embeddings.embeddings import Embeddings
from ..providers.sophnet.embeddings.request import (
    AT_ONCE,
    CLIP,
    TEXT,
    ImageInputs,
    model_for,
    most_of,
)
from ..settings import cache_folder, cache_size
from ..wire.pace import patient
from .site.masks import masker_of
from .vectors import KeptHere

if TYPE_CHECKING:
    from ..settings import Settings

# A model of images looks at some 224 pixels: larger ones cost time and room only.
_SIDE = 512
# Pixels of a map on a page.
_HEIGHTS = (100, 4000)
# Seconds that one request of many may take with all its attempts.
_PATIENCE = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """
    What of a client an exploration uses. ``embeddings`` are none of which the history keeps the
    answers: 100,000 vectors would push out everything else. ``ask`` asks a chat model.
    """

    settings: Settings
    embeddings: Embeddings
    ask: Callable[..., AsyncGenerator[Event, None]]
    mask: object = None


class ClientVectors:
    """One client's embeddings and chat, as an exploration uses them."""

    def __init__(self, parts: Parts, model: str | None, dimensions: int | None) -> None:
        self._parts = parts
        self._model = model
        self._dimensions = dimensions
        self._kept = KeptHere(parts.settings)
        self._masker = masker_of(parts.mask)

    @property
    def sandbox(self) -> bool:
        return self._parts.settings.sandbox

    def facts(self, *, images: bool) -> Mapping[str, object]:
        model = model_for(self._model or (CLIP if images else TEXT), ImageInputs())
        if images and model != CLIP:
            # The service says it more plainly than a failed request of each batch would.
            model_for(model, ImageInputs(sent=["image"]))
        found: dict[str, object] = {"model": model, "dimensions": self._dimensions or 1024}
        # Vectors of masked texts are others.
        return found if self._masker is None else {**found, "mask": True}

    def other(self, model: str | None, dimensions: int | None) -> ClientVectors:
        return ClientVectors(self._parts, model, dimensions)

    def per_request(self, model: str) -> int:
        return most_of(model, None)

    def under_way(self, model: str) -> int:
        return AT_ONCE * self.per_request(model)

    def waits(self, model: str) -> str:
        told = self._parts.embeddings._wire.told(model)
        return str(told) if told.learned or told.refused_share else ""

    def is_picture(self, value: Any) -> bool:
        """Also bytes, and the path or the address of an image."""
        if isinstance(value, bytes | bytearray):
            return True
        if isinstance(value, str):
            suffix = os.path.splitext(value.partition("?")[0])[1].lower()  # noqa: PTH122
            local = suffix in SUFFIXES and "\n" not in value
            return local and (is_address(value) or at_home(value).is_file())
        return is_picture(value)

    def image(self, value: Any) -> SentImage:
        found = attach([value], max_side=_SIDE)
        if len(found) != 1:
            raise SettingsError(tr("{count} images stand for one row.", count=len(found)))
        url = str(found[0].part["image_url"]["url"])
        content = url.partition(",")[2] if url.startswith("data:") else url
        return SentImage(
            content=content,
            item=found[0],
            label=found[0].label,
            thumbnail=found[0].thumbnail,
        )

    async def embed(
        self, texts: Sequence[str], images: Sequence[Any], facts: Mapping[str, object]
    ) -> AsyncGenerator[Event, None]:
        options: dict[str, Any] = {"model": facts["model"], "dimensions": facts["dimensions"]}
        if images:
            options["images"] = list(images)
        with patient(_PATIENCE):
            options["mask"] = False if self._masker is None else self._masker
            events = self._parts.embeddings.stream(list(texts) or None, **options)
            async with aclosing(events):
                async for event in events:
                    yield event

    def find(self, inputs: Sequence[Input], facts: Mapping[str, object]) -> Mapping[Input, Any]:
        return self._kept.find(inputs, facts)

    def keep(
        self, inputs: Sequence[Input], data: bytes, dimensions: int, facts: Mapping[str, object]
    ) -> None:
        self._kept.keep(inputs, data, dimensions, facts)

    def find_map(self, key: bytes, count: int) -> Any:
        return opened(cache_folder(), cache_size()).find_map(key, count)

    def keep_map(self, key: bytes, points: Any) -> None:
        opened(cache_folder(), cache_size()).keep_map(key, points)

    def ask(self, prompt: str, *, model: str | None, **options: Any) -> AsyncGenerator[Event, None]:
        masking = {} if self._masker is None else {"mask": self._masker}
        return self._parts.ask(prompt, model=model, **masking, **options)


def explore(parts: Parts, data: Any, **given: Any) -> Exploration:
    """The exploration of what was given; see `Client.explore`. Raises `SettingsError`."""
    like, model, dimensions = given["like"], given["model"], given["dimensions"]
    if like is not None and not isinstance(like, Exploration):
        made = Before(like).made
        model = model or made.get("model") or None
        dimensions = dimensions or made.get("dimensions") or None
    service = ClientVectors(parts, model, dimensions)
    inputs = read(
        data,
        text=given["text"],
        image=given["image"],
        vectors=given["vectors"],
        is_picture=service.is_picture,
    )
    options = ExploreOptions(
        model=model,
        dimensions=whole("dimensions", dimensions, least=1),
        center=given["center"],
        color=given["color"],
        projection=given["projection"],
        seed=whole("seed", given["seed"], least=0),
        budget=whole("budget", given["budget"], least=0),
        height=whole("height", number("height", given["height"], *_HEIGHTS)) or 480,
    )
    exploration = Exploration(inputs, service, options, like=like)
    if options.color is not None:
        exploration.color(options.color)
    if options.center is not None:
        exploration.check_center()
    looks.made(exploration)
    return exploration
