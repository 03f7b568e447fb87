r"""
Texts that are one thing many times: what makes a parser slow that takes ordinary text at once.

``FLOODS[name](n)`` is about ``n`` characters. A parser that is linear takes twice as long for twice
as many; one that looks for the end of each thing anew takes four times as long, and one that tries
each way to read it never ends. Each text is an answer of its own. One file, since it is one list.
"""

from __future__ import annotations

import string
from collections.abc import Callable

Flood = Callable[[int], str]


def _many(piece: str, *, before: str = "", after: str = "") -> Flood:
    """The piece as often as it takes, between the two others."""
    return lambda n: before + piece * (n // len(piece)) + after


def _nested(opening: str, closing: str, middle: str = "x") -> Flood:
    return lambda n: _deep(opening, closing, middle, n // (len(opening) + len(closing)))


def _deep(opening: str, closing: str, middle: str, depth: int) -> str:
    return opening * depth + middle + closing * depth


def _triangle(mark: str, end: str) -> Flood:
    """Runs of a mark, each one longer than the last: no two of them close each other."""

    def text(n: int) -> str:
        runs, length = [], 0
        while length < n:
            runs.append(mark * (len(runs) + 1))
            length += len(runs) + len(end)
        return end.join(runs)

    return text


# A name of its own for each character, as in "`" backtick: the tests are called so.
_MARKS = {mark: f"U+{ord(mark):04X}" for mark in string.punctuation}

CHARACTERS: dict[str, Flood] = {
    "nothing": lambda n: "",
    "letters": _many("a"),
    "digits": _many("1"),
    "capitals": _many("A"),
    "underscores": _many("_"),
    "newlines": _many("\n"),
    "carriage returns": _many("\r\n"),
    "spaces": _many(" "),
    "spaces and a letter": _many(" ", after="x"),
    "tabs": _many("\t"),
    "tabs and newlines": _many("\t\n"),
    "spaces before each newline": _many("        \n"),
    "spaces before a newline": _many(" ", before="a", after="\nb"),
    "blank lines of spaces": _many(" \n \n"),
    "nulls": _many("\0"),
    "form feeds": _many("\f"),
    "ideographs": _many("中"),
    "combining marks": _many("\u0301", before="a"),
    "no-break spaces": _many("\xa0"),
    "line separators": _many("\u2028"),
    "ligatures": _many("\ufdfa"),
    "emoji": _many("👩‍👩‍👧 "),
    "lone surrogates": _many("\ud800"),
    "escapes": _many("\x1b["),
    "escape strings": _many("\x1b]"),
    "bidi overrides": _many("\u202e"),
    **{f"{name} alone": _many(mark) for mark, name in _MARKS.items()},
    **{f"{name} and spaces": _many(f"{mark} ") for mark, name in _MARKS.items()},
    **{f"{name} a line": _many(f"{mark}\n") for mark, name in _MARKS.items()},
    **{f"{name} between letters": _many(f"a{mark}") for mark, name in _MARKS.items()},
    **{f"{name} before a long line": _many("a ", before=mark) for mark, name in _MARKS.items()},
}

OPENINGS: dict[str, Flood] = {
    f"openings {opening!r}": _many(opening)
    for opening in (
        *("/*", "/* ", "//", "/**", "(*", "(* ", "{-", "{- ", "--[[", "--[==[", "#=", "#|"),
        *("%{", "<!--", "<!-- a\n", "-->", "<?", "<?php ", "<%", "<![CDATA[", "<!DOCTYPE "),
        *("<!ENTITY ", "<a ", "<a b=", "<a b='", "</", "</a", "<script>", "<style>"),
        *("<script>\n</", "&a", "&#", "${", "#{", "{{", "{%", "{{{", "$(", "$((", "`${"),
        *("f'{", 'f"{', "\\(", "\\{", "@{", "@(", '"""', "'''", 'r"', "r'", "b'", 'r#"'),
        *('"\\', "'\\", "'a", '"a', "`a", "q(", "q{", "qw(", "<<A\n", "<<'A'\n", "<<~A\n"),
        *("<<-A ", "<<<A\n", 'R"(', 'R"a(', "$$", "$a$", "%q(", "%w[", "if ", "begin "),
        *("do ", "function ", "def ", "class ", "fn ", "case ", "do\n", "then ", "def a("),
        *("function a(", "class a<", "import a.", "import a,", "from a import ", "use a::"),
        *("a.", "a::", "a->", "a=", "a = ", "a: ", "a:\n", "a,", "a<", "a<b,", "a(", "a["),
        *("a{", "a@", "int a(", "int a ", "void a(int b, ", "template<", "#if 0\n"),
        *("#if a\n", "#define a\\\n", "- ", "- a\n", "- - ", "? ", "? a\n: ", "a: b: "),
        *("&a *b ", "!!a ", "| \n", "> \n", "%a\n", "1.", "1e", "0x", "0b1_", "1_", ".1"),
        *("1e+", "-1", "1 ", "1,", "1/", "1:", "1a", "u1", "\\u", "/a", "/a/", "= /a"),
        *("(/a", "/[", "/\\", "s/a/", "s{a}{", "m{", "tr/a/", "y/a", "~ /a", "/a\n", "\\\n"),
        *("\\begin{a}", "\\a{", "\\verb|", "$a", "\\[", "\\(a", "%a", "\\a ", "\\def\\a"),
        *("select ", "from a ", "a as ", "-- a\n", "create function a() as $$", "'' ", "e'"),
        *("N'", "FROM a\n", "RUN a\\\n", "COPY --a=b ", "a:\n\t", "a: b\n", "define a\n"),
        *("$(a ", "ifeq (a,b)\n", "@a ", "@a(", "@a\n", "#[a", "#![a", "#a ", "#a\n"),
        *("# a\n", "% a\n", "; a\n", "-- a", "' a\n", "[a]", "[a]\n", "[[a]]\n", "[a"),
        *("[a](", "![a](", "[a]: ", "[", "![", "](", "[]", "[[", "[^a", "**a", "*a_"),
        *("*a **b ", "_a_ ", "__a", "~~a", "``a", "```a\n", "~~~\n", "> a\n", "1. a\n"),
        *("    a\n", "\ta\n", "a\n=\n", "a\n-\n", "|a", "|a\n", "|-", "a|b\n", "- [ ] "),
        *("<a>", "http://", "+a\n", "-a\n", "@@ -1 +1 @@\n", "diff --git a b\n"),
        *("+++ a\n--- b\n", "!a\n", "<a\n", ">a\n", ">>> a\n", "... a\n", "In [1]: "),
        *("$ a\n", "julia> a\n", "> a\n+ b\n", "irb(main):001:0> ", "PS> ", "a\\", "\\\\"),
        *("\\a", "\\$", "\\$a$", "$1$", "a$b", "{a", "{a}", "}{", ")(", "][", "><", "=>"),
        *("->", "a b ", "a  b", "a\n b\n", "aA", "A.", "A a", "a?b:", "a?", "a!", "a.."),
        *("a...", "?a", "?.", "??", "{a:", '{"a":', '[{"a":', "{a;", "a{b:", "a:b;", ".a{"),
        *("@media a{", "url(", "a:hover ", "--a:", "namespace a {", "public class A { "),
        *("get { ", "x => ", "a => b, ", "=> {", "async ", "await ", "print ", "print <<A"),
        *("sub a { ", "my $a = ", "__END__\n", "=pod\n", "=cut\n", "format A =\n"),
        *("proc a {", "begin\n", "end\n", "{\n", "}\n", "(\n", ")\n", "[\n", "/*\n", "*/\n"),
        *('"\n', "'\n"),
    )
}

NESTINGS: dict[str, Flood] = {
    "lists of JSON": _nested("[", "]"),
    "objects of JSON": _nested('{"a":', "}", "1"),
    "lists and objects of JSON": _nested('[{"a":', "}]", "1"),
    "open lists of JSON": _many("["),
    "open objects of JSON": _many('{"a":'),
    "numbers of JSON": _many("1,", before="[", after="1]"),
    # Beyond 4,300 digits, up to which Python reads a number, in a tenth of a millisecond.
    "a long number": _many("1", before="1" * 4_300),
    "a long number after its point": _many("1", before="0."),
    "strings of JSON": _many('"a",', before="[", after='"a"]'),
    "escapes of JSON": _many("\\n", before='"', after='"'),
    "names of JSON": lambda n: "{" + ",".join(f'"{i}":1' for i in range(n // 8)) + "}",
    "the same name of JSON": _many('"a":1,', before="{", after='"a":1}'),
    "brackets": _nested("(", ")"),
    "parentheses and letters": _nested("a(", ")"),
    "braces": _nested("{", "}"),
    "braces after names": _nested("a {", "}"),
    "comments": _nested("/*", "*/"),
    "comments of Haskell": _nested("{-", "-}"),
    "comments of ML": _nested("(*", "*)"),
    "templates": _nested("`${", "}`"),
    "strings within strings": _nested("f'{", "}'"),
    "tags": _nested("<a>", "</a>"),
    "tags of HTML": _nested("<div>", "</div>"),
    "tables of HTML": _nested("<table><tr><td>", "</td></tr></table>"),
    "generics": _nested("A<", ">"),
    "quotations": lambda n: ">" * n + "x",
    "quotations a line": lambda n: "\n".join(">" * i for i in range(int((2 * n) ** 0.5))),
    "lists": lambda n: "\n".join(" " * 2 * i + "- a" for i in range(int(n**0.5))),
    "lists on a line": _many("- ", after="x"),
    "ordered lists on a line": _many("1. ", after="x"),
    "items of a list": _many("- a\n"),
    "items of a list with blank lines": _many("- a\n\n"),
    "items of a list with text below": _many("- a\nb\n"),
    "lists in quotations": _many("> - "),
    "images in images": _nested("![", "](a)"),
    "links in links": _nested("[", "](a)"),
    "brackets of links": _nested("[", "]"),
    "emphasis": _nested("*a ", " a*"),
    "strong emphasis": _nested("**a ", " a**"),
    "emphasis of two kinds": _nested("*a_ ", " _a*"),
    "formulas in braces": _nested("\\frac{", "}{2}", "$x$"),
    "environments": _nested("\\begin{align}", "\\end{align}"),
    "groups of formulas": lambda n: "$" + "{" * (n // 2) + "x" + "}" * (n // 2) + "$",
    "conditions": _nested("if a then ", " end"),
    "expressions of lists": _nested("[a for a in ", "]"),
}

MARKDOWN: dict[str, Flood] = {
    "a paragraph": _many("Some words, and *some* more; "),
    "paragraphs": _many("Some words, and *some* more.\n\n"),
    "lines of a paragraph": _many("Some words\n"),
    "references": lambda n: "".join(f"[{i}]: http://a.example/{i}\n" for i in range(n // 26)),
    "uses of a reference": _many("[a] ", after="\n\n[a]: http://a.example/" + "b" * 100),
    "uses of references": lambda n: (
        "".join(f"[{i}] " for i in range(n // 32))
        + "\n\n"
        + "".join(f"[{i}]: http://a.example/{i}\n" for i in range(n // 32))
    ),
    "a reference over lines": _many("a\n", before="[a]: <b> '", after="'"),
    "an open reference": _many("a\n", before="[a]: <b> '"),
    "open references": _many("[a]: <b> 'c\n"),
    "labels without end": _many("[a\n"),
    "titles without end": _many('[a](b "'),
    "addresses without end": _many("[a](<b"),
    "addresses in brackets": _many("[a](b(c"),
    "autolinks without end": _many("<http://a"),
    "mail addresses without end": _many("<a@b"),
    "mail addresses": _many("a.b@c-", before="<", after=">"),
    "entities without end": _many("&amp"),
    "entities": _many("&amp;"),
    "runs of backticks": _triangle("`", "a"),
    "runs of asterisks": _triangle("*", "a"),
    "runs of underscores": _triangle("_", " "),
    "runs of tildes": _triangle("~", "a "),
    "runs of dollars": _triangle("$", "a"),
    "runs of backslashes": _triangle("\\", "a"),
    "fences without end": _many("```\na\n~~~\n"),
    "fences of growing length": _triangle("`", "\n"),
    "a fence without end": _many("a\n", before="```\n"),
    "a fence of a long line": _many("a", before="```python\n"),
    "a fence of newlines": _many("\n", before="```java\n", after="```\n"),
    "fences": _many("```\na\n```\n"),
    "fences of Python": _many("```python\na = 1\n```\n"),
    "a long info": _many("a", before="```"),
    "infos of braces": _many("{", before="```"),
    "headings": _many("# a\n"),
    "hashes of a heading": _many("# ", before="# a "),
    "a heading with spaces": _many(" ", before="# a", after="b"),
    "rules": _many("---\n"),
    "columns of a table": lambda n: "|a" * (n // 4) + "\n" + "|-" * (n // 4) + "\n",
    "rows of a table": _many("|b|c|\n", before="|a|b|\n|-|-|\n"),
    "short rows of a wide table": lambda n: (
        "|a" * (n // 8) + "\n" + "|-" * (n // 8) + "\n" + "|b\n" * (n // 6)
    ),
    "short rows of a wide table of HTML": lambda n: (
        "<table><tr>" + "<td>a" * (n // 10) + "<tr><td>b" * (n // 18) + "</table>"
    ),
    "short rows of wide tables": _many("|a|b|c|d|e|f|g|h\n|-|-|-|-|-|-|-|-\n|b\n|b\n|b\n\n"),
    "heads over rules": _many("|a|\n---\n"),
    "tables before quotations": _many("|a|\n|-|\n> x\n"),
    "tables of a wrong rule": _many("|a|b|\n|-|\n"),
    "tables without rows": _many("|a|b|\n|-|-|\n\n"),
    "a rule of a table": _many("|-", after="x"),
    "a rule of a table with spaces": _many(" |:-: ", after="x"),
    "a rule of dashes": _many("-", after="x"),
    "heads of tables": _many("|a|\n"),
    "escaped bars": _many("\\|", before="|"),
    "hard breaks": _many("a\\\n"),
    "tags without end": _many("<b><sub>"),
    "tags of one end": _many("<b>", after="</b>"),
    "pairs of tags": _many("<b>a</b>"),
    "tags in tags": _nested("<b><sub>", "</sub></b>"),
    "lists two blanks deep": _many("1. a\n  - b\n"),
    "an item of many lines": _many("   a\n", before="1. a\n", after="  - b\n"),
    "items in items": _many("1. ", after="a\n" + "  - b\n" * 20),
    "boxes of tasks": _many("- [ ] a\n"),
    "footnotes": _many("[^1]: 来源：某\n"),
    "dollars in Chinese": _many("约$5万"),
    "dollars with blanks": _many("$ a_{ "),
    "stars in Chinese": _many("**标题："),
    "breaks of spaces": _many("a  \n"),
    "formulas": _many("$x$ "),
    "display formulas": _many("$$x$$\n\n"),
    "formulas without end": _many("$x "),
    "display formulas without end": _many("$$x\n\n"),
    "display formulas on lines": _many("$$\nx\n"),
    "brackets of formulas": _many("\\[x\n"),
    "parentheses of formulas": _many("\\(x "),
    "environments without end": _many("\\begin{align}\n"),
    "environments on a line": _many("\\begin{align}"),
    "environments of all kinds": _many("\\begin{align}\\begin{array}\\begin{cases}$$\\[\\("),
    "labels of formulas": lambda n: "$" + "\\label{" * (n // 7) + "$",
    "comments of formulas": lambda n: "$$" + "%" * n + "$$",
    "a long formula": _many("x+", before="$", after="x$"),
    "formulas in labels": _many("[$x"),
    "links": _many("[a](http://a.example) "),
    "links of other names": _many("[b.example](http://a.example) "),
    "a label of hosts": _many("a.", before="[", after="](http://a.example)"),
    "a label of digits": _many("1", before="[", after=".](http://a.example)"),
    "a long address": _many("a", before="[a](http://a.example/", after=")"),
    "an address of points": _many("a.", before="<http://", after=">"),
    "an address of escapes": _many("%zz", before="[a](http://a.example/", after=")"),
    "images": _many("![a](http://a.example/b.png) "),
    "divisions": _many("<div>\n"),
    "divisions with spaces": _many("<div      >\n"),
    "tables of HTML in Markdown": _many("<table><tr><td>a</td></tr></table>\n\n"),
    "open tables of HTML": _many("<table>\n"),
    "cells of HTML": _many("<td>a", before="<table><tr>"),
    "spans of HTML": _many("<td rowspan=99 colspan=99>a", before="<table><tr>"),
}

LINES: dict[str, Flood] = {
    "events": _many("data: a\n\n"),
    "lines of an event": _many("data: a\n"),
    "a line without end": _many("a", before="data: "),
    "lines without data": _many("data:\n"),
    "comments of a stream": _many(":a\n"),
    "returns of a stream": _many("\r"),
    "captions": _many("1\n00:00:01,000 --> 00:00:02,000\na\n\n"),
    "times of a transcript": _many("[0,1,a] b\n"),
    "open times of a transcript": _many("[0,1,a "),
    "times with spaces": _many(" ", before="[0,1,a", after="b"),
    "words of a transcript": _many("Word(beginTime=1, endTime=2, text=a, punctuation=), "),
    "open words of a transcript": _many("Word(beginTime="),
    "words of a transcript in brackets": _many("Word(beginTime=", before="[", after="]"),
    "text of a transcript": _many("text=", before="Word(beginTime=1, endTime=2, "),
    "literals of Python": _many("{'a': "),
    "strings of Python": _many("'a' "),
    "tags of speech": _many("<break "),
    "addresses": _many("http://a.example/ "),
    "data addresses": _many("data:image/png;base64,"),
    "a data address": _many("A", before="data:image/png;base64,"),
    "types of data": _many("data:a/"),
    "keys": _many("sk-abcdefghijkl "),
    "fields of a prompt": _many("{a."),
    "options": _many(" --a"),
    "signs of HTML": _many("<meta charset "),
}

FLOODS: dict[str, Flood] = {**CHARACTERS, **OPENINGS, **NESTINGS, **MARKDOWN, **LINES}
