"""
The body of an image task, from what a user says (docs/services/sophnet.md#images). Pure, but for
reading pictures.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ....errors import SettingsError
from ....language import tr
from ... import arguments

if TYPE_CHECKING:
    from ....prompt.images.attach import Attachment

MODEL = "qwen-image"
# "输入图像": an editing model takes one to three.
MOST_SOURCES = 3


def request(
    prompt: str,
    *,
    model: str | None = None,
    negative_prompt: str | None = None,
    images: object = None,
    max_side: int | None = None,
    size: str | tuple[int, int] | None = None,
    seed: int | None = None,
    steps: int | None = None,
    n: int | None = None,
    prompt_extend: bool | None = None,
    watermark: bool | None = None,
    save_to_jpeg: bool | None = None,
    mask: object = None,
    extra_body: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """
    What to send; only what was given is in it.

    ``size`` is ``"1328*1328"`` (an ``x`` will do) or a pair of pixels. ``images`` are one to three
    pictures for a model that changes them: whatever `pictures.attach.attach` takes, of a TIFF each
    page where that many are taken, shrunk to ``max_side`` pixels if given. ``extra_body`` is merged
    into the result, section by section. What ``mask`` wants is done before.

    Raises `SettingsError`.
    """
    if not arguments.text("prompt", prompt).strip():
        raise SettingsError(tr("The prompt is empty."))
    given = {
        "prompt": prompt,
        "negative_prompt": negative_prompt or None,
        "images": _urls(images, max_side),
    }
    parameters = {
        # No list of sizes is checked: the document's contradicts itself
        # (docs/services/sophnet.md#images, rows S29 and S30).
        "size": arguments.size(size, such_as="1328*1328"),
        "n": arguments.whole("n", n, least=1),
        "seed": arguments.whole("seed", seed, least=0),
        "steps": arguments.whole("steps", steps, least=1),
        "prompt_extend": prompt_extend,
        "watermark": watermark,
        "save_to_jpeg": save_to_jpeg,
    }
    body: dict[str, Any] = {"model": model or MODEL, "input": _said(given)}
    if said := _said(parameters):
        body["parameters"] = said
    for name, value in arguments.fields("extra_body", extra_body).items():
        known = body.get(name)
        both = isinstance(known, dict) and isinstance(value, Mapping)
        body[name] = {**known, **value} if both and known else value
    return body


def _said(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def sources_of(images: object, max_side: int | None = None) -> list[Attachment] | None:
    """The images to be edited, read and encoded. Raises `SettingsError`."""
    if images is None:
        return None
    from ....prompt.images.attach import attach_pages

    found = attach_pages(images, most=MOST_SOURCES, max_side=max_side)
    if not 1 <= len(found) <= MOST_SOURCES:
        raise SettingsError(
            tr(
                "One to {most_sources} pictures can be changed, not {count}.",
                most_sources=MOST_SOURCES,
                count=len(found),
            )
        )
    return found


def _urls(images: object, max_side: int | None) -> list[str] | None:
    sources = sources_of(images, max_side)
    return None if sources is None else [str(one.part["image_url"]["url"]) for one in sources]
