"""The body of an image task, from what a user says (WIRE 1.9). Pure, but for reading pictures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from ...errors import SettingsError

MODEL = "qwen-image"
# "输入图像": an editing model takes one to three.
MOST_SOURCES = 3

Size = str | tuple[int, int]


def request(
    prompt: str,
    *,
    model: str = MODEL,
    negative_prompt: str | None = None,
    images: object = None,
    size: Size | None = None,
    seed: int | None = None,
    steps: int | None = None,
    n: int | None = None,
    prompt_extend: bool | None = None,
    watermark: bool | None = None,
    save_to_jpeg: bool | None = None,
    extra_body: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """
    What to send; only what was given is in it.

    ``size`` is ``"1328*1328"`` (an ``x`` will do) or a pair of pixels. ``images`` are one to three
    pictures for a model that changes them: whatever `prompt.images.attach` takes. ``extra_body`` is
    merged into the result, section by section. Raises `SettingsError`.
    """
    if not prompt.strip():
        raise SettingsError("The prompt is empty.")
    for name, value, least in (("seed", seed, 0), ("steps", steps, 1), ("n", n, 1)):
        if value is not None and value < least:
            raise SettingsError(f"{name} must be at least {least}, not {value}.")
    given = {
        "prompt": prompt,
        "negative_prompt": negative_prompt or None,
        "images": _sources(images) if images is not None else None,
    }
    parameters = {
        "size": None if size is None else _size(size),
        "n": n,
        "seed": seed,
        "steps": steps,
        "prompt_extend": prompt_extend,
        "watermark": watermark,
        "save_to_jpeg": save_to_jpeg,
    }
    body: dict[str, Any] = {"model": model, "input": _said(given)}
    if said := _said(parameters):
        body["parameters"] = said
    for name, value in (extra_body or {}).items():
        known = body.get(name)
        both = isinstance(known, dict) and isinstance(value, Mapping)
        body[name] = {**known, **value} if both and known else value
    return body


def _said(fields: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _size(size: Size) -> str:
    text = "*".join(map(str, size)) if isinstance(size, tuple) else size
    found = re.fullmatch(r"\s*(\d{2,5})\s*[*xX×]\s*(\d{2,5})\s*", text)
    if not found:
        raise SettingsError(f"A size is WIDTH*HEIGHT in pixels, such as 1328*1328, not {text!r}.")
    # No list of sizes is checked: the document's contradicts itself (WIRE S29, S30).
    return f"{found[1]}*{found[2]}"


def _sources(images: object) -> list[str]:
    from ...prompt.images import attach

    urls = [str(one.part["image_url"]["url"]) for one in attach(images)]
    if not 1 <= len(urls) <= MOST_SOURCES:
        raise SettingsError(f"One to {MOST_SOURCES} pictures can be changed, not {len(urls)}.")
    return urls
