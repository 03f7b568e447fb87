from __future__ import annotations

import re
from pathlib import Path

import pytest

from sophnet_jupyter.files.lines import lines
from sophnet_jupyter.providers.sophnet.messages import MessageReader
from sophnet_jupyter.providers.sophnet.speech.result import sentences
from sophnet_jupyter.values.markdown import outline, table_rows
from sophnet_jupyter.views.answer.report import step

ROOT = Path(__file__).parent.parent.parent / "sophnet_jupyter"
INSIDE = ["\u2028", "\u2029", "\x85", "\v", "\f", "\x1c", "\x1d", "\x1e"]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_where_those_of_the_wire_do(end: str) -> None:
    assert lines(f"a{end}{end}b{end}") == ["a", "", "b"]
    assert lines(f"a{end}{end}b", ends=True) == [f"a{end}", end, "b"]
    assert lines("") == lines("", ends=True) == []


@pytest.mark.parametrize("inside", INSIDE)
def test_no_other_mark_ends_a_line(inside: str) -> None:
    assert lines(f"a{inside}b") == [f"a{inside}b"]
    assert [one.text for one in sentences(f"[0:1.0,0:2.0,0] one{inside}two")] == [f"one{inside}two"]
    message = f'data: {{"a": "one{inside}two"}}\n\ndata: {{"a": 2}}'
    assert MessageReader().feed(message) == [{"a": f"one{inside}two"}, {"a": 2}]
    assert [one.line for one in outline(f"one{inside}two\n# Head")] == [2]
    assert len(table_rows(f"|a|b|\n|-|-|\n|one{inside}two|2|\n|3|4|")[0]) == 3


@pytest.mark.parametrize("inside", ["\u2028", "\u2029"])
def test_a_step_of_an_analysis_is_its_last_line(inside: str) -> None:
    assert "one two" in step(f"before\none{inside}two")


def test_nothing_else_cuts_text_into_lines() -> None:
    cuts = re.compile(r"\.splitlines\(|iter_lines\(")
    found = [path for path in sorted(ROOT.rglob("*.py")) if cuts.search(path.read_text("utf-8"))]
    assert [path.relative_to(ROOT).as_posix() for path in found] == []
