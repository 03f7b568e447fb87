"""
Save results to files.

A name that the user gives is that file, new or not, so that a cell can be run again. In a folder we
choose the names, and there nothing is ever overwritten. Blocking; a file appears whole or not at
all.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from ..errors import SettingsError
from .disk import NewFile
from .names import at_home


def save_texts(
    texts: Sequence[tuple[str, str]], folder: str | os.PathLike[str], *, ending: str = ".md"
) -> list[Path]:
    """Write texts to a folder, each under the name of what it was read from."""
    target = at_home(folder)
    return [
        save_new(text.encode("utf-8", "replace"), target, Path(name).stem, ending)
        for name, text in texts
    ]


def save_bytes(data: bytes, path: Path) -> Path:
    """Write one file, replacing an old one. Raises `SettingsError`."""
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
    """Write a new file in a folder, under a name not yet taken. Raises `SettingsError`."""
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
    return os.fspath(path).endswith(("/", os.sep)) or at_home(path).is_dir()


def stem(prompt: str, seed: int | None, kind: str) -> str:
    """A file name without suffix made from a prompt; ``kind`` is used where none is known."""
    words = "-".join(prompt.split()[:6]) or kind
    return words if seed is None else f"{words}-{seed}"


def _unwritten(path: Path, error: OSError) -> SettingsError:
    return SettingsError(f"{path} cannot be written: {error.strerror or error}.")
