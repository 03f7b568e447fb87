from __future__ import annotations

import re
from html import unescape

import pytest

from sophnet_jupyter.views.safe_markdown import render

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
    (r"$\href{javascript:alert(1)}{x} \unicode{60} \require{a}$",
     [r"$\href{javascript:alert(1)}{x} \unicode{60} \require{a}$"]),
]  # fmt: skip
# What Lab configures MathJax to look for, in text that no tag and no ignored element interrupts.
MATHJAX = re.compile(
    r"\$\$.+?\$\$|\$.+?\$|\\\(.+?\\\)|\\\[.+?\\\]|\\begin\{(\w+\*?)\}.*?\\end\{\1\}|\\(?:eq)?ref\{",
    re.S,
)


def typeset(html: str) -> list[str]:
    html = re.sub(
        r'<code.*?</code>|<span class="mathjax_ignore">.*?</span>', "<x>", html, flags=re.S
    )
    runs = (unescape(run) for run in re.split(r"<[^>]*>", html))
    return [found[0] for run in runs for found in MATHJAX.finditer(run)]


@pytest.mark.parametrize(("markdown", "formulas"), CASES)
def test_mathjax_sees_the_formulas_and_nothing_else(markdown, formulas):
    assert typeset(render(markdown)) == formulas


def test_the_text_around_formulas_stays_readable():
    html = render("costs $5 and \\$10, or $x_1$, at C:\\\\(new)")
    assert unescape(re.sub(r"<[^>]+>", "", html)) == "costs $5 and $10, or $x_1$, at C:\\(new)\n"


def test_a_formula_does_not_leave_its_list_or_quotation():
    assert "<p>b</p>" in render("- $$\n  a\n\nb\n\n$$")
    assert "</blockquote>\n<p>b" in render("> $$\n> a\n\nb\n$$")
