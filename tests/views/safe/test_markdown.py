from __future__ import annotations

import re
import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sophnet_jupyter.views.safe.markdown import LONGEST, blocks, render

from ...hostile.allowed import strict

WORDS = st.sampled_from(
    [
        *"a b $ $$ \\( \\) \\[ \\] ** _ ` ``` ~~~ [ ] ( ) ! < > <img> <a </p> &".split(),
        *"&#60; \" ' : // javascript: http://e.vil https://a.b/ data:".split(),
        *"mailto:a@b.c | |- - 1. # > \\ {x}".split(),
        *("\\begin{align}", "\\end{align}", " ", "\n", "\n\n", "    ", "\t", "\r", "\x1b["),
        *("\u200b", "中", "\n- ", "\n|-|-|\n", "]("),
    ]
)
TEXTS = st.lists(WORDS, max_size=40).map("".join)


@settings(max_examples=400, deadline=None)
@given(TEXTS | st.text())
def test_any_text_gives_only_allowed_markup(text):
    strict(render(text))


@pytest.mark.parametrize(
    ("markdown", "links", "text"),
    [
        ("[docs](https://a.org/x)", ["https://a.org/x"], "docs"),
        ("[a.org](https://a.org/x)", ["https://a.org/x"], "a.org"),
        ("[www.a.org](https://a.org)", ["https://a.org"], "www.a.org"),
        ("[a.org](https://evil.com)", ["https://evil.com"], "a.org (evil.com)"),
        ("[`https://a.org`](http://evil.com)", ["http://evil.com"], "https://a.org (evil.com)"),
        ("[a.org](https://a.org@evil.com)", ["https://a.org@evil.com"], "a.org (evil.com)"),
        ("[a.org](https://a.org.evil.com)", ["https://a.org.evil.com"], "a.org (a.org.evil.com)"),
        ("[ａ.org](https://evil.com)", ["https://evil.com"], "ａ.org (evil.com)"),
        ("[a。org](https://evil.com)", ["https://evil.com"], "a。org (evil.com)"),
        ("[a.\u200borg](https://evil.com)", ["https://evil.com"], "a.\u200borg (evil.com)"),
        ("[a.o**rg**](https://evil.com)", ["https://evil.com"], "a.org (evil.com)"),
        ("[а.org](https://а.org)", ["https://xn--80a.org"], "а.org (xn--80a.org)"),
        ("[me@a.org](mailto:me@evil.com)", ["mailto:me@evil.com"], "me@a.org (me@evil.com)"),
        ("<https://a.org/x>", ["https://a.org/x"], "https://a.org/x"),
        ("<me@a.org>", ["mailto:me@a.org"], "me@a.org"),
        ("[](https://a.org)", ["https://a.org"], "a.org"),
        ("[x](HTTPS://a.org)", ["HTTPS://a.org"], "x"),
        ("[x](javascript:alert)", [], "x (javascript:alert)"),
        ("[x](docs/a.md)", [], "x (docs/a.md)"),
        ("<tel:123>", [], "tel:123"),
        (f"[x](https://a.org/{'y' * 2000})", [], f"x (https://a.org/{'y' * 65}…)"),
        ("![alt *x*](https://a.org/p.png 't')", ["https://a.org/p.png"], "[image: alt x — a.org]"),
        ("![](http://a.org/&#x202e;x)", ["http://a.org/%E2%80%AEx"], "[image: a.org]"),
        ("![](data:image/png;base64,AA)", [], "[image]"),
        ("![alt](p.png)", [], "[image: alt]"),
        ("[![alt](http://b.org)](http://a.org)", ["http://a.org"], "[image: alt — b.org] (a.org)"),
    ],
)
def test_a_link_shows_where_it_leads(markdown, links, text):
    parser = strict(render(markdown))
    assert (parser.links, parser.text.strip()) == (links, text)


