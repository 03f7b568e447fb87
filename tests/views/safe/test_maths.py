from __future__ import annotations

import re
from html import escape, unescape

import pytest

from sophnet_jupyter.views.safe.markdown import render
from sophnet_jupyter.views.safe.maths import inert

from ...hostile.allowed import typeset

# (Markdown, the formulas MathJax has to see in it)
CASES = [
    (r"a $x_1 * y_2 * z\,dx \{a\} < b$ b", [r"$x_1 * y_2 * z\,dx \{a\} < b$"]),
    (r"$$\int_0^1 x^2\,dx \\ y_a _b_$$", [r"$$\int_0^1 x^2\,dx \\ y_a _b_$$"]),
    (r"in \(a_1\,b\) and \[c_1 \\ d\] end", [r"\(a_1\,b\)", r"\[c_1 \\ d\]"]),
    ("costs $5 and $10 today", []),
    ("it is $5 or $x^2$ ok", ["$x^2$"]),
    ("between 5$ and 10$, or $20k/$30k, $5-$10", []),
    ("价格是$5，而不是$6", []),
    ("$$$ and $$ or $$$$", []),
    ("code `$a$` and `$5`", []),
    ("```\n$a$ $b$\n```", []),
    ("    $$\n    a\n    $$", []),
    ("\\$5 and \\$6", []),
    ("&#36;a&#36; and &dollar;b&dollar;", []),
    (r"\\(a\\) \\[b\\] \\begin{align} c \\ref{d}", []),
    ("$$\na_1\n\n- b <script>alert(1)</script>\n$$",
     ["$$\na_1\n\n- b <script>alert(1)</script>\n$$"]),
    ("$<img src=x onerror=1>$", ["$<img src=x onerror=1>$"]),
    ("**bold $a*b$**", ["$a*b$"]),
    ("[see $a_1$](http://x.io) $b_1$", ["$a_1$", "$b_1$"]),
    (
        "\\[\n\\begin{aligned} a &= b \\\\ c &= d \\end{aligned}\n\\]",
        ["\\[\n\\begin{aligned} a &= b \\\\ c &= d \\end{aligned}\n\\]"],
    ),
    ("\\begin{align}\na &= b_1 \\\\\n\nc\n\\end{align}",
     ["\\begin{align}\na &= b_1 \\\\\n\nc\n\\end{align}"]),
    ("x \\begin{cases} a_1 \\\\ b_1 \\end{cases} y", [r"\begin{cases} a_1 \\ b_1 \end{cases}"]),
    ("open $x_1 _y_", []),
    (r"open \(x and \[y and $$z", []),
    ("| a | b |\n|---|---|\n| $x_1$ | 1 |", ["$x_1$"]),
    ("- a\n  $$\n  x_1\n  $$\n- b", ["$$\nx_1\n$$"]),
    ("> $$\n> x_1\n> $$", ["$$\nx_1\n$$"]),
    (r"$$\text{for $x$} \$5$$", [r"$$\text{for $x$} \$5$$"]),
    (r"$\hrefs \\href \defa \alpha \tag{1}$", [r"$\hrefs \\href \defa \alpha \tag{1}$"]),
]  # fmt: skip


@pytest.mark.parametrize(("markdown", "formulas"), CASES)
def test_mathjax_sees_the_formulas_and_nothing_else(markdown, formulas):
    assert typeset(render(markdown)) == formulas


def test_the_text_around_formulas_stays_readable():
    html = render("costs $5 and \\$10, or $x_1$, at C:\\\\(new)")
    assert unescape(re.sub(r"<[^>]+>", "", html)) == "costs $5 and $10, or $x_1$, at C:\\(new)\n"


def test_a_formula_does_not_leave_its_list_or_quotation():
    assert ">b</p>" in render("- $$\n  a\n\nb\n\n$$")
    assert re.search(r"</blockquote>\n<p[^>]*>b", render("> $$\n> a\n\nb\n$$"))


@pytest.mark.parametrize(
    "formula",
    [
        r"$\href{http://a.org}{x}$",
        r"$$\href {http://a.org}{x}$$",
        r"$\frac{\text{\href{http://a.org}{x}}}{\\\def\pi{3}}$",
        "$$\na\n\n\\newcommand{\\pi}{3}\n$$",
        r"\(\colorbox{red}{x}\)",
        "\\begin{align}\n\\style{color:red}{x}\n\\end{align}",
    ],
)
def test_a_formula_that_reaches_beyond_itself_is_shown_as_its_source(formula):
    html = render(f"a\n\n{formula}\n\nb")
    assert typeset(html) == []
    assert f"<code>{escape(formula, quote=False)}</code>" in html


@pytest.mark.parametrize(
    ("formula", "is_typeset"),
    [
        (r"\frac{1}{" * 25 + "}" * 25, True),
        (r"\frac{1}{" * 26 + "}" * 26, False),
        (r"\{" * 100 + "x", True),
        (r"\left(" * 26 + r"\right)" * 26, False),
        (r"\frac{1}{2}" * 200, True),
        ("{" * 26 + "}" * 26, False),
        ("$" + "{%}\n" * 26 + "}" * 26 + "$", False),
        (r"\verb|}|{" * 26, False),
        (r"\displaystyle " * 60 + "x", True),
        (r"\displaystyle " * 61 + "x", False),
        ("x" * 2_998, True),
        ("x" * 2_999, False),
    ],
)
def test_a_formula_that_would_choke_the_browser_is_shown_as_its_source(formula, is_typeset):
    assert bool(typeset(render(f"${formula}$"))) is is_typeset


def test_a_label_is_not_given_to_mathjax_twice():
    source = r"$$\begin{equation}\label{eq:1} x \\\label{a} \tag{1}\end{equation}$$"
    assert typeset(render(source)) == [r"$$\begin{equation} x \\ \tag{1}\end{equation}$$"]


def test_inert_words_have_no_formula():
    words = r"$a$ \(b\) \begin{align}c\end{align} $$d$$ <i>"
    assert typeset(inert(words)) == []
    assert unescape(re.sub(r"<[^>]+>", "", inert(words))) == words
