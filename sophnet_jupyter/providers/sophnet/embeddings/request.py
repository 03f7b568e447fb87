"""
The body of an embeddings request, and its batches (docs/services/sophnet.md#embeddings). Pure, but
for reading images.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any

from ....errors import SettingsError
from ....language import tr
from ... import arguments

if TYPE_CHECKING:
    from ....prompt.images.attach import Attachment

TEXT, CLIP, BGE = "text-embeddings", "clip-embeddings", "bge-m3"
TEXT_ONLY = (TEXT, BGE)
# "text-embeddings模型最大支持10个文本，bge-m3模型最大支持1个文本": of CLIP nothing is said.
MOST = {TEXT: 10, BGE: 1}
MOST_OF_OTHERS = 8
DIMENSIONS = 1024
# Requests of all calls that are under way together. The cost of each grows with the number of
# connections, which the pool looks through, and beyond this the service is the slower one anyway.
AT_ONCE = 8
# So many pictures can be told apart in a view, and their thumbnails are kept for it.
FEW = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageInputs:
    """
    Images as the service takes them: a URL, or base64 without a data-URI prefix.

    ``notes`` say what was made of some of them: a vector is of one page.
    """

    sent: Sequence[str] = ()
    notes: Sequence[str] = ()
    labels: Sequence[str] = ()
    thumbnails: Sequence[bytes] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddingRequest:
    """All inputs of one call, and ``said``, the fields that each of its requests has."""

    model: str
    texts: Sequence[str]
    images: ImageInputs
    said: Mapping[str, Any]
    batches: Sequence[Batch]
    at_once: int
    cache: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """The inputs of one request, each with the indexes of its vector in the answer."""

    texts: Sequence[str]
    images: Sequence[str]
    places: Sequence[tuple[int, ...]]

    def __len__(self) -> int:
        return len(self.places)

    @property
    def each(self) -> list[Batch]:
        """A batch for each of the same inputs."""
        count = len(self.texts)
        return [
            Batch(
                texts=self.texts[place : place + 1],
                images=self.images[max(0, place - count) : place - count + 1],
                places=self.places[place : place + 1],
            )
            for place in range(len(self))
        ]


def request(
    texts: object = None,
    *,
    images: object = None,
    model: str | None = None,
    per_request: int | None = None,
    at_once: int = AT_ONCE,
    max_side: int | None = None,
    dimensions: object = DIMENSIONS,
    normalized: bool | None = None,
    encoding_type: str | None = None,
    cache: bool = False,
    mask: object = None,
    extra_body: Mapping[str, Any] | None = None,
) -> EmbeddingRequest:
    """
    Split the inputs into batches; equal ones are sent once. What ``mask`` wants is done before.

    Blocking where there are ``images``, which are read and encoded. Raises `SettingsError` for what
    cannot be sent.
    """
    written, pictures = texts_of(texts), images_of(images, max_side=max_side)
    if not written and not pictures.sent:
        raise SettingsError(tr("There is nothing to embed: give texts=[…] or images=[…]."))
    model = model_for(model, pictures)
    said = fields(
        model=model,
        dimensions=dimensions,
        normalized=normalized,
        encoding_type=encoding_type,
        extra_body=extra_body,
    )
    return EmbeddingRequest(
        model=model,
        texts=written,
        images=pictures,
        said=said,
        batches=batches(written, pictures.sent, most_of(model, per_request)),
        at_once=arguments.whole("at_once", at_once, least=1) or AT_ONCE,
        cache=cache,
    )


def texts_of(texts: object) -> tuple[str, ...]:
    """
    One text or many, as a tuple: a list, a column of a DataFrame, whatever yields texts.

    Raises `SettingsError` for the first that is none, by its place.
    """
    if texts is None:
        return ()
    if isinstance(texts, str):
        texts = [texts]
    if hasattr(texts, "columns"):
        raise SettingsError(
            tr("A DataFrame has many columns: pass the one with texts, df['text'].")
        )
    if isinstance(texts, Mapping | bytes) or not isinstance(texts, Iterable):
        raise SettingsError(
            tr("Texts are a list of strings, not a {name}.", name=type(texts).__name__)
        )
    if getattr(texts, "shape", None) == ():
        raise SettingsError(tr("texts is an array of one value: pass [str(value)]."))
    found = tuple(texts)
    for place, text in enumerate(found):
        if not isinstance(text, str):
            raise SettingsError(tr("texts[{place}] {no_text}", place=place, no_text=_no_text(text)))
        if not text.strip():
            raise SettingsError(
                tr("texts[{place}] is empty: leave it out, a vector needs words.", place=place)
            )
        if not text.isascii() and (half := _half(text)) is not None:
            raise SettingsError(
                tr(
                    "texts[{place}] holds half a character at {half}: {text!r}.",
                    place=place,
                    half=half,
                    text=text[:40],
                )
            )
    return found


def images_of(images: object, *, max_side: int | None = None) -> ImageInputs:
    """
    Images as inputs: whatever `pictures.attach.attach` takes. Reads, decodes, encodes.

    Raises `SettingsError` for the first that cannot be sent.
    """
    if images is None:
        return ImageInputs()
    from ....prompt.images.attach import attach

    several = images if isinstance(images, list | tuple | set | frozenset) else [images]
    attached: list[Attachment] = []
    for place, image in enumerate(several):
        try:
            attached += attach([image], max_side=max_side)
        except SettingsError as error:
            raise SettingsError(f"images[{place}]: {error}") from None
    urls = [str(one.part["image_url"]["url"]) for one in attached]
    few = len(attached) <= FEW
    return ImageInputs(
        sent=[url.partition(",")[2] if url.startswith("data:") else url for url in urls],
        notes=[f"{one.label.partition(' · ')[0]}: {one.note}" for one in attached if one.note],
        labels=tuple(one.label for one in attached),
        thumbnails=tuple(one.thumbnail for one in attached) if few else (),
    )


def fields(
    *,
    model: str,
    dimensions: object = DIMENSIONS,
    normalized: bool | None = None,
    encoding_type: str | None = None,
    extra_body: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """The fields of each request besides its inputs. Raises `SettingsError`."""
    given = {"normalized": normalized, "encoding_type": encoding_type}
    said = {name: value for name, value in given.items() if value is not None}
    added = arguments.fields("extra_body", extra_body)
    return {"model": model, "dimensions": _dimensions(dimensions), **said, **added}


def model_for(model: str | None, images: ImageInputs) -> str:
    """The model to ask. Raises `SettingsError` for images that it is known not to take."""
    if model is not None:
        model = arguments.text("model", model)
    if model in TEXT_ONLY and images.sent:
        raise SettingsError(
            tr(
                "{model} takes texts only: for images, leave it out or say {clip}.",
                model=model,
                clip=CLIP,
            )
        )
    return model or (CLIP if images.sent else TEXT)


def batches(texts: Sequence[str], images: Sequence[str], most: int) -> list[Batch]:
    """All inputs, equal ones once, in batches of at most ``most`` in the order of the inputs."""
    places: dict[tuple[bool, str], list[int]] = {}
    for place, text in enumerate(texts):
        places.setdefault((False, text), []).append(place)
    for place, image in enumerate(images, len(texts)):
        places.setdefault((True, image), []).append(place)
    found, inputs = [], iter(places.items())
    while taken := list(islice(inputs, most)):
        found.append(
            Batch(
                texts=[content for (is_image, content), _ in taken if not is_image],
                images=[content for (is_image, content), _ in taken if is_image],
                places=[tuple(where) for _, where in taken],
            )
        )
    return found


def most_of(model: str, per_request: int | None) -> int:
    """The largest number of inputs per request. Raises `SettingsError`."""
    said = arguments.whole("per_request", per_request, least=1)
    # More than a machine can count to.
    return (said and min(said, sys.maxsize)) or MOST.get(model, MOST_OF_OTHERS)


def _dimensions(given: object) -> int:
    # Which of them the model has, only the service knows.
    return arguments.whole("dimensions", given, least=1, such_as="1024") or DIMENSIONS


def _no_text(value: object) -> str:
    missing = isinstance(value, float) and math.isnan(value)
    if value is None or missing or type(value).__name__ in ("NAType", "NaTType"):
        return tr("is missing: leave such rows out with .dropna(), or fill them.")
    if isinstance(shape := getattr(value, "shape", None), tuple) and shape:
        return tr("is an array: give one dimension of texts, such as one column, table[:, 0].")
    return tr("is a {name}, not a text: convert it with str().", name=type(value).__name__)


def _half(text: str) -> int | None:
    try:
        text.encode()
    except UnicodeEncodeError as error:
        return error.start
    return None
