"""The pictures of a question: those that ``--image`` names, and those in ``{…}`` of its words."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from IPython.core.error import UsageError

from ...files.names import at_home, is_elsewhere
from ...language import tr
from ...prompt.images.attach import Attachment, attach
from ...prompt.images.objects import SUFFIXES, is_picture
from ...views.media.thumbnails import Sent, small
from .interpolate import value_of


class Attachments:
    """
    Gathers them, in the order in which they are numbered and sent.

    ``options`` are those of `pictures.attach.attach`: ``detail``, ``max_side``, ``max_encoded``.
    """

    def __init__(self, **options: Any) -> None:
        self.items: list[Attachment] = []
        self._options = options
        # One object is sent once, however often it is named. It is kept, so that its id stays its.
        self._placed: dict[int, tuple[object, str, str]] = {}

    def add(self, words: Iterable[str], names: Mapping[str, Any]) -> None:
        """What ``--image`` names: addresses, variables, paths, patterns. Raises `UsageError`."""
        for word in words:
            for item in _meant(word, names):
                self._attach(item, word)

    def take(self, value: object) -> None:
        """A picture, or a response's pictures. Raises `SettingsError`."""
        self._attach(value, tr("the image"))

    def field(self, field: str, value: Any) -> tuple[str, str] | None:
        """``[image 1]`` for a value that is a picture, and its size; None for any other."""
        if not is_picture(value):
            return None
        if id(value) not in self._placed:
            marks, sizes = self._attach(value, field.strip("{}"))
            self._placed[id(value)] = value, marks, sizes
        return self._placed[id(value)][1:]

    @property
    def shown(self) -> list[Sent]:
        """All of them as the reader sees them."""
        return [
            Sent(label=item.label, thumbnail=small(item.thumbnail) if item.thumbnail else b"")
            for item in self.items
        ]

    def _attach(self, item: object, name: str) -> tuple[str, str]:
        pictures = attach(item, **self._options, pages=True)
        # The notebook's name for it, where the picture brings none of its own.
        found = [one.called(name) if one.unnamed else one for one in pictures]
        begin = len(self.items) + 1
        self.items += found
        # A model reads them, in the same words whatever its reader speaks.
        marks = " ".join(f"[image {number}]" for number in range(begin, begin + len(found)))
        sizes = tr(" and ").join(tr("image {size}", size=_size(one)) for one in found)
        return marks, sizes


def named_pictures(words: Iterable[str], table: Any, names: Mapping[str, Any]) -> list[Any]:
    """What ``--image`` names beside a table: a column of it, or pictures for every row."""
    found: list[Any] = []
    for word in words:
        column = word.strip("{}")
        found += [column] if column in table.columns else _meant(word, names)
    return found


def _meant(word: str, names: Mapping[str, Any]) -> list[Any]:
    """The objects that a word of ``--image`` stands for."""
    if is_elsewhere(word):
        return [word]
    try:
        value = value_of(word, names)
    except LookupError:
        return _files(word)
    if isinstance(value, list | tuple | set | frozenset):
        if not value:
            # Else an empty folder would be paid for as a question without pictures.
            raise UsageError(
                tr("--image {word}: that is empty, there is no picture in it.", word=word)
            )
        return list(value)
    if isinstance(value, str) and not is_elsewhere(value):
        return _files(value)
    return [value]


def _files(word: str) -> list[Path]:
    path = at_home(word)
    if path.exists() or not glob.has_magic(word):
        return [path]
    found = sorted(Path(name) for name in glob.glob(str(path), recursive=True))  # noqa: PTH207
    pictures = [one for one in found if one.suffix.lower() in SUFFIXES]
    if not pictures:
        raise UsageError(tr("--image {word}: no picture has such a name.", word=word))
    return pictures


def _size(item: Attachment) -> str:
    return item.size or tr("at {host}", host=item.host)
