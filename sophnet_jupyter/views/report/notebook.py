"""A whole notebook as one page for people without Python: outputs and words, code folded."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any

from ...files.kinds import HEAD, sniff
from ...language import tr
from ..safe.cleaned import cleaned
from ..safe.control_characters import plain
from ..safe.look import BAD, LINE, SMALL, WRAP, fold
from ..safe.markdown import code_block, render
from ..safe.maths import inert
from .page import document

# Bytes of one file beside the notebook that is put into the page.
LARGEST = 30_000_000
_PICTURES = ("image/png", "image/jpeg", "image/gif", "image/webp")
_TEXT = f"white-space:pre-wrap;{WRAP};margin:4px 0"
_OUTPUT = "border-left:2px solid rgba(128,128,128,.3);margin:8px 0;padding:0 0 0 12px"
_HEADING = re.compile(r"^#{1,3}\s+(.+)$", re.MULTILINE)
# Of outputs that were made in any language.
_SANDBOX = re.compile(r">(?:sandbox|沙盒)(?:[:：] ?[^<]*)?</span>|\bSANDBOX answers")


def notebook_page(book: Mapping[str, Any], name: str, folder: Path) -> str:
    """
    The page of a notebook of format 4. Files that its outputs link are read from ``folder``.

    Raises `ValueError` for what is no such notebook.
    """
    cells = book.get("cells")
    if book.get("nbformat") != 4 or not isinstance(cells, list):
        raise ValueError(tr("it is no notebook of format 4"))
    beside = _Beside(folder)
    drawn = [_cell(cell, beside) for cell in cells if isinstance(cell, Mapping)]
    said = ""
    if any(_SANDBOX.search(part) for part in drawn):
        told = tr("Some answers are the sandbox's: scripted, they say nothing about models.")
        said = f'<div class="verdict"><p>{told}</p></div>'
    return document(_title(cells, name), said + "\n".join(filter(None, drawn)))


def _title(cells: Sequence[Any], name: str) -> str:
    for cell in cells:
        if not isinstance(cell, Mapping) or cell.get("cell_type") != "markdown":
            continue
        if found := _HEADING.search(_joined(cell.get("source"))):
            return found[1]
    return name


def _cell(cell: Mapping[str, Any], beside: _Beside) -> str:
    source = _joined(cell.get("source"))
    match cell.get("cell_type"):
        case "markdown":
            return render(source)
        case "code":
            found = "".join(_outputs(cell.get("outputs") or [], beside))
            code = fold(tr("code"), code_block(plain(source), "python")) if source.strip() else ""
            return code + (f'<div style="{_OUTPUT}">{found}</div>' if found else "")
        case "raw" if source.strip():
            return f'<pre style="{_TEXT}">\n{escape(plain(source), quote=False)}</pre>'
    return ""


def _outputs(outputs: Sequence[Any], beside: _Beside) -> Iterator[str]:
    for output in outputs:
        if not isinstance(output, Mapping):
            continue
        match output.get("output_type"):
            case "stream":
                yield _words(_joined(output.get("text")))
            case "error":
                said = f"{output.get('ename', '')}: {output.get('evalue', '')}"
                yield f'<div style="color:{BAD};{WRAP}">✕ {inert(plain(said))}</div>'
            case "display_data" | "execute_result" | "update_display_data":
                data = output.get("data")
                yield _bundle(data if isinstance(data, Mapping) else {}, beside)


def _bundle(data: Mapping[str, Any], beside: _Beside) -> str:
    """The richest form of an output that a page without scripts can show."""
    if html := _joined(data.get("text/html")).strip():
        return cleaned(html, beside.embedded)
    for mime in _PICTURES:
        if found := "".join(_joined(data.get(mime)).split()):
            return f'<img alt="" src="data:{mime};base64,{escape(found)}">'
    if svg := _joined(data.get("image/svg+xml")):
        # As a picture: a script in it does not run.
        found = base64.b64encode(svg.encode("utf-8", "replace")).decode()
        return f'<img alt="" src="data:image/svg+xml;base64,{found}">'
    if words := _joined(data.get("text/markdown")) or _joined(data.get("text/latex")):
        return render(words)
    if any("widget-view" in mime for mime in data):
        # A panel leaves its still form in an output of its own.
        return ""
    return _words(_joined(data.get("text/plain")))


def _words(text: str) -> str:
    said = escape(plain(text), quote=False)
    return (
        f'<pre style="{_TEXT};{SMALL};border:{LINE};padding:4px 8px">\n{said}</pre>'
        if text.strip()
        else ""
    )


def _joined(source: Any) -> str:
    if isinstance(source, list):
        return "".join(part for part in source if isinstance(part, str))
    return source if isinstance(source, str) else ""


class _Beside:
    """The files beside a notebook, and none elsewhere."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.resolve()

    def embedded(self, address: str) -> str:
        """A file of pictures, sound or video as a ``data:`` address; empty for any other."""
        from urllib.parse import unquote

        try:
            path = (self._folder / unquote(address)).resolve()
            if not path.is_relative_to(self._folder) or path.stat().st_size > LARGEST:
                return ""
            data = path.read_bytes()
        except (OSError, ValueError):
            return ""
        media = sniff(data[:HEAD])
        if media is None or media.kind not in ("image", "audio", "video"):
            return ""
        return f"data:{media.mime};base64,{base64.b64encode(data).decode()}"
