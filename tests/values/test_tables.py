from __future__ import annotations

import re
from html import unescape

import pytest

from sophnet_jupyter.magics.chat.table_text import rows
from sophnet_jupyter.response import Response
from sophnet_jupyter.values.markdown import outline, table_rows, with_pipes
from sophnet_jupyter.values.numbers import numbers
from sophnet_jupyter.views.safe.markdown import render

NAMES = [
    "007",
    "+8613800138000",
    "010-62770334",
    "1234567890123456",
    "110101199003070011",
    "12E4",
    "1e999",
    "1_000",
    "٣",
    "-0",
    "2.50",
    "3.14159265358979323846",
    "12,34",
    "1.",
    "nan",
]


def table(*cells: str) -> str:
    return "\n".join(["| a | n |", "|---|---|", *(f"| {cell} | 1 |" for cell in cells)])


@pytest.mark.parametrize("name", NAMES)
def test_words_that_a_number_would_change_stay_words_wherever_tables_are_read(name: str) -> None:
    pytest.importorskip("pandas")
    [frame] = Response(text=table(name)).tables
    assert (frame["a"].tolist(), frame["n"].tolist()) == ([name], [1])
    assert rows(table(name)) == [{"a": name, "n": 1}]


@pytest.mark.parametrize(
    ("column", "found"),
    [
        (["1", "2.5"], [1, 2.5]),
        (["-3", "1,000", "2,000,000"], [-3, 1000, 2_000_000]),
        (["0", "12.0", ".5"], [0, 12.0, 0.5]),
        (["0.00001"], [0.00001]),
        (["12.50", "3.00"], [12.5, 3.0]),
        (["3.9", "3.10"], ["3.9", "3.10"]),
        (["1", "01"], ["1", "01"]),
        (["1", ""], ["1", ""]),
        ([], []),
    ],
)
def test_a_column_is_numbers_where_each_cell_is_one(column: list[str], found: object) -> None:
    assert repr(numbers(column)) == repr(found)


def test_whole_numbers_stay_whole_beside_others() -> None:
    pytest.importorskip("pandas")
    text = "| n | x |\n|--|--|\n| 7 | 0.5 |\n| 123456789012345 | 1.5 |"
    [frame] = Response(text=text).tables
    assert [str(kind) for kind in frame.dtypes] == ["int64", "float64"]
    assert frame["n"].tolist() == [7, 123456789012345]


SPANNED = """<table>
<tr><th rowspan="2">City</th><th colspan="2">People</th></tr>
<tr><th>2010</th><th>2020</th></tr>
<tr><td rowspan=2>Oslo</td><td>1</td><td>2</td></tr>
<tr><td>3</td><td>4</td></tr>
<tr><td colspan=2 rowspan=2>all</td><td>5</td></tr>
<tr><td>6</td></tr>
</table>"""


def test_cells_that_span_rows_and_columns_leave_the_others_in_theirs() -> None:
    grid = [
        ["City", "People", ""],
        ["", "2010", "2020"],
        ["Oslo", "1", "2"],
        ["", "3", "4"],
        ["all", "", "5"],
        ["", "", "6"],
    ]
    assert table_rows(SPANNED) == [grid]
    assert "|  | 3 | 4 |" in with_pipes(SPANNED)


SPAN = {
    "a head that says it spans the body": (
        "<thead><tr><th rowspan=3>A<th>B</thead><tbody><tr><td>1<td>2<tr><td>3<td>4</tbody>",
        [["A", "B"], ["1", "2"], ["3", "4"]],
    ),
    "all rows of a body": (
        "<tr><th>A<th>B<tbody><tr><td rowspan=0>x<td>2<tr><td>4</tbody><tfoot><tr><td>sum<td>6",
        [["A", "B"], ["x", "2"], ["", "4"], ["sum", "6"]],
    ),
    "a number with a unit": (
        '<tr><td rowspan="2px">A<td>B<tr><td>C',
        [["A", "B"], ["", "C"]],
    ),
    "quotes with backslashes": (
        r"<tr><td rowspan=\"2\">A<td>B<tr><td>C",
        [["A", "B"], ["", "C"]],
    ),
    "more rows than fifty": (
        "<tr><td rowspan=70>A<td>0" + "".join(f"<tr><td>{n}" for n in range(1, 70)),
        [["A", "0"], *(["", str(n)] for n in range(1, 70))],
    ),
    "more columns than fifty": (
        f"<tr><td colspan=60>A<td>B<tr>{'<td>x' * 60}<td>C",
        [["A", *[""] * 59, "B"], [*["x"] * 60, "C"]],
    ),
    "both in the middle": (
        "<tr><td>1<td rowspan=2 colspan=2>M<td>2<tr><td>3<td>4<tr><td>5<td>6<td>7<td>8",
        [["1", "M", "", "2"], ["3", "", "", "4"], ["5", "6", "7", "8"]],
    ),
}


