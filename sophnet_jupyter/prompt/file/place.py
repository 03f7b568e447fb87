"""Which file a prompt's name means: one below ``prompts/``, none outside of it; and its text."""

from __future__ import annotations

import os
import re
from pathlib import Path, PurePosixPath

from ...errors import SettingsError, file_refused, quoted
from ...language import tr
from ..prose import nearest

FOLDER, ENDING = "prompts", ".md"
# More names than somebody reads; the nearest one is named all the same.
MOST_LISTED = 12
# A prompt is read by people; what is longer is data, and belongs into a variable.
LARGEST = 1_000_000

_ODD = re.compile(r"[\x00-\x1f\x7f<>:\"|?*\\]")


def listed(folder: Path | None = None) -> list[str]:
    """The names of the prompt files of a folder, ``prompts/`` without one, sorted."""
    root = folder or Path(FOLDER)
    found = (path.relative_to(root) for path in root.rglob(f"*{ENDING}") if path.is_file())
    return sorted(path.with_suffix("").as_posix() for path in found if not _is_hidden(path))


def place_of(name: str, folder: Path | None = None) -> Path:
    """
    The path of the prompt ``name``, which need not be there. Raises `SettingsError`.

    Names may have folders in them, ``team/reviews``, and end in ``.md``.
    """
    root = folder or Path(FOLDER)
    words = name.strip().removesuffix(ENDING)
    if folder is None:
        words = words.removeprefix(f"{FOLDER}/")
    parts = PurePosixPath(words).parts
    odd = _ODD.search(words) or words.startswith(("/", "~")) or ".." in parts
    if odd or not parts or any(part.startswith(".") or part != part.strip() for part in parts):
        raise SettingsError(
            tr(
                "A prompt is named by letters, such as reviews, and lies in {root}/: {name} "
                "is no such name.",
                root=root.as_posix(),
                name=quoted(name),
            )
        )
    path = root.joinpath(*parts[:-1], parts[-1] + ENDING)
    refuse_outside(path, root)
    return path


def existing(name: str | os.PathLike[str], folder: Path | None = None) -> Path:
    """
    The path of a prompt that is there. Raises `SettingsError` with the nearest name.

    A `Path` is taken as it is: whoever writes one has chosen the file.
    """
    path = place_of(name, folder) if isinstance(name, str) else Path(name)
    if path.is_file():
        return path
    if not isinstance(name, str):
        raise SettingsError(tr("There is no prompt file {path}.", path=quoted(path.as_posix())))
    root, names = folder or Path(FOLDER), listed(folder)
    near = nearest(name, names)
    shown = ", ".join(names[:MOST_LISTED]) + (", …" if len(names) > MOST_LISTED else "")
    advice = (
        tr("Did you mean {names}?", names=near) if near else tr("There is {names}.", names=shown)
    )
    if not names:
        advice = tr("%%sophprompt NAME writes one.")
    raise SettingsError(
        tr(
            "There is no prompt {name} in {root}/. {advice}",
            name=quoted(name),
            root=quoted(root.as_posix()),
            advice=quoted(advice),
        )
    )


def refuse_outside(path: Path, root: Path) -> None:
    """Raise `SettingsError` for a path that a link leads out of ``root``."""
    if not path.resolve().is_relative_to(root.resolve()):
        raise SettingsError(
            tr(
                "{path} leads out of {root}/.",
                path=quoted(path.as_posix()),
                root=quoted(root.as_posix()),
            )
        )


def name_of(path: Path, folder: Path | None = None) -> str:
    """The name that `place_of` has made this path of."""
    root = folder or Path(FOLDER)
    inside = path.relative_to(root) if path.is_relative_to(root) else Path(path.name)
    return inside.with_suffix("").as_posix()


def text_of(path: Path) -> str:
    """The text of a file, with plain line ends. Raises `SettingsError`."""
    where = quoted(path.as_posix())
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        # ValueError: a null byte in the name.
        raise file_refused(where, error) from None
    if len(data) > LARGEST:
        raise SettingsError(
            tr(
                "{where} is longer than a prompt file may be, {most:,} bytes.",
                where=where,
                most=LARGEST,
            )
        )
    try:
        return plain_lines(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SettingsError(
            tr("{where}:{line}: it is not UTF-8: save it as UTF-8.", where=where, line=line)
        ) from None


def plain_lines(text: str) -> str:
    """The text with ``\\n`` at the end of lines, and without a byte order mark."""
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def _is_hidden(path: Path) -> bool:
    return any(part.startswith(".") for part in path.parts)