@pytest.mark.parametrize(
    "label",
    [
        "bank.\u034fexample",
        "bank\u115f.example",
        "bank.\u3164example",
        "ba\uffa0nk\uffa0.example",
        "bank.\ufe0fexample",
        "bank.\u2800example",
        "bank.\u180bexample",
        "bank\u2060.example",
        "bank․example",
        "bank·example",
        "bank‧example",
        "bankꓸexample",
        "bank܁example",
        "bank۔example",
        "bank.\u0332example",
        "bank.e\u0301xample",
        "\u0338bank.\u0338example",
        "bank.\u20d2example",
        "bank\u20e3.example",
        "b\u0488ank.\u20ddexample",
        "𝐛𝐚𝐧𝐤.𝐞𝐱𝐚𝐦𝐩𝐥𝐞",
        "ⓑⓐⓝⓚ.ⓔⓧⓐⓜⓟⓛⓔ",
        "bаnk.exаmple",
        "BANK.EXAMPLE",
        "https://bank",
        "https:⁄⁄bank/",
        "https∶//bank",
        "https://me@bank",
        "$\\text{bank}.\\text{example}$",
        "pay $\\mathrm{b\\,a\\,n\\,k}$",
        "`bank`.`example`",
        "**bank**.example",
        "http://[::1]/",
        "10.0.0.1",
    ],
)
def test_a_label_that_reads_as_another_host_is_followed_by_where_it_leads(label):
    assert strict(render(f"[{label}](https://evil.org/x)")).text.strip().endswith("(evil.org)")


@pytest.mark.parametrize(
    "label",
    [
        "the café's page",
        "evil.org",
        "https://evil.org/x",
        "www.evil.org",
        "e.g. this",
        "v1.2.3",
        "3.14",
    ],
)
def test_a_label_that_reads_as_no_other_host_stays_as_it_is(label):
    assert "(evil.org)" not in strict(render(f"[{label}](https://evil.org/x)")).text


def test_a_label_too_long_to_judge_is_followed_by_the_host():
    parser = strict(render(f"[{'x ' * 300}a.org](https://evil.com)"))
    assert parser.text.strip().endswith("a.org (evil.com)")


def test_references_cannot_multiply_a_long_address():
    text = f"[a]: https://a.org/{'y' * 1900}\n\n" + "[a] " * 4000
    assert len(render(text)) < 500_000


def test_control_characters_are_gone():
    assert strict(render("a\x1b]52;c;AAAA\x07b\x9b31mc\u202ed\r\ne")).text == "abcd\ne\n"
    assert strict(render("a&#x202e;b&#xE0041;c `&#x202e;`")).text == "abc &#x202e;\n"


def test_code_is_coloured_and_keeps_its_lines():
    html = render("```python title=x\ndef f():\n    pass\n```")
    assert '<span style="color:#2075ed">f</span>' in html
    assert strict(html).text == "def f():\n    pass\n\n"


def test_tables_are_aligned_as_written_and_left_otherwise():
    html = render("|a|b|c|\n|-|:-:|-:|\n|1|2|3|")
    assert re.findall(r"<td[^>]*text-align:(\w+)", html) == ["left", "center", "right"]
    assert html.startswith('<div style="overflow-x:auto;overflow-wrap:normal"><table')


