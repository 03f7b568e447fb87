"""What ``--schema NAME`` means on the command line: a JSON schema, or a class of a module."""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path
from typing import Any

from ..errors import SettingsError, file_refused


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
        f"--schema {name}: there is no {files[0]}. It is a JSON schema in a file, or a class as "
        "module:Class."
    )


def _read(path: Path) -> Any:
    try:
        found = json.loads(path.read_bytes())
    except OSError as error:
        raise file_refused(path, error) from None
    except (ValueError, RecursionError):
        raise SettingsError(f"--schema: {path} is no JSON.") from None
    if not isinstance(found, dict):
        raise SettingsError(f"--schema: {path} is no JSON schema, which is an object.")
    return found


def named(name: str, *, option: str) -> Any:
    """What ``module:name`` is. Raises `SettingsError`."""
    module, _, kind = name.partition(":")
    # A file of the current folder, as it would be for `python -m`.
    sys.path.insert(0, "")
    try:
        return getattr(importlib.import_module(module), kind)
    except (ImportError, AttributeError, ValueError) as error:
        raise SettingsError(f"{option} {name}: {error}.") from None
    finally:
        sys.path.remove("")
