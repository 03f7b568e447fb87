"""
What a prompt file scored, line by line beside it: ``reviews.scores.jsonl``.

Lines are only added, so that two branches of a repository are easily joined.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...errors import SettingsError
from ...files.saving import save_bytes

if TYPE_CHECKING:
    from .evaluated import Evaluated

ENDING = ".scores.jsonl"
# A file that has grown beyond this is left to the user.
LARGEST = 20_000_000


def note(evaluation: Evaluated) -> None:
    """
    Add the figures of a finished evaluation to the files of its prompts.

    A file that cannot be written is left: the evaluation is whole without it.
    """
    rows = hashlib.sha256("\n".join(evaluation.asked.keys).encode()).hexdigest()
    added: dict[Path, list[dict[str, Any]]] = {}
    for figure in evaluation.figures:
        path = getattr(figure.column.source, "path", None)
        if not isinstance(path, Path) or not path.is_file() or not figure.estimate.n:
            continue
        found = figure.estimate
        line = {
            "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "prompt": figure.column.version,
            "model": figure.column.model,
            "rows": rows,
            "n": found.n,
            "score": figure.score,
            "value": round(found.value, 6),
            "interval": [round(found.low, 6), round(found.high, 6)],
        }
        if evaluation.sandbox:
            line["sandbox"] = True
        added.setdefault(path.with_suffix(ENDING), []).append(line)
    for path, lines in added.items():
        with suppress(SettingsError, OSError):
            _append(path, (json.dumps(line, ensure_ascii=False) for line in lines))


def _append(path: Path, lines: Iterable[str]) -> None:
    before = path.read_bytes() if path.is_file() else b""
    if len(before) > LARGEST:
        return
    if before and not before.endswith(b"\n"):
        before += b"\n"
    save_bytes(before + "".join(f"{line}\n" for line in lines).encode(), path)
