"""A cell that makes an image or a video again: a magic with its prompt and settings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from ...language import tr
from ...values.image import Image
from ...values.video import Video
from ..safe.control_characters import plain
from ..safe.look import fold
from ..safe.maths import inert

_OPTIONS = {
    "model": "-m",
    "seed": "--seed",
    "size": "--size",
    "resolution": "--resolution",
    "ratio": "--ratio",
    "duration": "--duration",
    "steps": "--steps",
    "negative_prompt": "--negative",
}
# What one may put on a line without quotes.
_PLAIN = set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.*:_/-")
_CODE = (
    "margin:4px 0;padding:6px 8px;white-space:pre-wrap;border-left:3px solid rgba(128,128,128,.4)"
)
# A prompt may be a page long; the cell is to be copied, so it is whole or not there.
LONGEST = 4_000


def cell(made: Image | Video) -> str:
    """The magic and its prompt; empty where the prompt is not known."""
    if not made.asked or len(made.prompt) > LONGEST:
        return ""
    settings: dict[str, Any] = {**made.asked}
    if made.seed is not None:
        settings["seed"] = made.seed
    words = ["%%imagine" if isinstance(made, Image) else "%%animate", *_options(settings)]
    if "{" in made.prompt:
        words.append("--raw")
    return f"{' '.join(words)}\n{plain(made.prompt)}"


def folded(made: Image | Video) -> str:
    """The same cell, folded."""
    text = cell(made)
    if not text:
        return ""
    return fold(tr("reuse these settings"), f'<pre style="{_CODE}">{inert(text)}</pre>')


def _options(settings: Mapping[str, Any]) -> list[str]:
    words = []
    for name, value in settings.items():
        if name == "images":
            words += ["--image …"] * int(value)
        elif name == "prompt_extend" and value is False:
            words.append("--as-written")
        elif name == "mask":
            words.append("--mask")
        elif name in _OPTIONS:
            words.append(f"{_OPTIONS[name]} {_quoted(value)}")
        elif isinstance(value, bool | int | float | str):
            said = value if isinstance(value, str) else json.dumps(value)
            words.append(f"-x parameters.{name}={_quoted(said)}")
    return words


def _quoted(value: object) -> str:
    # A pair of pixels, as Python has it, or a text on one line.
    text = "*".join(map(str, value)) if isinstance(value, tuple | list) else plain(str(value))
    text = " ".join(text.split())
    if text and set(text) <= _PLAIN:
        return text
    return f"'{text}'" if '"' in text and "'" not in text else '"' + text.replace('"', "'") + '"'
