"""Markdown as models write it, where CommonMark would show its marks or lose its words."""

from __future__ import annotations

import re

import pytest

from sophnet_jupyter.views.safe.markdown import blocks, render

from ...hostile.allowed import strict, typeset


def drawn(markdown: str, *, growing: bool = False) -> str:
    """The HTML without attributes and without what holds paragraphs."""
    html = render(markdown, growing=growing)
    strict(html)
    return re.sub(r"<(\w+) [^>]*>", r"<\1>", re.sub(r"</?(?:p|div)\b[^>]*>|\n", "", html))


@pytest.mark.parametrize(
    "text",
    [
        "成本$5万，而收入是8$左右",
        "约$50，涨到约x$以上",
        "预算$a万至b$万",
        "共¥$a$",
        "价格 $a/¥b$ 左右",
        "US$5 vs HK$x",
        "$5 and 10$ today",
        "$5, 6 or 7$",
        "$100/month, 5/$",
        "export PATH=$HOME/bin:$PATH",
        "$MY_HOME/bin:$PATH",
        "${HOME}/bin:${PATH}",
        "$(a):$(b)",
        "$n$th",
        "要$$的和$$的",
        "a $ b and c $ d",
        "5 $ + 6 $ x",
    ],
)
def test_money_and_the_variables_of_a_shell_are_no_formulas(text):
    assert typeset(render(text)) == []


@pytest.mark.parametrize(
    ("text", "formulas"),
    [
        ("$ x^2 $ 是", ["$ x^2 $"]),
        ("$ a = b $ 和 $ |x| $", ["$ a = b $", "$ |x| $"]),
        ("$5和$x$", ["$x$"]),
        ("当$x$是$y$时，$x_1$s", ["$x$", "$y$", "$x_1$"]),
        ("约$3.14$、$5$、$2x+1$", ["$3.14$", "$5$", "$2x+1$"]),
        (r"$10^{-3}$ $3 \times 4$ $1/2$", ["$10^{-3}$", r"$3 \times 4$", "$1/2$"]),
        (r"$v=\text{路程}/t$", [r"$v=\text{路程}/t$"]),
        (r"$\frac{路程}{时间}$", [r"$\frac{路程}{时间}$"]),
    ],
)
def test_formulas_are_still_formulas(text, formulas):
    assert typeset(render(text)) == formulas


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("**标题：**正文", "<strong>标题：</strong>正文"),
        ("**标题:**正文", "<strong>标题:</strong>正文"),
        ("前**“引号”**后", "前<strong>“引号”</strong>后"),
        ("前**（括号）**后", "前<strong>（括号）</strong>后"),
        ("**《书》**和**【注】**", "<strong>《书》</strong>和<strong>【注】</strong>"),
        ("请看**`a`**吗", "请看<strong><code>a</code></strong>吗"),
        ("*斜体：*后", "<em>斜体：</em>后"),
        ("~~删除：~~后~~“删”~~后", "<s>删除：</s>后<s>“删”</s>后"),
        ("これは**「重要」**です。", "これは<strong>「重要」</strong>です。"),
        ("a**“b”**c snake_case_name ** a **", "a**“b”**c snake_case_name ** a **"),
        ("**提示**：x", "<strong>提示</strong>：x"),
    ],
)
def test_emphasis_ends_beside_chinese_punctuation(markdown, html):
    assert drawn(markdown) == html


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("[^1]: 来源：某年报\n[^2]: Note\n\n见[^1]", "[^1]: 来源：某年报[^2]: Note见[^1]"),
        ("[^1]: Note\n[a]: https://a.org\n\n[a]", "[^1]: Note<a>a</a>"),
        ("[x](文档/说明.md)", "x (文档/说明.md)"),
        ("[x](%E4%B8%AD)", "x (中)"),
        ("<tel:中>", "tel:中"),
        ("[https://a.cn/%E4%B8%AD](https://a.cn/%E4%B8%AD)", "<a>https://a.cn/中</a>"),
        ("[a]\n\n[a]: https://a.org 'b'", "<a>a</a>"),
    ],
)
def test_footnotes_and_addresses_are_readable(markdown, html):
    assert drawn(markdown) == html


