"""What ``--schema NAME`` means on the command line: a JSON schema, or a class of a module."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

from ..errors import SettingsError, file_refused
from ..language import tr


def schema_of(name: str, *, beside: Path) -> Any:
    """
    The schema of that name: ``NAME.json`` in the folder ``beside`` or in the current one, the path
    of such a file, or a class as ``module:Class``. Raises `SettingsError`.
    """
    _, colon, kind = name.partition(":")
    if colon and kind.isidentifier():
        return named(name, option="--schema")
    files = [Path(name)] if name.endswith(".json") else [beside / f"{name}.json"]
    files += [] if name.endswith(".json") else [Path(f"{name}.json")]
    for path in files:
        if path.is_file():
            return _read(path)
    raise SettingsError(
        tr(
            "--schema {name}: there is no {path}. It is a JSON schema in a file, or a class as "
            "module:Class.",
            name=name,
            path=files[0],
        )
    )


def _read(path: Path) -> Any:
    try:
        found = json.loads(path.read_bytes())
    except OSError as error:
        raise file_refused(path, error) from None
    except (ValueError, RecursionError):
        raise SettingsError(tr("--schema: {path} is no JSON.", path=path)) from None
    if not isinstance(found, dict):
        raise SettingsError(
            tr("--schema: {path} is no JSON schema, which is an object.", path=path)
        )
    return found


def named(name: str, *, option: str) -> Any:
    """What ``module:name`` is. Raises `SettingsError`."""
    module, _, kind = name.partition(":")
    # A file of the current folder, as it would be for `python -m`.
    sys.path.insert(0, "")
    try:
        return getattr(importlib.import_module(module), kind)
    except (ImportError, AttributeError, ValueError) as error:
        raise SettingsError(
            tr("{option} {name}: {error}.", option=option, name=name, error=error)
        ) from None
    finally:
        sys.path.remove("")
