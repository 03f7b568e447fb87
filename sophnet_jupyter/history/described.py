"""What a call was given, as JSON: files and pictures by the hash of what is in them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence, Set
from dataclasses import is_dataclass
from pathlib import Path
from typing import Any

# Bytes of a file up to which its content counts; of a larger one name and size do.
HASHED = 64 * 1024 * 1024
# Characters of a text that may be the name of a file.
LONGEST_NAME = 300
DEEPEST = 40


def described(value: object, depth: int = 0) -> Any:
    """
    A value of a caller's as JSON has it, the same for equal values wherever they are.

    Blocking where it holds files: they are read. Text is text, also where it names a file.
    """
    if depth > DEEPEST:
        return str(type(value).__name__)
    match value:
        case None | bool() | int() | float() | str():
            return value
        case bytes() | bytearray() | memoryview():
            return {"sha256": hashlib.sha256(value).hexdigest()}
        case os.PathLike():
            return _file(Path(value))
        case Mapping():
            return {str(name): described(each, depth + 1) for name, each in value.items()}
        case Sequence() | Set():
            return [described(each, depth + 1) for each in value]
    return _object(value, depth)


def _file(path: Path) -> dict[str, Any]:
    try:
        size = path.stat().st_size
        if size > HASHED:
            return {"file": path.name, "size": size}
        return {"sha256": hashlib.sha256(path.read_bytes()).hexdigest()}
    except OSError:
        return {"file": path.name}


def _object(value: Any, depth: int) -> Any:
    for said in ("audio", "text"):
        # An answer stands for its sound, or for its words.
        part = getattr(value, said, None)
        if isinstance(part, bytes | str) and part and hasattr(value, "ending"):
            return described(part, depth + 1)
    if callable(to_bytes := getattr(value, "tobytes", None)):
        shape = [*getattr(value, "shape", getattr(value, "size", ()))]
        kind = str(getattr(value, "dtype", getattr(value, "mode", "")))
        return {"sha256": hashlib.sha256(to_bytes()).hexdigest(), "shape": shape, "kind": kind}
    if callable(to_list := getattr(value, "tolist", getattr(value, "to_list", None))):
        return described(to_list(), depth + 1)
    if callable(dump := getattr(value, "model_dump", None)):
        return described(dump(), depth + 1)
    if is_dataclass(value) and not isinstance(value, type):
        return described(vars(value) if hasattr(value, "__dict__") else str(value), depth + 1)
    if name := getattr(value, "name", None):
        # An open file.
        return {"file": os.path.basename(str(name))}  # noqa: PTH119 - it need be no path
    return str(value)[:LONGEST_NAME]
