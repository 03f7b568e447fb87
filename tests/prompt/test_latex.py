from __future__ import annotations

import json
from dataclasses import dataclass

import pytest

from sophnet_jupyter.prompt.forms.shape import ANY_JSON, shape
from sophnet_jupyter.prompt.latex import eaten


@pytest.mark.parametrize(
    "command",
    ["frac{1}{2}", "times 3", "beta", "nu", "rho", "theta_1", "neq 2", "right)", "begin{a}", "tau"],
)
def test_a_command_that_json_has_eaten_is_told(command: str) -> None:
    written = f'{{"steps": [{{"f": "x = \\{command}"}}]}}'
    name = command.rstrip("0123456789_{} a)=").split("{")[0]
    assert f"\\{name}" in eaten(json.loads(written))
    assert ANY_JSON.read_and_note(written)[1]


@pytest.mark.parametrize(
    "text",
    [r"x = \frac{1}{2}", "line\nnext\nunder\nnumber", "a\tb\ttext\tthe", "rows\r\nright here"],
)
def test_lines_and_tabs_are_no_commands(text: str) -> None:
    assert eaten({"f": text}) == ""


def test_the_value_is_read_whatever_was_eaten() -> None:
    @dataclass
    class Sum:
        f: str

    value, note = shape(Sum).read_and_note('{"f": "\\frac{1}{2}"}')
    assert value == Sum("\frac{1}{2}")
    assert note.startswith("\\frac in this JSON was written with one backslash")


def test_the_object_of_a_form_is_found_behind_an_example_of_another() -> None:
    @dataclass
    class Sum:
        f: str

    text = 'Like ```json\n{"value": "a long text that does not fit"}\n``` or [1]: {"f": "x"}'
    assert shape(Sum).read(text) == Sum("x")
