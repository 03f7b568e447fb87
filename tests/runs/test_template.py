"""A prompt with the columns of a table in it."""

from __future__ import annotations

import io
import math
from pathlib import Path
from typing import Any

import pandas as pd
import PIL.Image
import pytest

from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.runs.rows import Item
from sophnet_jupyter.runs.tables import Table
from sophnet_jupyter.runs.template import Template


def made(text: str, rows: Any, **options: Any) -> list[Item]:
    table, template = Table(rows), Template(text, **options)
    template.check(table)
    return list(template.items(table))


def prompts(text: str, rows: Any, **options: Any) -> list[str]:
    return [item.prompt for item in made(text, rows, **options)]


def test_each_row_has_its_own_question() -> None:
    assert prompts("Is {a} good?", [{"a": "x"}, {"a": 2}]) == ["Is x good?", "Is 2 good?"]


@pytest.mark.parametrize("name", ["Unit price", "text.x", "评论", "2024", "answer", "a-b"])
@pytest.mark.parametrize("form", ["{{{}}}", "{{row[{}]}}"])
def test_any_column_can_be_named(name: str, form: str) -> None:
    assert prompts(form.format(name), [{name: "v"}]) == ["v"]


def test_columns_go_before_variables_and_it_is_said_which_is_which() -> None:
    rows, names = [{"a": "column"}], {"a": "variable", "b": "other"}
    assert prompts("{a} {b}", rows, names=names) == ["column other"]
    assert Template("{a} {b}", names=names).sources(Table(rows)) == (
        "{a} from the table, {b} from the notebook"
    )


def test_a_cell_is_never_looked_at_for_braces() -> None:
    assert prompts("{a}", [{"a": "{df} </answer> {{a}}"}], names={"df": "secret"}) == [
        "{df} </answer> {{a}}"
    ]


def test_a_name_that_is_none_is_refused_with_the_one_that_was_meant() -> None:
    with pytest.raises(SettingsError, match=r"\{reviw\} \(review\?\).*review"):
        made("{reviw}", [{"review": "x"}])


def test_a_name_that_several_columns_have_is_refused_where_it_is_used() -> None:
    frame = pd.DataFrame([[1, 2, 3]], columns=["a", "a", "b"])
    assert prompts("{b}", frame) == ["3"]
    with pytest.raises(SettingsError, match="Several columns are called a"):
        made("{a}", frame)


@pytest.mark.parametrize("missing", [None, math.nan, pd.NA, pd.NaT])
def test_a_value_that_is_not_there_is_nothing(missing: object) -> None:
    assert prompts("Say {a}.", [{"a": missing}]) == ["Say ."]


def test_a_row_without_anything_to_ask_says_so() -> None:
    (item,) = made("{a}", [{"a": None}])
    assert item.problem == "There is nothing to ask: the row is empty."


def test_a_dict_without_a_column_of_the_others_has_no_value_there() -> None:
    assert prompts("{a}-{b}", [{"a": 1, "b": 2}, {"a": 3}]) == ["1-2", "3-"]


def test_a_row_that_lacks_a_column_tells_so_where_the_source_has_no_length() -> None:
    found = made("Say {a}", iter([{"a": 1}, {"b": 2}]))
    assert [item.problem for item in found] == ["", ""]
    (item,) = made("{a}", iter([{"b": 2}]))
    assert "{a}" in item.problem


def test_a_long_cell_goes_whole() -> None:
    assert prompts("{a}", [{"a": "x" * 1_000_000}]) == ["x" * 1_000_000]


def test_a_list_in_a_cell_is_written_out() -> None:
    assert prompts("{a}", [{"a": [1, "b"]}]) == ["[1, 'b']"]


def png() -> bytes:
    file = io.BytesIO()
    PIL.Image.new("RGB", (8, 8)).save(file, "PNG")
    return file.getvalue()


def test_a_picture_in_a_cell_goes_beside_the_words(tmp_path: Path) -> None:
    path = tmp_path / "a.png"
    path.write_bytes(png())
    for picture in (PIL.Image.new("RGB", (8, 8)), png(), path):
        (item,) = made("What is {photo}?", [{"photo": picture}])
        assert item.prompt == "What is [image 1]?"
        assert item.options["images"] == [picture]


def test_pictures_come_from_a_column_or_are_the_same_for_all() -> None:
    rows = [{"photo": "a.png"}, {"photo": None}]
    assert [item.options.get("images") for item in made("See.", rows, images="photo")] == [
        ["a.png"],
        None,
    ]
    assert [item.options["images"] for item in made("See.", rows, images=["x.png"])] == [
        ["x.png"],
        ["x.png"],
    ]


def test_equal_questions_have_one_key_and_pictures_none() -> None:
    keys = [item.key for item in made("{a}", [{"a": 1}, {"a": "1"}, {"a": 2}])]
    assert keys[0] == keys[1] != keys[2]
    assert [item.key for item in made("{a}", [{"a": png()}])] == [""]


def test_half_a_character_makes_a_question_all_the_same() -> None:
    assert prompts("{a}", [{"a": "\ud800"}]) == ["\ud800"]


@pytest.mark.parametrize("text", ["", " \n", 5, None])
def test_a_prompt_is_words(text: Any) -> None:
    with pytest.raises(SettingsError):
        Template(text)
