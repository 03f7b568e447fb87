from __future__ import annotations

import pytest

from sophnet_jupyter.views.answer.formats import code_blocks, growing, next_cell, settled, split

ANSWER = """Try this:

```bash
pip install x
```

then

1. in a list

   ```python
   print(1)
   ```

~~~
plain
~~~
"""


def test_the_blocks_of_code_are_found_wherever_they_stand() -> None:
    assert [(one.source, one.language) for one in code_blocks(ANSWER)] == [
        ("pip install x\n", "bash"),
        ("print(1)\n", "python"),
        ("plain\n", ""),
    ]


def test_a_block_that_is_still_arriving_is_a_block() -> None:
    assert code_blocks("```py\nx = 1")[0].source == "x = 1"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (ANSWER, "print(1)"),
        ("```sql\nselect 1\n```", "select 1"),
        ("```{python}\nx\n```", "x"),
        ("```python:main.py\nx\n```", "x"),
        ("no code", ""),
        ("```py\nx = 'a\u202eb'\x1b[2J\n```", "x = 'ab'"),
    ],
)
def test_the_next_cell_is_offered_python_before_other_code(text: str, code: str) -> None:
    assert next_cell(text) == code


def test_code_shows_the_blocks_alone() -> None:
    html, said = settled(ANSWER, "code", None)
    assert "Try this" not in html + said
    assert html.count("<pre") == 3
    assert said == "pip install x\n\nprint(1)\n\nplain"


def test_code_that_does_not_come_is_the_answer_as_it_is() -> None:
    assert "no code" in settled("no code", "code", None)[0]


def test_text_is_shown_as_it_was_written() -> None:
    html, said = settled("*a*\n\n  <b>\n", "text", None)
    assert "*a*\n\n  &lt;b&gt;\n" in html
    assert said == "*a*\n\n  <b>\n"


def test_text_is_frozen_at_its_line_ends_and_loses_no_line() -> None:
    done, rest = split("a\n\nb", "text")
    assert (done, rest) == ("a\n\n", "b")
    assert growing("\nb", "text").count("\n") == 2


@pytest.mark.parametrize("form", ["code", "json", "table"])
def test_a_form_that_is_known_only_at_the_end_is_not_frozen(form) -> None:
    assert split("a\n\nb\n\nc", form) == ("", "a\n\nb\n\nc")


def test_a_table_keeps_what_the_model_wrote_folded_below() -> None:
    html, said = settled("| a |\n|---|\n| 1 |", "table", [{"a": 1}])
    assert html.index("<table") < html.index("<details") < html.index("|---|")
    assert said == "a\n1"


def test_json_is_indented_and_not_said_twice() -> None:
    html, said = settled('{"a":1}', "json", {"a": 1})
    assert "<details" not in html
    assert said == '{\n  "a": 1\n}'


def test_json_that_cannot_be_read_is_shown_as_it_came() -> None:
    assert "{&quot;" not in settled('{"a": <b>', "json", None)[0]
    assert '{"a": &lt;b&gt;' in settled('{"a": <b>', "json", None)[0]


@pytest.mark.parametrize("form", ["json", "table"])
def test_long_json_is_cheap_to_draw_while_it_arrives(form) -> None:
    assert len(growing("[" + "1, " * 50_000, form)) < 30_000
