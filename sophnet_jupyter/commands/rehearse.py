"""``sophnet-jupyter rehearse talk.ipynb``: the demo that cannot fail."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from ..errors import SettingsError, file_refused
from ..files.saving import save_bytes
from ..language import mark, tr, width
from ..views.safe.control_characters import plain

SUMMARY = mark("play a notebook once, record its answers, and say what a fallback would show")
PROBE = "from sophnet_jupyter.client.keeping import rehearsed as _r; print(_r.taken())"
BEGIN = "from pathlib import Path as _P\nfrom sophnet_jupyter.client.keeping import tapes as _t\n"
END = "from sophnet_jupyter.client.keeping import tapes as _t; print(_t.end())"
# Of a line's figures: cell, seconds, calls, tokens, cost.
WIDTHS = (4, 6, 5, 7, 10)
# Seconds that a cell may take.
LONGEST = 3600


def declare(commands: Any) -> None:
    """Declare the command and its options."""
    add = commands.add_parser("rehearse", help=tr(SUMMARY), description=tr(SUMMARY)).add_argument
    add("notebook", type=Path, metavar="NOTEBOOK", help=tr("the .ipynb file; it is left as it is"))
    add(
        "-o",
        "--output",
        type=Path,
        metavar="FILE",
        help=tr("the cassette; NOTEBOOK.jsonl if unset"),
    )


def run(options: argparse.Namespace) -> int:
    """
    Play it, and print a line for each cell with its seconds, cost, size and sound.

    Returns 1 where a cell fails: what came before it is recorded. Raises `SettingsError`.
    """
    try:
        import nbformat
        from nbclient import NotebookClient
        from nbclient.exceptions import CellExecutionError
    except ImportError:
        raise SettingsError(tr("rehearse runs notebooks: pip install nbclient.")) from None
    source: Path = options.notebook
    try:
        book: Any = nbformat.read(source, as_version=4)  # type: ignore[no-untyped-call]
    except OSError as error:
        raise file_refused(source, error) from None
    except ValueError:
        raise SettingsError(
            tr("{path} is no notebook of format 4 (.ipynb).", path=source)
        ) from None
    target = (options.output or source.with_suffix(".jsonl")).resolve()
    fresh = target.with_name(f".{target.stem}.rehearsed{target.suffix}")
    fresh.unlink(missing_ok=True)
    played = _probed(nbformat, book, fresh)
    client = NotebookClient(
        played, timeout=LONGEST, record_timing=True, resources={"metadata": {"path": source.parent}}
    )
    heads = (tr("cell"), tr("s"), tr("calls"), tr("tokens"), tr("cost"))
    print(*_columns(*heads), tr("what a fallback shows"), sep="  ")
    failed = ""
    try:
        client.execute()
    except CellExecutionError as error:
        failed = f"{error.ename}: {error.evalue}"
    for line in _lines(played):
        print(plain(line))
    if failed:
        fresh.unlink(missing_ok=True)
        said = tr(
            "A cell has failed, so that {path} is as it was: {error}", path=target, error=failed
        )
        print(plain(said), file=sys.stderr)
        return 1
    if not fresh.exists():
        print(tr("Nothing was asked, so that there is nothing to fall back on."))
        return 0
    _move(fresh, target)
    print(tr("{name}: %sophnet cassette fallback {name} uses it.", name=target.name))
    return 0


def _probed(nbformat: Any, book: Any, cassette: Path) -> Any:
    """The notebook, recorded, with a question for what came behind each cell of code."""
    made = nbformat.v4.new_notebook(metadata=book.metadata)
    begin = f"{BEGIN}_t.use(_P({str(cassette)!r}), 'record')"
    made.cells.append(nbformat.v4.new_code_cell(begin))
    for cell in book.cells:
        if cell.cell_type != "code":
            continue
        made.cells += [cell, nbformat.v4.new_code_cell(PROBE)]
    made.cells.append(nbformat.v4.new_code_cell(END))
    return made


def _lines(book: Any) -> list[str]:
    pairs = zip(book.cells[1::2], book.cells[2::2], strict=False)
    found = []
    for number, (cell, probe) in enumerate(pairs, 1):
        if not cell.get("execution_count"):
            break
        calls = _calls(probe)
        tokens = sum(call["tokens"] or 0 for call in calls)
        costs = [call["cost"] for call in calls]
        # A cost that nobody knows is no cost of nothing.
        cost = "–" if calls and not all(costs) else " + ".join(costs)
        size = sum(call["size"] for call in calls)
        sound = sum(call["sound"] for call in calls)
        beside = [tr("{size} of media", size=_said(size))] if size else []
        beside += [tr("{size} of sound", size=_said(sound))] if sound else []
        shows = [call["shows"] or f"[{call['resource']}]" for call in calls]
        said = " | ".join([*(shows or [tr("nothing asked")]), *beside])
        figures = _columns(
            str(number), f"{_seconds(cell):.1f}", str(len(calls)), f"{tokens:,}", cost
        )
        found.append("  ".join([*figures, said[:160]]))
    return found


def _columns(*texts: str) -> list[str]:
    """Texts at the right edges of their columns; a Chinese letter takes two."""
    sizes = zip(texts, WIDTHS, strict=True)
    return [" " * (columns - width(text)) + text for text, columns in sizes]


def _calls(probe: Mapping[str, Any]) -> list[dict[str, Any]]:
    text = "".join(out.get("text", "") for out in probe.get("outputs", ()))
    try:
        calls: list[dict[str, Any]] = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return calls


def _seconds(cell: Mapping[str, Any]) -> float:
    times = cell.get("metadata", {}).get("execution", {})
    try:
        begin, end = (
            datetime.fromisoformat(times[name])
            for name in ("iopub.execute_input", "iopub.status.idle")
        )
    except (KeyError, ValueError):
        return 0.0
    return (end - begin).total_seconds()


def _move(fresh: Path, target: Path) -> None:
    """Put the new cassette, with its media, in the place of the one before."""
    media, old = (path.with_name(path.name + ".media") for path in (fresh, target))
    if media.is_dir():
        old.mkdir(exist_ok=True)
        for file in media.iterdir():
            save_bytes(file.read_bytes(), old / file.name)
            file.unlink()
        media.rmdir()
    save_bytes(fresh.read_bytes(), target)
    fresh.unlink()


def _said(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1e5 else f"{size:,} B"
