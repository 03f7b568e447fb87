"""What is looked for in the source is found, and what could not be looked up is refused."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

IMPORT = "from ...language import mark, tr\n"
SAYINGS = runpy.run_path(str(Path(__file__).with_name("sayings.py")))


def test_texts_are_found_in_python() -> None:
    source = IMPORT + 'tr("a", x=1)\nmark("b" " c")\ntr(NAMES[now])\ntr(said)\n'
    assert SAYINGS["in_python"](source) == (["a", "b c"], [])


@pytest.mark.parametrize("call", ['tr(f"{x} files")', 'tr("a" + b)', "mark(text)", "tr(f())"])
def test_a_text_that_is_put_together_is_seen_in_python(call: str) -> None:
    assert SAYINGS["in_python"](f"{IMPORT}{call}\n") == ([], [2])


def test_functions_of_others_with_these_names_say_nothing() -> None:
    assert SAYINGS["in_python"]("from re import mark\nmark(f())\n") == ([], [])


def test_texts_are_found_in_a_script() -> None:
    source = (
        'a(tr("one {n}", { n }), tr(\n  "two \\"\\u00d7\\""));\n// tr(this)\nconst str = str(1);\n'
    )
    assert SAYINGS["in_script"](source) == (["one {n}", 'two "×"'], [])


@pytest.mark.parametrize("call", ["tr(`${n} files`)", "tr(text)", 'tr("a" + b)', "tr('a')"])
def test_a_text_that_is_put_together_is_seen_in_a_script(call: str) -> None:
    assert SAYINGS["in_script"](f"let x;\n{call};\n")[1] == [2]


def test_what_is_put_in_is_found() -> None:
    assert SAYINGS["places"]("{b} of {a:,.1f} by %1, {c!r}") == ["%1", "{a:,.1f}", "{b}", "{c!r}"]
