"""Reads a catalogue of gettext, as text: the ``.po`` that translators edit is what is installed."""

from __future__ import annotations

import ast
import re
from pathlib import Path

_LINE = re.compile(r'(?:(msgctxt|msgid|msgstr)\s+)?(".*")\s*')


def read(path: Path) -> dict[str, str]:
    """
    The translations by what is translated; the head of the file by an empty text.

    As in gettext, a context stands before its text with ``\\x04`` between them. What has no
    translation yet, or an uncertain one (``fuzzy``), is left out. Plural forms are not known here:
    a sentence for one and a sentence for many are two entries. Raises `ValueError` for any other
    line, and for an entry that stands there twice.
    """
    found: dict[str, str] = {}
    for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8")):
        parts = {"msgctxt": "", "msgid": "", "msgstr": ""}
        part, fuzzy = "", False
        for line in block.split("\n"):
            if not line.strip() or line.startswith("#"):
                fuzzy = fuzzy or (line.startswith("#,") and "fuzzy" in line)
                continue
            match = _LINE.fullmatch(line)
            part = (match and match[1]) or part
            if match is None or not part:
                raise ValueError(f"{path.name} has a line that is none of gettext: {line:.60}")
            parts[part] += ast.literal_eval(match[2])
        if not part:
            continue
        key = f"{parts['msgctxt']}\x04{parts['msgid']}" if parts["msgctxt"] else parts["msgid"]
        if key in found:
            raise ValueError(f"{path.name} has this twice: {key:.60}")
        if parts["msgstr"] and not fuzzy:
            found[key] = parts["msgstr"]
    return found
