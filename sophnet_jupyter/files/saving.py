"""
Results as files.

A name that the user gives is that file, new or not, so that a cell can be run again. In a folder we
choose the names, and there nothing is ever overwritten. Blocking; a file appears whole or not at
all.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from ..errors import SettingsError
from ..values.picture import Picture
from ..values.video import Film
from .disk import NewFile

_FORMATS = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP", ".gif": "GIF"}
_SUFFIXES = {"image/png": ".png", "image/jpeg": ".jpg", "image/webp": ".webp", "image/gif": ".gif"}


def save_pictures(pictures: Sequence[Picture], path: str | os.PathLike[str]) -> list[Path]:
    """
    Write pictures to a folder, or to a file: several become ``fox-1.png``, ``fox-2.png``.

    The suffix decides the format. Raises `SettingsError`.
    """
    target = Path(path).expanduser()
    if is_folder(path):
        return [
            save_new(
                picture.data, target, stem(picture.prompt, picture.seed, "image"), suffix(picture)
            )
            for picture in pictures
        ]
    saved = []
    for number, picture in enumerate(pictures, 1):
        name = f"{target.stem}-{number}" if len(pictures) > 1 else target.stem
        ending = target.suffix or suffix(picture)
        data = picture.data if ending == suffix(picture) else picture.encoded(_format(ending))
        saved.append(save_bytes(data, target.with_name(name + ending)))
    return saved


def save_films(films: Sequence[Film], path: str | os.PathLike[str]) -> list[Path]:
    """Write films to a folder, or to a file: several are numbered. Raises `SettingsError`."""
    if lost := [film for film in films if not film.data]:
        raise SettingsError(f"{lost[0]!r}: only its address is known, so it cannot be written.")
    target = Path(path).expanduser()
    if is_folder(path):
        return [
            save_new(film.data, target, stem(film.prompt, film.seed, "film"), _ending(film))
            for film in films
        ]
    saved = []
    for number, film in enumerate(films, 1):
        if target.suffix not in ("", _ending(film)):
            raise SettingsError(f"The film is a {_ending(film)} file: name it so, or a folder.")
        name = f"{target.stem}-{number}" if len(films) > 1 else target.stem
        saved.append(save_bytes(film.data, target.with_name(name + _ending(film))))
    return saved


def save_texts(
    texts: Sequence[tuple[str, str]], folder: str | os.PathLike[str], *, ending: str = ".md"
) -> list[Path]:
    """Write texts to a folder, each under the name of what it was read from."""
    target = Path(folder).expanduser()
    return [
        save_new(text.encode("utf-8", "replace"), target, Path(name).stem, ending)
        for name, text in texts
    ]


def save_bytes(data: bytes, path: Path) -> Path:
    """Write one file, in place of what it was. Raises `SettingsError`."""
    file = NewFile(path.parent)
    try:
        file.open()
        file.write(data)
        file.finish()
        file.part.replace(path)
    except OSError as error:
        raise _unwritten(path, error) from None
    finally:
        file.discard()
    return path


def save_new(data: bytes, folder: Path, stem: str, ending: str) -> Path:
    """Write a file under a name that is free in that folder. Raises `SettingsError`."""
    file = NewFile(folder)
    try:
        file.open()
        file.write(data)
        return file.keep(stem, ending)
    except OSError as error:
        raise _unwritten(folder, error) from None
    finally:
        file.discard()


def is_folder(path: str | os.PathLike[str]) -> bool:
    """True for a folder that is there, and for a name that ends as only a folder's does."""
    return os.fspath(path).endswith(("/", os.sep)) or Path(path).expanduser().is_dir()


def suffix(picture: Picture) -> str:
    """What the name of its file ends with. Raises `SettingsError` if it was not fetched."""
    if not picture.data:
        raise SettingsError("That picture was not fetched; only its address is known.")
    return _SUFFIXES.get(picture.mime, ".png")


def _ending(film: Film) -> str:
    return ".webm" if film.mime == "video/webm" else ".mp4"


def stem(prompt: str, seed: int | None, kind: str) -> str:
    """What a file is called by what it was made from; ``kind`` stands in for lost words."""
    words = "-".join(prompt.split()[:6]) or kind
    return words if seed is None else f"{words}-{seed}"


def _format(ending: str) -> str:
    if ending.lower() not in _FORMATS:
        raise SettingsError(f"{ending} is no format of pictures: {', '.join(_FORMATS)} are.")
    return _FORMATS[ending.lower()]


def _unwritten(path: Path, error: OSError) -> SettingsError:
    return SettingsError(f"{path} cannot be written: {error.strerror or error}.")
