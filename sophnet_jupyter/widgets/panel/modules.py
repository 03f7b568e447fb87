"""
Bundle several files into one ES module.

anywidget hands the browser a single module that knows no folder to import from. So the files a
panel imports are put in front of it, here, each time one is made: an edited file is seen by the
next panel, and nothing has to be built.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from .slim import slim

FOLDER = Path(__file__).parents[1]
_IMPORT = re.compile(
    r"^import (?:(?P<name>\w+)|(?P<names>\{[^}]*\})) "
    r'from "(?P<file>\.\.?/[\w./]+)(?P<text>\?text)?";$',
    re.M,
)
_NAMED_EXPORT = re.compile(r"^export (?=(?:async function|function|const|class) (\w+))", re.M)
_DEFAULT_EXPORT = re.compile(r"^export default ", re.M)
_NOT_UNDERSTOOD = re.compile(r"^(?:import(?!\()|export)\b.*", re.M)
# What is translated, written out; in a string of JavaScript that is one of JSON as well.
_TRANSLATED = re.compile(r'\btr\(\s*("(?:[^"\\\n]|\\.)*")')
WORDS, LANGUAGES = "page/words.js", "panel/languages.js"
_STYLE_IMPORT = re.compile(r'^@import "(?P<file>\.\.?/[\w./]+)";\n+', re.M)


class _Script(NamedTuple):
    """A file as an expression whose value is an object of what it exports."""

    text: str
    exports: list[str]


def inlined(file: str, words: Mapping[str, str] | None = None) -> str:
    """
    The module in ``file``, a path below `FOLDER`, bundled with all its imports.

    Understands ``import { a, b } from "../folder/file.js";``, and ``import source from
    "./file.js?text";`` for a file that is wanted as text, such as an audio worklet. Each file is a
    function of its own, so that it shares no name but those it exports, and comments are left out.
    It speaks English, or with ``words`` another language: those of its texts that stand there.
    Raises `ValueError` for files that import each other in a circle, for a name that is not
    exported, and for any other form of import and export.
    """
    scripts: dict[str, _Script] = {}
    _collect(file, scripts, ())
    lines = []
    if words:
        said = {text: words[text] for text in _used(scripts) if text in words}
        lines.append(f"const $words = {json.dumps(said, ensure_ascii=False)};")
    lines += _run(scripts, "$words" if words else "")
    exports = scripts[file].exports
    if named := ", ".join(name for name in exports if name != "default"):
        lines.append(f"export const {{ {named} }} = {_place(file)};")
    if "default" in exports:
        lines.append(f"export default {_place(file)}.default;")
    return "\n".join(lines) + "\n"


def spoken(file: str, words: Mapping[str, Mapping[str, str]]) -> str:
    """
    The module of a panel that speaks several languages.

    ``words`` are the translations of each language but English; the module has those that its
    files use. The files are run once for each language that is asked for, so that what they say
    may be looked up as they are run. Raises `ValueError` as `inlined` does.
    """
    scripts: dict[str, _Script] = {}
    _collect(LANGUAGES, scripts, ())
    chooser = _run(scripts)
    scripts = {}
    _collect(file, scripts, ())
    used = _used(scripts)
    table = {
        language: {text: said[text] for text in used if text in said}
        for language, said in words.items()
    }
    return "\n".join(
        (
            f"const $words = {json.dumps(table, ensure_ascii=False)};",
            "const $open = ($said) => {",
            *_run(scripts, "$said"),
            f"return {_place(file)}.default;\n}};",
            *chooser,
            f"export default {_place(LANGUAGES)}.inLanguages($open, $words);\n",
        )
    )


def _used(scripts: Mapping[str, _Script]) -> list[str]:
    """The texts that these files have translated, in English."""
    return sorted({text for script in scripts.values() for text in translated(script.text)})


def translated(source: str) -> list[str]:
    """The texts that a script has translated, in English."""
    return [json.loads(text) for text in _TRANSLATED.findall(source)]


def style(file: str) -> str:
    """
    The style sheet of all panels, then ``file``, each after those it imports.

    Understands ``@import "./file.css";``. A page has the styles of all its panels at once, in
    whatever order they came: so each sheet but the first holds rules of its own panels only, one
    class stronger than the first.
    """
    texts: dict[str, str] = {}
    for name in ("panel/panel.css", file):
        _collect_styles(name, texts, ())
    return "\n".join(texts.values())


def _run(scripts: dict[str, _Script], table: str = "") -> list[str]:
    """The files, each run once; ``table`` names the variable with their words, if any."""
    lines = ["const $files = {};"]
    for name, script in scripts.items():
        lines.append(f"{_place(name)} = {script.text};")
        if name == WORDS and table:
            lines.append(f"{_place(name)}.useWords((text) => {table}[text] ?? text);")
    return lines


def _collect(file: str, scripts: dict[str, _Script], importers: tuple[str, ...]) -> None:
    if file in scripts:
        return
    importers = _followed(file, importers)
    source = (FOLDER / file).read_text(encoding="utf-8")
    for found in _IMPORT.finditer(source):
        if not found["text"]:
            _collect(_beside(file, found["file"]), scripts, importers)
    scripts[file] = _script(file, source, scripts)


def _script(file: str, source: str, scripts: dict[str, _Script]) -> _Script:
    """The ``source`` of ``file``, whose imports are all in ``scripts``."""

    def take(found: re.Match[str]) -> str:
        imported = _beside(file, found["file"])
        if found["text"] and found["name"]:
            text = (FOLDER / imported).read_text(encoding="utf-8")
            return f"const {found['name']} = {json.dumps(text)};"
        if found["text"] or found["name"]:
            return found[0]
        for name in re.findall(r"(\w+)(?: as \w+)?", found["names"]):
            if name not in scripts[imported].exports:
                raise ValueError(f"{file} imports {name}, which {imported} does not export.")
        return f"const {found['names'].replace(' as ', ': ')} = {_place(imported)};"

    exports = _NAMED_EXPORT.findall(source)
    lines = _NAMED_EXPORT.sub("", _IMPORT.sub(take, source))
    handed = list(exports)
    if _DEFAULT_EXPORT.search(lines):
        lines = _DEFAULT_EXPORT.sub("const $default = ", lines)
        exports.append("default")
        handed.append("default: $default")
    if strange := _NOT_UNDERSTOOD.search(lines):
        raise ValueError(f"{file}: modules.py does not understand {strange[0]!r}.")
    end = f"return {{ {', '.join(handed)} }};"
    return _Script(f"(() => {{\n{slim(lines)}\n{end}\n}})()", exports)


def _collect_styles(file: str, texts: dict[str, str], importers: tuple[str, ...]) -> None:
    if file in texts:
        return
    importers = _followed(file, importers)
    source = (FOLDER / file).read_text(encoding="utf-8")
    for found in _STYLE_IMPORT.finditer(source):
        _collect_styles(_beside(file, found["file"]), texts, importers)
    texts[file] = _STYLE_IMPORT.sub("", source)


def _followed(file: str, importers: tuple[str, ...]) -> tuple[str, ...]:
    """The files on the import path to this one, and this one."""
    if file in importers:
        circle = [*importers[importers.index(file) :], file]
        raise ValueError(f"Files import each other in a circle: {' → '.join(circle)}.")
    return (*importers, file)


def _place(file: str) -> str:
    """The variable that holds an export of a file."""
    return f"$files[{json.dumps(file)}]"


def _beside(file: str, imported: str) -> str:
    """The path below `FOLDER` of an import, which is relative to ``file``."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(file), imported))
