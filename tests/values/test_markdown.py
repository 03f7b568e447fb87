from __future__ import annotations

import pytest

from sophnet_jupyter.response import Response
from sophnet_jupyter.values.markdown import outline, table_rows, with_pipes

PIPES = "| a | b |\n|---|--:|\n| 1 | x \\| y |\n| 2 |\n"
HTML = "<table><tr><th>a<th>b</tr><tr><td colspan=2>1 &amp; 2</td></tr></table>"


def test_headings_are_found_with_their_depth_and_line_but_not_in_code() -> None:
    text = "# One #\n\n```\n# no\n~~~\n```\n  ### Three\n#no\n####### no\n#\n"
    assert outline(text) == [(1, "One", 1), (3, "Three", 7)]


def test_tables_in_pipes_and_in_html_are_found_in_their_order() -> None:
    text = f"{HTML}\n\nwords | more\n\n{PIPES}\n\n```\n{PIPES}```\n"
    assert table_rows(text) == [
        [["a", "b"], ["1 & 2", ""]],
        [["a", "b"], ["1", "x | y"], ["2", ""]],
    ]


def test_the_empty_head_that_converters_put_above_a_table_is_left_out() -> None:
    assert table_rows("|  |  |\n|---|---|\n| a | b |\n| 1 | 2 |") == [[["a", "b"], ["1", "2"]]]


def test_html_tables_become_pipes_and_what_centres_them_goes() -> None:
    centred = f'<div style="text-align: center;">{HTML}</div>'
    assert with_pipes(f"x {centred} y") == "x \n\n| a | b |\n|---|---|\n| 1 & 2 |  |\n\n y"
    assert with_pipes("<table><script>alert(1)</script>") == "<table><script>alert(1)</script>"


@pytest.mark.parametrize("piece", ["<table ", "<div><table>", "| a |\n|---|\n", "<table></table>"])
def test_a_long_hostile_text_takes_no_longer_than_its_length(piece: str) -> None:
    text = piece * (200_000 // len(piece))
    assert len(with_pipes(text)) <= 2 * len(text)
    table_rows(text)


def test_tables_are_frames_with_numbers_where_all_are() -> None:
    pytest.importorskip("pandas")
    [frame] = Response(text="| n | n | w |\n|-|-|-|\n| 1,000 | 2.5 | x |\n| 2 | 3 | 4y |").tables
    assert list(frame.columns) == ["n", "n 2", "w"]
    assert frame["n"].sum() == 1002
    assert frame["n 2"].sum() == 5.5
    assert frame["w"].tolist() == ["x", "4y"]
    assert Response(text="| a |\n|---|").tables[0].empty


def test_a_table_that_would_be_mostly_empty_is_none_and_loses_no_word():
    wide = "<table><tr>" + "<td>head" * 200 + "<tr><td>word" * 200 + "</table>"
    assert with_pipes(wide) == wide
    assert table_rows(wide) == []
    assert table_rows("|a" * 200 + "|\n" + "|-" * 200 + "|\n" + "|b|\n" * 200) == []


def test_number_signs_that_close_a_heading_are_no_part_of_it():
    text = "# A ##\n# B#\n## ##\n#\n#C\n# D \t#\t\n"
    assert [heading.text for heading in outline(text)] == ["A", "B#", "D"]
