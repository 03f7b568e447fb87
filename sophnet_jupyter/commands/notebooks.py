"""The folder of the demo: its notebooks, kept up to date where nobody has worked on them."""

from __future__ import annotations

import datetime
import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path

from ..errors import why
from ..files.saving import save_bytes
from ..language import tr
from .jupyterlab import DemoFailed

FOLDER = "sophnet-quickstart"
# What was put there, as SHA-256 by name: what still has it was not worked on.
PUT = ".sophnet-notebooks.json"


def put_notebooks(wanted: Path | None = None, *, reset: bool = False) -> tuple[Path, str]:
    """
    Put the notebooks into a folder to work in; returns it, and a sentence on what was done.

    It is ``sophnet-quickstart`` in the current folder, or at home where that is read-only. A file
    that was changed there is kept; with ``reset`` it is put aside, into a folder named by the time.
    Blocking. Raises `DemoFailed` where the folder cannot be written.
    """
    base = Path.cwd() if os.access(Path.cwd(), os.W_OK) else Path.home()
    target = (wanted or base / FOLDER).expanduser().resolve()
    source = shipped()
    if target == source:
        return target, tr(
            "These are the notebooks of the checkout itself: {folder}.", folder=target
        )
    try:
        return target, _put(source, target, reset)
    except OSError as error:
        raise DemoFailed(
            tr(
                "The notebooks cannot be put into {folder}: {why}. "
                "Name another folder with --notebook-dir.",
                folder=target,
                why=why(error),
            )
        ) from None


def shipped() -> Path:
    """Where the notebooks are that came with this package: in a checkout, or in the wheel."""
    package = Path(__file__).parents[1]
    checkout = package.parent
    return (checkout if (checkout / "pyproject.toml").is_file() else package) / "notebooks"


def _put(source: Path, target: Path, reset: bool) -> str:
    target.mkdir(parents=True, exist_ok=True)
    before = _read(target / PUT)
    aside = target / f"before-{datetime.datetime.now():%Y-%m-%d-%H%M%S}"
    put: dict[str, str] = {}
    kept: list[str] = []
    moved = 0
    for path in _files(source):
        name = path.relative_to(source).as_posix()
        file, data = target / name, path.read_bytes()
        put[name] = _hash(data)
        old = _hash(file.read_bytes()) if file.exists() else None
        if old == put[name]:
            continue
        if old is not None and old != before.get(name):
            if not reset:
                if before.get(name) not in (None, put[name]):
                    kept.append(name)
                # Known as what it began as, so that it counts as changed the next time too.
                put[name] = before.get(name, put[name])
                continue
            (aside / name).parent.mkdir(parents=True, exist_ok=True)
            file.replace(aside / name)
            moved += 1
        file.parent.mkdir(parents=True, exist_ok=True)
        save_bytes(data, file)
    save_bytes(json.dumps(put, indent=1, sort_keys=True).encode(), target / PUT)
    if moved:
        return tr(
            "The notebooks in {folder} are fresh; {moved} that you changed are in {aside}.",
            folder=target,
            moved=moved,
            aside=aside.name,
        )
    if kept:
        return tr(
            "The notebooks are in {folder}. There are newer ones of {names}, which you "
            "changed: --reset brings them, and puts yours aside.",
            folder=target,
            names=", ".join(kept),
        )
    return tr("The notebooks are in {folder}.", folder=target)


def _files(source: Path) -> Iterator[Path]:
    for path in sorted(source.rglob("*")):
        parts = path.relative_to(source).parts
        if path.is_file() and not any(part.startswith((".", "__")) for part in parts):
            yield path


def _read(path: Path) -> dict[str, str]:
    """What an earlier start wrote down; nothing where it is not there or cannot be read."""
    try:
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
