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
from ....language import tr
from ....values.image import Image
from ... import arguments
from .first_frame import Frame, frame
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
    references: object = None,
    draft_task: str | None = None,
    negative_prompt: str | None = None,
    resolution: str | None = None,
    size: str | tuple[int, int] | None = None,
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
    mask: object = None,
    extra_body: Mapping[str, Any] | None = None,
) -> VideoRequest:
    """
    Only what was given is in it, and the model: one from words, or with an ``image`` from that.

    ``size`` is ``"832*480"`` or a pair of pixels, ``duration`` in seconds, ``seed`` a number or its
    digits. What the document's four models do not take is refused here, since a task is paid for;
    of newer models everything is passed on. ``last_image`` and ``references`` are for those that
    take more than one picture. ``extra_body`` is merged in unchecked, section by section. What
    ``mask`` wants is done before. Raises `SettingsError`.
    """
    model = arguments.text("model", model or (FROM_WORDS if image is None else FROM_A_PICTURE))
    arguments.text("prompt", prompt)
    chosen = {
        "resolution": resolution,
        "size": arguments.size(size, such_as="832*480"),
        "ratio": ratio,
        "duration": arguments.whole("duration", duration),
        "watermark": watermark,
    }
    if known := DOCUMENTED.get(model):
        _check_model(known, prompt=prompt, has_image=image is not None)
        _check_parameters(known, chosen | {"negative_prompt": negative_prompt})
    elif not (prompt.strip() or image is not None or draft_task):
        raise SettingsError(tr("The prompt is empty, and there is no picture to begin with."))
    parameters = _said(
        **chosen,
        seed=None if seed is None else _seed(seed),
        fps=arguments.whole("fps", fps, least=1),
        generate_audio=generate_audio,
        draft=draft,
        return_last_frame=return_last_frame,
        service_tier=service_tier,
        callback_url=callback_url,
        subjects=subjects,
    )
    pictures = _pictures(image, last_image, references)
    content = [*_words(prompt, negative_prompt), *_frames(pictures), *_draft(draft_task)]
    body = _said(model=model, content=content, parameters=parameters or None)
    asked = _said(model=model, negative_prompt=negative_prompt or None, **parameters)
    if pictures:
        asked["images"] = len(pictures)
    poster = pictures[0][1].poster if image is not None else None
    notes = tuple(picture.note for _, picture in pictures if picture.note)
    return VideoRequest(body=_merged(body, extra_body), asked=asked, poster=poster, notes=notes)


def _words(prompt: str, negative_prompt: str | None) -> list[dict[str, Any]]:
    if not (prompt.strip() or negative_prompt):
        return []
    return [_said(type="text", text=prompt, negative_prompt=negative_prompt or None)]


def _draft(task_id: str | None) -> list[dict[str, Any]]:
    return [{"type": "draft_task", "draft_task": {"id": task_id}}] if task_id else []


def _pictures(image: object, last_image: object, references: object) -> list[tuple[str, Frame]]:
    """The images with their roles, the first frame first."""
    found = [("first_frame", image), ("last_frame", last_image)]
    several = references if isinstance(references, list | tuple) else [references]
    found += [("reference_image", one) for one in several]
    return [(role, frame(one)) for role, one in found if one is not None]


def _frames(pictures: Sequence[tuple[str, Frame]]) -> list[dict[str, Any]]:
    # The document knows of one picture and no roles.
    alone = [role for role, _ in pictures] == ["first_frame"]
    return [
        {
            "type": "image_url",
            "image_url": {"url": picture.url},
            **({} if alone else {"role": role}),
        }
        for role, picture in pictures
    ]


def _merged(body: Mapping[str, Any], extra: Mapping[str, Any] | None) -> dict[str, Any]:
    """The body with the caller's extra fields, merged section by section."""
    merged = dict(body)
    for name, value in arguments.fields("extra_body", extra).items():
        section = merged.get(name)
        both = isinstance(section, dict) and isinstance(value, Mapping)
        merged[name] = {**section, **value} if both and section else value
    return merged


def _check_model(model: VideoModel, *, prompt: str, has_image: bool) -> None:
    if not prompt.strip():
        raise SettingsError(
            tr("The prompt is empty: {name} needs words of what is to happen.", name=model.name)
        )
    other = next(
        each.name
        for each in DOCUMENTED.values()
        if each.image != model.image and each.durations == model.durations
    )
    if has_image and not model.image:
        raise SettingsError(
            tr(
                "{name} makes videos from words alone: take {other} for that.",
                name=model.name,
                other=other,
            )
        )
    if model.image and not has_image:
        raise SettingsError(
            tr(
                "{name} begins with a picture: give one, or take {other}.",
                name=model.name,
                other=other,
            )
        )


def _check_parameters(model: VideoModel, given: Mapping[str, object]) -> None:
    _check(model, "resolution", given["resolution"], model.resolutions)
    _check(model, "size", given["size"], model.sizes)
    # The document's own sample sends a ratio where its table has none
    # (docs/services/sophnet.md#videos, row S36).
    if model.ratios or model.sizes:
        _check(model, "ratio", given["ratio"], model.ratios)
    _check(model, "duration", given["duration"], model.durations)
    for name in ("negative_prompt", "watermark"):
        _check(model, name, given[name], None, takes=getattr(model, name))


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
        hint = tr(", but {instead}", instead=instead) if name in ("size", "resolution") else ""
        raise SettingsError(
            tr(
                "{name} takes no {name2}{hint}: leave it out.",
                name=model.name,
                name2=name,
                hint=hint,
            )
        )
    if value not in choices:
        listed = ", ".join(map(str, choices))
        raise SettingsError(
            tr(
                "{name} of {name2} is one of {listed}, not {value}.",
                name=name,
                name2=model.name,
                listed=listed,
                value=value,
            )
        )


def _said(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _seed(seed: int | str) -> str:
    """The digits that the service wants (docs/services/sophnet.md#videos, row S38)."""
    digits = str(seed).strip()
    if isinstance(seed, bool) or not re.fullmatch("[0-9]{1,10}", digits):
        raise SettingsError(
            tr(
                "A seed is a whole number from 0 to {largest_seed}, not {seed}.",
                largest_seed=LARGEST_SEED,
                seed=seed,
            )
        )
    if int(digits) > LARGEST_SEED:
        raise SettingsError(
            tr(
                "A seed is at most {largest_seed}, not {seed}.",
                largest_seed=LARGEST_SEED,
                seed=seed,
            )
        )
    return str(int(digits))
