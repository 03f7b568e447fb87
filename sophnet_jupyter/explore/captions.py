"""What is written beside points: names of clusters, tags, categories, images; one short line."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Any

from ..files.names import is_address, is_elsewhere

LONGEST = 80
# What commands instead of saying something, reorders what stands beside it, or is no character:
# fonts draw it as a box, XML and Parquet refuse it. Joiners and marks of ordinary text stay.
_UNSEEN = re.compile(
    "[\0-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff"
    "\U000e0000-\U000e007f]"
)
_FOLDERS = re.compile(r"[\\/]")


def caption(text: Any) -> str:
    """A name as it is drawn, listed and saved: one line, at most 80 characters that can be seen."""
    # Of a text of a megabyte the beginning is enough.
    said = " ".join(_UNSEEN.sub("", str(text)[: 20 * LONGEST]).split())
    return said if len(said) <= LONGEST else f"{said[: LONGEST - 1]}…"


def mended(text: str) -> str:
    """The text, half a character in it as a mark: nothing can send or save one."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def image_name(image: Any) -> str:
    """
    What an image is called, empty where it has no name; never where it lies.

    A map is handed on, and the folders of a machine or the query of an address, which may hold a
    key, are nobody's business.
    """
    place = image if isinstance(image, str | os.PathLike) else getattr(image, "filename", "")
    if not isinstance(place, str | os.PathLike):
        return ""
    said = os.fspath(place)
    if not isinstance(said, str) or (is_elsewhere(said) and not is_address(said)):
        return ""
    if is_address(said):
        said = re.split(r"[?#]", said.partition("//")[2], maxsplit=1)[0]
        said = said.partition("/")[2]
    return caption(_FOLDERS.split(said)[-1] or Path(said).name)
