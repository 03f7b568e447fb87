"""
Make one ES module of several files.

anywidget hands the browser a single module that knows no folder to import from. So the files a
panel imports are put in front of it, here, each time one is made: an edited file is seen by the
next panel, and nothing has to be built.
"""

from __future__ import annotations

import json
import posixpath
import re
from pathlib import Path

FOLDER = Path(__file__).parents[1]
_IMPORT = re.compile(
    r'^import (?:(?P<name>\w+)|\{[^}]*\}) from "(?P<file>\.\.?/[\w./]+)(?P<text>\?text)?";\n',
    re.M,
)
_STYLE_IMPORT = re.compile(r'^@import "(?P<file>\.\.?/[\w./]+)";\n+', re.M)
_EXPORT = re.compile(r"^export (?=async |function |const |class )", re.M)


def inlined(file: str) -> str:
    """
    The module in ``file``, a path below `FOLDER`, with all it imports in front of it.

    Understands ``import { a, b } from "../folder/file.js";``, and ``import source from
    "./file.js?text";`` for a file that is wanted as text, such as an audio worklet. Names are
    shared by all files of a module: the browser refuses one that is declared twice.
    """
    texts: dict[str, str] = {}
    _collect(file, texts)
    return "\n".join(texts.values())


def style(file: str) -> str:
    """
    The style of all panels, and then the one in ``file``, behind those it imports.

    Understands ``@import "./file.css";``. A page has the styles of all its panels at once, in
    whatever order they came: so each sheet but the first holds rules of its own panels only, one
    class stronger than the first.
    """
    texts: dict[str, str] = {}
    for name in ("panel/panel.css", file):
        _collect_styles(name, texts)
    return "\n".join(texts.values())


def _collect(file: str, texts: dict[str, str]) -> None:
    if file in texts:
        return
    source = (FOLDER / file).read_text(encoding="utf-8")
    for found in _IMPORT.finditer(source):
        imported = _beside(file, found["file"])
        if found["text"]:
            texts[imported] = _as_text(found["name"], imported)
        else:
            _collect(imported, texts)
    texts[file] = _EXPORT.sub("", _IMPORT.sub("", source))


def _collect_styles(file: str, texts: dict[str, str]) -> None:
    if file in texts:
        return
    source = (FOLDER / file).read_text(encoding="utf-8")
    for found in _STYLE_IMPORT.finditer(source):
        _collect_styles(_beside(file, found["file"]), texts)
    texts[file] = _STYLE_IMPORT.sub("", source)


def _beside(file: str, imported: str) -> str:
    """The path below `FOLDER` of what ``file`` imports by a path from its own folder."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(file), imported))


def _as_text(name: str, file: str) -> str:
    source = (FOLDER / file).read_text(encoding="utf-8")
    return f"const {name} = {json.dumps(source)};\n"