def test_common_markdown_works():
    html = render("# T\n\n1. *a*\n2. **b** ~~c~~\n\n> q `d`\n\n---\nx  \ny")
    for part in (">T</h1>", "<em>a</em>", "<s>c</s>", "<code>d</code>", "<hr>", "x<br>\ny"):
        assert part in html


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "$",
            "$a",
            "$$a ",
            "\\[",
            "\\[\n",
            "$$\n",
            "\\begin{align}\n",
            "- \\[\n",
            "[",
            "![",
            "[a](",
        ),
        *(
            ">",
            "> ",
            "- ",
            "`a",
            "**a ",
            "*_~~[",
            "<a ",
            "|a|b\n|-|-\n",
            "[a]: b\n",
            "\x1b[",
            "&",
            "\\",
        ),
    ],
)
def test_hostile_text_does_not_hold_up_the_display(unit):
    # These take 0.7 s at most on a slow machine; a quadratic rule takes ten and more.
    text = unit * (20_000 // len(unit))
    before = time.process_time()
    html = render(text)
    blocks(text + "\n")
    assert time.process_time() - before < 5
    assert len(html) < 100 * len(text)


ANSWER = """# Title

Some *text* with $a_1$ and [a link](https://a.org).
Second line.

$$
a_1

- b
$$

1. one

2. two

   more

- x
  - y

| a | b |
|---|---|
| 1 | 2 |

```python
def f():

    pass
```

> quote
lazy

Setext
------

\\begin{align}

a

\\end{align}
last
"""


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_finished_blocks_of_a_growing_answer_never_change(end):
    answer = ANSWER.replace("\n", end)
    whole = render(answer)
    for cut in range(len(answer) + 1):
        done, rest = blocks(answer[:cut])
        assert done + rest == answer[:cut]
        assert render(done) + render(rest) == render(answer[:cut])
        assert render(done) + render(answer[len(done) :]) == whole
    assert blocks(answer)[1] == f"last{end}"


def test_blocks_frozen_one_by_one_look_like_the_whole():
    frozen = html = ""
    for cut in range(len(ANSWER) + 1):
        done, _ = blocks(ANSWER[len(frozen) : cut])
        frozen += done
        html += render(done)
    assert html + render(ANSWER[len(frozen) :]) == render(ANSWER)


@settings(max_examples=400, deadline=None)
@given(TEXTS.filter(lambda text: "]:" not in text), TEXTS.filter(lambda text: "]:" not in text))
def test_finished_blocks_of_any_text_never_change(text, more):
    done, rest = blocks(text)
    assert done + rest == text
    assert render(done) + render(rest) == render(text)
    if "]:" not in text + more:
        assert render(done) + render(rest + more) == render(text + more)


@pytest.mark.parametrize(
    ("text", "finished"),
    [
        ("", ""),
        ("one", ""),
        ("one\n\ntwo", ""),
        ("one\n\ntwo\n", "one\n\n"),
        ("1. a\n\n2", ""),
        ("```\na\n\nb\n", ""),
        ("```\na\n```\nb\n", "```\na\n```\n"),
        ("a\n\n$$\nb\n\nc\n", "a\n\n"),
        ("- a\n\n  b\n\n  c\n", ""),
        ("> $$\n\na\n\nb\n", "> $$\n\na\n\n"),
        ("a\n\n\x1b]0;\n\nb\n\nc\n", ""),
    ],
)
def test_the_last_block_is_never_finished(text, finished):
    assert blocks(text) == (finished, text[len(finished) :])


def test_the_parser_is_imported_on_first_use():
    code = (
        "import sys, sophnet_jupyter.views.safe.markdown as s;"
        "assert not {'markdown_it', 'pygments'} & sys.modules.keys();"
        "s.render('a'); assert 'markdown_it' in sys.modules and 'pygments' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_what_is_behind_the_longest_text_is_shown_as_it_was_written_and_said_so():
    text = "*a*\n\n" * (LONGEST // 5) + "*the end*"
    html = render(text)
    assert html.count("<em>a</em>") == LONGEST // 5
    assert "the last 9 characters as they are" in html
    assert ">*the end*</code>" in html
    done, rest = blocks(text)
    assert done + rest == text
    assert len(done) <= LONGEST


def test_a_table_that_would_be_mostly_empty_is_shown_as_it_was_written():
    html = render("|a" * 200 + "\n" + "|-" * 200 + "\n" + "|word\n" * 200)
    assert "<table" not in html
    assert html.count("|word") == 200
    assert "<table" in render("|a|b|\n|-|-|\n|c|\n")