@pytest.mark.parametrize("case", SPAN)
def test_a_cell_spans_what_a_browser_lets_it_span(case: str) -> None:
    html, grid = SPAN[case]
    assert table_rows(f"<table>{html}</table>") == [grid]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        (r"snake\_case", "snake_case"),
        (r"2\*3", "2*3"),
        ("AT&amp;T", "AT&T"),
        ("1 &lt; 2 &#124; 3", "1 < 2 | 3"),
        (r"`a\_b &amp;`", r"a\_b &amp;"),
        (r"$\{x\}$", r"$\{x\}$"),
        ("AT&T, a&b;c", "AT&T, a&b;c"),
    ],
)
def test_a_cell_says_what_is_drawn_of_it(written: str, said: str) -> None:
    assert table_rows(f"| a | b |\n|---|---|\n| {written} | 2 |") == [
        [["a", "b"], [said, "2"]],
    ]
    assert unescape(re.sub("<[^>]+>", "", render(f"| a |\n|---|\n| {written} |"))).split() == [
        "a",
        *said.split(),
    ]
    [heading] = outline(f"# {written}")
    assert heading.text.strip("`") == said


@pytest.mark.parametrize("cell", ["2*3*4", "a&amp;lt;b", r"C:\_tmp", "&lt;b&gt;", "a_b_c", "5 * 6"])
def test_a_cell_of_html_is_drawn_as_it_is_read(cell: str) -> None:
    html = f"<table><tr><th>h<th>n<tr><td>{cell}<td>1</table>"
    [[_, [said, _]]] = table_rows(html)
    drawn = re.findall(r"<td[^>]*>(.*?)</td>", render(with_pipes(html)))
    assert unescape(drawn[0]) == said


@pytest.mark.parametrize(("cell", "drawn"), [(r"\$5 or \$6", "$5 or $6"), (r"2\*3", "2*3")])
def test_an_escape_in_a_cell_of_html_is_none_of_its_words(cell: str, drawn: str) -> None:
    html = render(with_pipes(f"<table><tr><th>h<tr><td>{cell}</table>"))
    [found] = re.findall(r"<td[^>]*>(.*?)</td>", html)
    assert re.sub("<[^>]+>", "", found) == drawn


def test_a_table_of_html_in_code_stays_code() -> None:
    code = "```html\n<table><tr><td>a</td></tr></table>\n```\n"
    assert with_pipes(f"{code}\n<table><tr><td>b</td></tr></table>").startswith(code)


@pytest.mark.parametrize(
    "title", ["<tr><td>Sales</td></tr>", "<tr><td colspan=3>Sales</td></tr>", "<caption>Sales"]
)
def test_a_title_is_drawn_above_the_table_and_is_no_row(title: str) -> None:
    html = f"<table>{title}<tr><th>a<th>b<th>c<tr><td>1<td>2<td>3<tr><td>4<td>5<td>6</table>"
    assert table_rows(html) == [[["a", "b", "c"], ["1", "2", "3"], ["4", "5", "6"]]]
    assert with_pipes(html).strip().startswith("Sales\n\n| a | b | c |")


def test_the_title_of_a_sheet_is_no_head() -> None:
    sheet = "| Sales | Unnamed: 1 |  |\n|---|---|---|\n| a | b | c |\n| 1 | 2 | 3 |"
    assert table_rows(sheet) == [[["a", "b", "c"], ["1", "2", "3"]]]


def test_a_title_of_one_cell_takes_no_columns_away() -> None:
    text = "| Sales |\n|---|\n| a | b |\n| 1 | 2 |"
    assert table_rows(text) == [[["a", "b"], ["1", "2"]]]
    html = render(text)
    assert (html.count("<th"), html.count("<td")) == (html.count("<thead") + 2, 4)
    assert "Sales" in html
    assert table_rows("| a |\n|---|\n| 1 | 2 |") == [[["a"], ["1"]]]


def test_a_table_in_a_cell_is_that_cells_words() -> None:
    inner = "<table><tr><td>x</td><td>y</td></tr></table>"
    outer = f"<table><tr><th>a<th>b</tr><tr><td>1 {inner}</td><td>2</td></tr></table>"
    assert table_rows(outer) == [[["a", "b"], ["1 x y", "2"]]]
    assert with_pipes(f"{outer} end") == "\n\n| a | b |\n|---|---|\n| 1 x y | 2 |\n\n end"
    assert table_rows(f"<table><tr><td>{inner}</td></tr></table>") == [[["x", "y"]]]


