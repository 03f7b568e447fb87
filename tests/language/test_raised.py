"""What is raised, noted or printed for a reader goes through ``tr``."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[2] / "sophnet_jupyter"
# Packages of which all sentences are translated.
WHOLE = ("errors.py", "magics", "providers", "settings", "wire")
# What is told to who runs a program; what a service says, and what goes to a model, is not.
RAISED = {"SettingsError", "UsageError", "SophNetError"}
SAID = {"Notice": "text", "AnswerUnreadable": "what", "FileChanged": "what"}
WORDS = re.compile(r"[A-Za-z]{2,} [a-z]{2,}")


def written(node: ast.expr) -> str:
    """What is written out of a text itself, with nothing for what is put in."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(written(each) for each in values)
        case ast.BinOp(left=left, right=right):
            return written(left) + written(right)
        case ast.IfExp(body=body, orelse=orelse):
            return f"{written(body)}|{written(orelse)}"
    return ""


def untranslated(path: Path) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = getattr(node.func, "id", getattr(node.func, "attr", ""))
        texts = [each.value for each in node.keywords if each.arg == SAID.get(name)]
        if name in RAISED:
            texts += node.args
        for text in texts:
            said = written(text)
            # A line of alternatives is all code.
            if WORDS.search(said) and not (said.startswith("%") and "|" in said):
                yield node.lineno, said


@pytest.mark.parametrize("package", WHOLE)
def test_what_is_raised_noted_or_printed_can_be_said_in_chinese(package: str) -> None:
    root = PACKAGE / package
    found = {
        f"{path.relative_to(PACKAGE).as_posix()}:{line}": text
        for path in (sorted(root.rglob("*.py")) if root.is_dir() else [root])
        for line, text in untranslated(path)
    }
    assert found == {}


def test_a_sentence_in_english_is_seen(tmp_path: Path) -> None:
    path = tmp_path / "x.py"
    path.write_text('raise SettingsError(f"There is no {name}.")\nNotice(text="It is so.")\n')
    assert [line for line, _ in untranslated(path)] == [1, 2]
    path.write_text('raise SettingsError(tr("There is no {name}.", name=name))\n')
    assert list(untranslated(path)) == []
