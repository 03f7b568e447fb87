from __future__ import annotations

import re
import subprocess
import sys
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sophnet_jupyter.views.safe_markdown import blocks, render

TAGS = set(
    "p h1 h2 h3 h4 h5 h6 strong em s code pre span a ul ol li blockquote hr br div "
    "table thead tbody tr th td".split()
)
LENGTHS = r"(?: ?(?:0|\d*\.?\d+(?:em|px)))+"
STYLES = {
    "margin": LENGTHS,
    "padding": LENGTHS,
    "border": r"1px solid rgba\(128,128,128,\.35\)",
    "border-radius": LENGTHS,
    "border-collapse": "collapse",
    "overflow-x": "auto",
    "white-space": "pre",
    "text-align": "left|right|center",
    "color": "#[0-9a-f]{6}",
}
ATTRIBUTES = {
    ("a", "href"): r"(?i:https?)://[^\s\"<>]+|mailto:[^\s\"<>]+",
    ("a", "rel"): "noopener noreferrer",
    ("a", "target"): "_blank",
    ("span", "class"): "mathjax_ignore",
    ("ol", "start"): r"\d+",
}
HOSTILE = [
    "![x](http://evil/a.png) ![](//evil/a.png) ![x](data:image/png;base64,AAAA)",
    "![x][r]\n\n[r]: http://evil/a.png 'title'",
    "[![x](http://evil/a.png)](http://evil) ![![x](http://evil/b)](http://evil/c)",
    "<img src=x onerror=alert(1)> <IMG SRC=//evil> <image href=//evil>",
    "<script>alert(1)</script>\n\n<script src=//evil></script>",
    "<svg onload=alert(1)><style>@import '//evil'</style><use href=//evil></svg>",
    "<style>body{background:url(//evil)}</style>\n<link rel=stylesheet href=//evil>",
    "<p style='background:url(//evil)'>x</p> <iframe src=//evil></iframe> <object data=//evil>",
    "<video autoplay poster=//evil src=//evil></video> <input type=image src=//evil>",
    "<button data-commandlinker-command='terminal:create-new' "
    'data-commandlinker-args="{}">x</button>',
    "<form action=//evil><input name=x></form><base href=//evil>\n<a href=javascript:a>x</a>",
    "<!-- x --><![CDATA[<script>]]><?php ?><!DOCTYPE x>",
    "[x](javascript:alert(1)) [x](JaVaScRiPt:alert(1)) [x](<java\tscript:alert(1)>)",
    "[x](&#106;avascript:alert(1)) [x](javascript&colon;alert(1)) [x](java&#10;script:alert(1))",
    "[x](\x01javascript:alert(1)) [x](java\u200bscript:alert(1)) [x](%6aavascript:alert(1))",
    "[x](javascript&#58;alert(1)) [x](\\javascript:alert(1)) [x]( javascript:alert(1) 'x')",
    "[x](vbscript:a) [x](data:text/html,<script>1</script>) [x](file:///etc/passwd) [x](blob:a)",
    "<javascript:alert(1)> <data:text/html,1> <vbscript:a> <a@b.c> <http://evil/\"onclick='1'>",
    "[x][r] [r]\n\n[r]: javascript:alert(1)",
    '[x](http://a.b/"onmouseover="alert(1)) [x](http://a.b "t\\" onclick=\\"1")',
    "[x](http:evil) [x](//evil) [x](/logout) [x](#id) [x](?reset) [x](http://) [x](https:///a)",
    "[x](http://[::1) [x](http://a%2eb) [x](http://a\\b) [x](mailto:a@b.c?bcc=d,e) [x](mailto:)",
    "$<img src=x onerror=alert(1)>$ $$\\href{javascript:alert(1)}{x}$$ \\(\\unicode{60}\\)",
    "\\[ </p><script>alert(1)</script> \\]\n\n$$\n<img src=x onerror=1>\n\n\\require{html}\n$$",
    "\\begin{align}<svg onload=1>\\end{align} $\\style{background:url(//evil)}{x} \\cssId{a}{b}$",
    "```\"><script>alert(1)</script> x='y'\n<script>\n```",
    "```python onload='alert(1)\n<img src=x onerror=1> # '\"",
    '~~~html style="x"\n<script>alert(1)</script><!--\n',
    "    <script>indented</script>\n",
    "| <img src=x> | [x](javascript:1) |\n|:-:|-:|\n| `<b>` | ![x](http://evil) |\n| a |",
    "`<script>` ``<img src=x>`` **<b>** ~~<i>~~ # <u>\n\n# <u> <h1 id=x>\n\n3. <li>\n",
    "&lt;script&gt; &#60;img src=x&#62; &#x3c;svg&#x3e; &amp;lt;",
    "a\x1b]8;;javascript:alert(1)\x07b\x1b]8;;\x07 \u202egnp.exe \U000e0041",
]


