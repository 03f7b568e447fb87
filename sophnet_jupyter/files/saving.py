"""
Save results to files.

A name that the user gives is that file, new or not, so that a cell can be run again. In a folder we
choose the names, and there nothing is ever overwritten. Blocking; a file appears whole or not at
all.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from ..errors import SettingsError, file_refused
from ..language import mark
from .disk import NewFile
from .names import at_home


def save_texts(
    texts: Sequence[tuple[str, str]], folder: str | os.PathLike[str], *, ending: str = ".md"
) -> list[Path]:
    """Write texts to a folder, each under the name of what it was read from."""
    target = at_home(folder)
    return [
        save_new(text.encode("utf-8", "replace"), target, Path(name).stem, ending, readable=True)
        for name, text in texts
    ]


def save_bytes(data: bytes, path: Path) -> Path:
    """Write one file that the user has named, replacing an old one. Raises `SettingsError`."""
    return _save(data, path, shared=True)


def save_private(data: bytes, path: Path) -> Path:
    """Write one file that nobody has asked for, for its owner alone. Raises `SettingsError`."""
    return _save(data, path, shared=False)


@contextmanager
def exported(path: Path) -> Iterator[Path]:
    """
    A path beside ``path`` for a writer of others, such as pandas, with the same ending.

    What is written there gets the name ``path`` at the end, and is deleted where the writer fails.
    Raises `SettingsError`.
    """
    if "\0" in str(path):
        raise _unwritten(path, ValueError())
    file = NewFile(path.parent, shared=True)
    # Writers choose their format by the ending.
    part = file.part.with_name(f"{file.part.stem}{path.suffix}")
    try:
        file.open()
        file.finish()
        part = file.root / part.name
        file.part.replace(part)
        file.part = part
        yield part
        file.replace(path)
    except OSError as error:
        raise _unwritten(path, error) from None
    finally:
        file.discard()


def _save(data: bytes, path: Path, *, shared: bool) -> Path:
    file = NewFile(path.parent, shared=shared)
    try:
        file.open()
        file.write(data)
        file.replace(path)
    except (OSError, ValueError) as error:
        raise _unwritten(path, error) from None
    finally:
        file.discard()
    return path


def save_new(data: bytes, folder: Path, stem: str, ending: str, *, readable: bool = False) -> Path:
    """
    Write a new file in a folder, under a name not yet taken. Raises `SettingsError`.

    With ``readable`` the name has the letters of all scripts, else those of ASCII.
    """
    file = NewFile(folder)
    try:
        file.open()
        file.write(data)
        return (file.keep_readable if readable else file.keep)(stem, ending)
    except (OSError, ValueError) as error:
        raise _unwritten(folder, error) from None
    finally:
        file.discard()


def is_folder(path: str | os.PathLike[str]) -> bool:
    """True for a folder that is there, and for a name that ends as only a folder's does."""
    if os.fspath(path).endswith(("/", os.sep)):
        return True
    with suppress(OSError):
        return at_home(path).is_dir()
    # A name that is too long, or in a folder that may not be looked at: who writes there says so.
    return False


def stem(prompt: str, seed: int | None, kind: str) -> str:
    """A file name without suffix made from a prompt; ``kind`` is used where none is known."""
    words = "-".join(prompt.split()[:6]) or kind
    return words if seed is None else f"{words}-{seed}"


def _unwritten(path: Path, error: OSError | ValueError) -> SettingsError:
    return file_refused(path, error, mark("written"))
