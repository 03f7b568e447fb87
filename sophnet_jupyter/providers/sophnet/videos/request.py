"""
The body of a video task, from what a user says (docs/services/sophnet.md#videos). Pure, but for
reading pictures.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from ....errors import SettingsError
from ....values.image import Image
from ... import arguments
from ...arguments import Size
from .first_frame import frame
from .models import DOCUMENTED, FROM_A_PICTURE, FROM_WORDS, VideoModel

LARGEST_SEED = 2**32 - 1


class VideoRequest(msgspec.Struct, frozen=True, kw_only=True):
    """
    What to send; ``asked`` are its settings in short, ``poster`` the picture it begins with,
    ``notes`` what was made of its pictures that nobody would expect.
    """

    body: dict[str, Any]
    asked: dict[str, Any]
    poster: Image | None = None
    notes: tuple[str, ...] = ()


def request(
    prompt: str = "",
    *,
    model: str | None = None,
    image: object = None,
    last_image: object = None,
    references: object = (),
    draft_task: str | None = None,
    negative_prompt: str | None = None,
    resolution: str | None = None,
    size: Size | None = None,
    ratio: str | None = None,
    duration: int | None = None,
    seed: int | str | None = None,
    watermark: bool | None = None,
    fps: int | None = None,
    generate_audio: bool | None = None,
    draft: bool | None = None,
    return_last_frame: bool | None = None,
    service_tier: str | None = None,
    callback_url: str | None = None,
    subjects: Sequence[Mapping[str, Any]] | None = None,
    extra_body: Mapping[str, Any] | None = None,
) -> VideoRequest:
    """
    Only what was given is in it, and the model: one from words, or with an ``image`` from that.

    ``size`` is ``"832*480"`` or a pair of pixels, ``duration`` in seconds, ``seed`` a number or its
    digits. What the document's four models do not take is refused here, since a task is paid for;
    of newer models everything is passed on. ``last_image`` and ``references`` are for those that
    take more than one picture. ``extra_body`` is merged in unchecked, section by section. Raises
    `SettingsError`.
    """
    model = model or (FROM_WORDS if image is None else FROM_A_PICTURE)
    arguments.text("prompt", prompt)
    size = arguments.size(size, such_as="832*480")
    duration = arguments.whole("duration", duration)
    known = DOCUMENTED.get(model)
    if known:
        _check_model(known, prompt=prompt, has_image=image is not None)
        _check(known, "resolution", resolution, known.resolutions)
        _check(known, "size", size, known.sizes)
        # The document's own sample sends a ratio where its table has none
        # (docs/services/sophnet.md#videos, row S36).
        if known.ratios or known.sizes:
            _check(known, "ratio", ratio, known.ratios)
        _check(known, "duration", duration, known.durations)
        _check(known, "negative_prompt", negative_prompt, None, takes=known.negative_prompt)
        _check(known, "watermark", watermark, None, takes=known.watermark)
    elif not (prompt.strip() or image is not None or draft_task):
        raise SettingsError("The prompt is empty, and there is no picture to begin with.")
    parameters = _said(
        resolution=resolution,
        size=size,
        ratio=ratio,
        duration=duration,
        watermark=watermark,
        seed=None if seed is None else _seed(seed),
        fps=arguments.whole("fps", fps, least=1),
        generate_audio=generate_audio,
        draft=draft,
        return_last_frame=return_last_frame,
        service_tier=service_tier,
        callback_url=callback_url,
        subjects=subjects,
    )
    first = None if image is None else frame(image)
    content: list[dict[str, Any]] = []
    if prompt.strip() or negative_prompt:
        content.append(_said(type="text", text=prompt, negative_prompt=negative_prompt or None))
    frames = [("first_frame", first)] if first else []
    if last_image is not None:
        frames.append(("last_frame", frame(last_image)))
    several = references if isinstance(references, list | tuple) else [references]
    frames += [("reference_image", frame(one)) for one in several]
    roles = [(role, one.url) for role, one in frames]
    for role, url in roles:
        # The document knows of one picture and no roles.
        named = {"role": role} if len(roles) > 1 or role != "first_frame" else {}
        content.append({"type": "image_url", "image_url": {"url": url}, **named})
    if draft_task:
        content.append({"type": "draft_task", "draft_task": {"id": draft_task}})
    body: dict[str, Any] = {"model": model, "content": content}
    if parameters:
        body["parameters"] = parameters
    for name, value in arguments.fields("extra_body", extra_body).items():
        section = body.get(name)
        both = isinstance(section, dict) and isinstance(value, Mapping)
        body[name] = {**section, **value} if both and section else value
    asked = _said(model=model, negative_prompt=negative_prompt or None, **parameters)
    if roles:
        asked["images"] = len(roles)
    return VideoRequest(
        body=body,
        asked=asked,
        poster=first.poster if first else None,
        notes=tuple(one.note for _, one in frames if one.note),
    )


def _check_model(model: VideoModel, *, prompt: str, has_image: bool) -> None:
    if not prompt.strip():
        raise SettingsError(f"The prompt is empty: {model.name} needs words of what is to happen.")
    other = next(
        each.name
        for each in DOCUMENTED.values()
        if each.image != model.image and each.durations == model.durations
    )
    if has_image and not model.image:
        raise SettingsError(f"{model.name} makes videos from words alone: take {other} for that.")
    if model.image and not has_image:
        raise SettingsError(f"{model.name} begins with a picture: give one, or take {other}.")


def _check(
    model: VideoModel,
    name: str,
    value: object,
    choices: Sequence[object] | None,
    *,
    takes: bool = True,
) -> None:
    if value is None or value == "" or (takes and choices is None):
        return
    if not choices:
        instead = next((word for word in ("size", "resolution") if getattr(model, word + "s")), "")
        hint = f", but {instead}" if name in ("size", "resolution") else ""
        raise SettingsError(f"{model.name} takes no {name}{hint}: leave it out.")
    if value not in choices:
        listed = ", ".join(map(str, choices))
        raise SettingsError(f"{name} of {model.name} is one of {listed}, not {value}.")


def _said(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _seed(seed: int | str) -> str:
    """The digits that the service wants (docs/services/sophnet.md#videos, row S38)."""
    digits = str(seed).strip()
    if isinstance(seed, bool) or not re.fullmatch("[0-9]{1,10}", digits):
        raise SettingsError(f"A seed is a whole number from 0 to {LARGEST_SEED}, not {seed}.")
    if int(digits) > LARGEST_SEED:
        raise SettingsError(f"A seed is at most {LARGEST_SEED}, not {seed}.")
    return str(int(digits))