def test_a_link_that_is_shown_unescaped_leads_to_the_escaped_address():
    assert strict(render("<https://a.cn/中>")).links == ["https://a.cn/%E4%B8%AD"]


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        (
            "1. a\n  - b\n    - c\n2. d",
            "<ol><li>a<ul><li>b<ul><li>c</li></ul></li></ul></li><li>d</li></ol>",
        ),
        ("10. a\n  - b", "<ol><li>a<ul><li>b</li></ul></li></ol>"),
        ("1. a\n  1. b\n  2. c", "<ol><li>a<ol><li>b</li><li>c</li></ol></li></ol>"),
        ("- [ ] a\n- [x] b", "<ul><li>☐ a</li><li>☑ b</li></ul>"),
        ("1. [X] **a**", "<ol><li>☑ <strong>a</strong></li></ol>"),
        ("- [x](http://a.org)", "<ul><li><a>x</a></li></ul>"),
        ("1. a\n   - b", "<ol><li>a<ul><li>b</li></ul></li></ol>"),
        ("  1. a\n  2. b", "<ol><li>a</li><li>b</li></ol>"),
    ],
)
def test_lists_are_as_deep_as_they_look_and_have_boxes(markdown, html):
    assert drawn(markdown) == html


def test_code_in_a_list_two_blanks_deep_keeps_its_blanks():
    assert "<code>a\n  b\n</code>" in re.sub(
        r' style="[^"]*"', "", render("1. x\n  - ```\n    a\n      b\n    ```")
    )


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("H<sub>2</sub>O x<sup>2</sup>", "H<sub>2</sub>O x<sup>2</sup>"),
        ("<b>a</b> <kbd>Tab</kbd> c<br>d", "<strong>a</strong> <kbd>Tab</kbd> c<br>d"),
        ("<b>`</b>`</b>", "<strong><code>&lt;/b&gt;</code></strong>"),
        ("<b>a<b>b</b>", "<strong>a&lt;b&gt;b</strong>"),
        ("<sub><sup>a</sub>*b*", "<sub>&lt;sup&gt;a</sub><em>b</em>"),
        ("<sub>a *b</sub> c*", "<sub>a *b</sub> c*"),
        ("</b><b>a", "&lt;/b&gt;&lt;b&gt;a"),
        ("<b class=x>a</b><i>b</i>", "&lt;b class=x&gt;a&lt;/b&gt;&lt;i&gt;b&lt;/i&gt;"),
    ],
)
def test_few_tags_are_drawn_and_only_in_pairs(markdown, html):
    assert drawn(markdown) == html


@pytest.mark.parametrize(
    "table",
    [
        "a\n\n| b | c |\n|:--|--:|\n",
        "- a\n\n  | b | c |\n  |---|---|\n",
        "> | b | c |\n> |---|---|\n",
    ],
)
def test_the_head_of_a_table_does_not_stream_as_bars(table):
    for cut in range(len(table) + 1):
        assert "|" not in drawn(table[:cut], growing=True)
    assert drawn(table, growing=True) == drawn(table)


@pytest.mark.parametrize("text", ["`a | b`", "```\n| a |", "$|x|$ 是", "a || b", "|a|\n\nb"])
def test_bars_that_are_no_head_are_drawn_as_they_are(text):
    assert drawn(text, growing=True) == drawn(text)


@pytest.mark.parametrize(
    "markdown",
    [
        "|a|b|c|\n|-|-|-|\n| $|x|$ | 1 |",
        "- x\n  |a|b|c|\n  |-|-|-|\n  | $|x|$ | 1 | 2 |",
        "|a|b|c|\n|-|-|-|\n| $ |x| $ | 1 | $5 |",
        "|a|b|c|\n|-|-|-|\n| $|x|$ | 1 | 2 |",
    ],
)
def test_bars_in_a_formula_leave_the_other_cells_in_their_columns(markdown):
    cells = re.findall(r"<td>(.*?)</td>", drawn(markdown))
    assert (cells[0].replace(" ", ""), cells[1]) == ("$|x|$", "1")


GROWING = """1. a
  - b

    c
  - [x] d
10. e
   1. f

[^1]: 来源

1. x
  # 标题
  - y

**标题：**正文 <b>z</b>

| a | b |
|---|---|
| $|x|$ | 1 |

last
"""


def test_finished_blocks_of_such_an_answer_never_change():
    whole = render(GROWING)
    for cut in range(len(GROWING) + 1):
        done, rest = blocks(GROWING[:cut])
        assert done + rest == GROWING[:cut]
        assert render(done) + render(GROWING[len(done) :]) == whole