def test_a_column_of_mobile_numbers_has_names_in_digits() -> None:
    assert numbers(["13800138000", "19912345678"]) == ["13800138000", "19912345678"]
    assert numbers(["13800138000", "12"]) == [13_800_138_000, 12]


@pytest.mark.parametrize("soft", ["\v", "<br>", "<br />", "\u2028", "\x85", "\x1c", "\x1e"])
def test_a_soft_break_ends_no_row(soft: str) -> None:
    text = f"| a | b |\n|---|---|\n| one{soft}two | 2 |"
    assert table_rows(text) == [[["a", "b"], ["one two", "2"]]]
    html = render(text)
    assert html.count("<td") == 2
    assert "onetwo" not in html
    assert "&lt;br" not in html


@pytest.mark.parametrize(
    "cell", ["$|x|$", "$|a|+|b|$", "`a|b`", "``a|`b``", "x|y", "$$|x|$$", r"\(|x|\)"]
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_bar_that_nobody_escaped_keeps_its_column(cell: str, end: str) -> None:
    text = end.join(["| a | b |", "|---|---|", f"| {cell} | 2 |", f"| 1 | {cell} |", ""])
    said = cell.strip("`") if cell.startswith("`") and cell != "``a|`b``" else cell
    [[_, first, second]] = table_rows(text)
    assert first[1] == "2"
    assert second == ["1", first[0]]
    if cell != "``a|`b``":
        assert first[0] == said
    html = render(text)
    assert html.count("<td") == 4
    assert html.count(">2</td>") == html.count(">1</td>") == 1


@pytest.mark.parametrize("margin", ["  ", "> ", "> > ", ">"])
def test_a_bar_keeps_its_column_in_lists_and_quotations_too(margin: str) -> None:
    rows = ["| a | b |", "|---|---|", "| $|x|$ | 2 |", "| 3 | `c|d` |"]
    text = "".join(f"{margin}{row}\n" for row in rows)
    text = f"- item\n\n{text}" if margin == "  " else text
    assert table_rows(text) == [[["a", "b"], ["$|x|$", "2"], ["3", "c|d"]]]
    html = render(text)
    assert (html.count("<td"), html.count(">2</td>"), html.count(">3</td>")) == (4, 1, 1)
    assert ("<li>" in html, "<blockquote" in html) == (margin == "  ", margin != "  ")


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ("| |x| | abs |", ["|x|", "abs"]),
        ("| a || b | or |", ["a || b", "or"]),
        ("| 1 || 2 |", ["1", "2"]),
        ("| 1 | 2 | |", ["1", "2"]),
        ("| 1 |", ["1", ""]),
    ],
)
def test_bars_that_part_no_cells_leave_the_others_in_their_columns(
    line: str, cells: list[str]
) -> None:
    text = f"| a | b |\n|---|---|\n{line}"
    assert table_rows(text) == [[["a", "b"], cells]]
    drawn = re.findall(r"<td[^>]*>(.*?)</td>", render(text))
    assert drawn == cells


def test_a_head_may_have_bars_too() -> None:
    text = "| $|x|$ | b |\n|---|---|\n| 1 | 2 |"
    assert table_rows(text) == [[["$|x|$", "b"], ["1", "2"]]]
    assert "<th" in render(text)


@pytest.mark.parametrize("line", ["| $5 | $6 |", "|US$|A$|", "| a\\|b | `c` |"])
def test_a_row_that_fits_is_cut_as_it_is_written(line: str) -> None:
    [[_, row]] = table_rows(f"| a | b |\n|---|---|\n{line}")
    assert len(row) == 2
    assert render(f"| a | b |\n|---|---|\n{line}").count("<td") == 2


@pytest.mark.parametrize(
    "piece",
    [
        "<table><tr><td>",
        "<tr><td colspan=50 rowspan=50>",
        "<table><tr><td></table>",
        "|`$``\\(",
        "| a |\n|---|\n",
    ],
)
def test_a_long_hostile_table_is_read_to_its_end(piece: str) -> None:
    text = "<table>" * 2 + piece * (60_000 // len(piece)) + "</table>" * 5_000
    table_rows(text)
    lines = "| a | b |\n|---|---|\n" + (piece * (1_900 // len(piece)) + "\n") * 30
    assert len(render(lines)) < 100 * len(lines)


def test_words_with_bars_above_a_line_are_a_heading_and_no_table() -> None:
    assert table_rows("|-|-|\n-\n|-|-|\n") == []
    assert table_rows("a | b\n---\nc | d\n") == []
    assert len(table_rows("|a|\n---\n|b|\n")) == 1