class Strict(HTMLParser):
    """Raises for anything that is not on the lists above, and for tags that do not match."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.text = ""
        self.links: list[str] = []

    def handle_starttag(self, tag, attrs):
        assert tag in TAGS
        if tag not in ("br", "hr"):
            self.open.append(tag)
        for name, value in attrs:
            if name == "style":
                for declaration in value.split(";"):
                    key, _, setting = declaration.partition(":")
                    assert re.fullmatch(STYLES[key], setting), declaration
            else:
                assert re.fullmatch(ATTRIBUTES[tag, name], value), (tag, name, value)
        if tag == "a":
            assert self.open.count("a") == 1
            assert [name for name, _ in attrs] == ["href", "rel", "target"]
            self.links.append(dict(attrs)["href"])

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text += data

    def handle_comment(self, data):
        raise AssertionError(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


def strict(html: str) -> Strict:
    parser = Strict()
    parser.feed(html)
    parser.close()
    assert parser.open == []
    assert "<" not in re.sub(r"</?[a-z][^<>]*>", "", html)
    return parser


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_gives_only_allowed_markup_however_far_it_has_arrived(text):
    for cut in range(len(text) + 1):
        strict(render(text[:cut]))
    for cut in range(0, len(text), 7):
        strict(render(text[cut:]))


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
        ("![](data:image/png;base64,AA)", [], "[image]"),
        ("![alt](p.png)", [], "[image: alt]"),
        ("[![alt](http://b.org)](http://a.org)", ["http://a.org"], "[image: alt — b.org] (a.org)"),
    ],
)
def test_a_link_shows_where_it_leads(markdown, links, text):
    parser = strict(render(markdown))
    assert (parser.links, parser.text.strip()) == (links, text)


def test_a_label_too_long_to_judge_is_followed_by_the_host():
    parser = strict(render(f"[{'x ' * 300}a.org](https://evil.com)"))
    assert parser.text.strip().endswith("a.org (evil.com)")


def test_references_cannot_multiply_a_long_address():
    text = f"[a]: https://a.org/{'y' * 1900}\n\n" + "[a] " * 4000
    assert len(render(text)) < 500_000


def test_control_characters_are_gone():
    assert render("a\x1b]52;c;AAAA\x07b\x9b31mc\u202ed\r\ne") == "<p>abcd\ne</p>\n"


def test_code_is_coloured_and_keeps_its_lines():
    html = render("```python title=x\ndef f():\n    pass\n```")
    assert '<span style="color:#2075ed">f</span>' in html
    assert strict(html).text == "def f():\n    pass\n\n"


def test_tables_are_aligned_as_written_and_left_otherwise():
    html = render("|a|b|c|\n|-|:-:|-:|\n|1|2|3|")
    assert re.findall(r"<td[^>]*text-align:(\w+)", html) == ["left", "center", "right"]
    assert html.startswith('<div style="overflow-x:auto"><table')


def test_common_markdown_works():
    html = render("# T\n\n1. *a*\n2. **b** ~~c~~\n\n> q `d`\n\n---\nx  \ny")
    for part in ("<h1>T</h1>", "<em>a</em>", "<s>c</s>", "<code>d</code>", "<hr>", "x<br>\ny"):
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
        "import sys, sophnet_jupyter.views.safe_markdown as s;"
        "assert not {'markdown_it', 'pygments'} & sys.modules.keys();"
        "s.render('a'); assert 'markdown_it' in sys.modules and 'pygments' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
