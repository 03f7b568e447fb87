"""Sentences that stand in the source by themselves, and so are English in every language."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

# Two words, or a word and what is put in, with a point or the like between: no name of an option or
# a column is that.
WORDS = re.compile(
    r"(?<![\w.<&/=-])(?:[A-Za-z][a-z'’]*,? (?:[a-z]{2,}|a|[A-Z][a-z]+)|[A-Za-z][a-z]+ X)(?![\w=(])"
    r"|(?:[A-Za-z]{2,}|X)[,.;:]? \(?[a-z]{2,}\b|\b[a-z]{2,} X"
)
# Words that say something by themselves, as in ``", ".join(names) or "none"``.
_ALONE = {"none", "nothing", "not installed", "installed", "that", "waiting"}
# What is no sentence: markup without what is read of it, styles, queries, lines of magics.
_MARKUP = re.compile(r"<[^<>]*>|<[^<>]*$|^[^<>]*>(?=[^>]*<|$)|&\w+;")
_READ_OF_MARKUP = re.compile(r"\b(?:alt|title|placeholder|aria-label)=[\"']?([^\"'<>]*)")
_TAG = re.compile(r"</?[a-z][^<>]*>")
_IN_MARKUP = re.compile(r"(?<![\w.])[A-Za-z][a-z]{2,}")
_RULE = re.compile(r"[^{}<>]*\{(?:\s+|\s*[a-z-]+:[\w#'\"(-][^{}]*)\}")
_STYLE = re.compile(r"(?<![\w ])[a-z-]+:(?! )(?:[^;{}]|\{\w*\})+(?:;|$)")
_CODE = re.compile(
    r"\s*(?:\(\s*)?(?:SELECT|INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|PRAGMA|ORDER|WHERE|ATTACH|DETACH"
    r"|SAVEPOINT|RELEASE|ROLLBACK|FROM|JOIN|LEFT JOIN|OR|AND|VALUES)\b"
    # Lines of a shell.
    r"|python -c|pip install [^,]+$"
)
# Whom these reach: programmers, and the log.
_FOR_PROGRAMS = {"AttributeError", "NotImplementedError", "AssertionError"}
_TRAITS = {"Bool", "Bytes", "Dict", "Float", "Int", "List", "Unicode"}
_LOGGED = {"debug", "info", "warning", "error", "exception", "log"}


def written(node: ast.expr) -> str:
    """What is written out of a text itself; what is put in is one letter."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(written(each) for each in values)
        case ast.FormattedValue():
            return "X"
    return ""


def passed_over(tree: ast.AST) -> Iterator[ast.AST]:
    """Docstrings, types, and what is for programs; what ``tr`` and ``mark`` take."""
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant() as text):
                yield text
            case ast.Subscript(value=ast.Name(id="Literal")):
                yield node
            # Traits of panels: nobody is shown their help.
            case ast.Call(func=ast.Name(id=name), keywords=given) if name in _TRAITS:
                yield from (each for each in given if each.arg == "help")
            case ast.Raise(exc=ast.Call(func=ast.Name(id=name))) if name in _FOR_PROGRAMS:
                yield node
            case ast.Call(func=ast.Name(id="tr" | "mark"), args=[first, *_]):
                yield first
            case ast.Call(func=ast.Name(id="ParamSpec" | "TypeVar" | "retold")):
                yield node
            # A list of words, and a pattern.
            case ast.Call(func=ast.Attribute(value=ast.Constant() as words, attr="split")):
                yield words
            case ast.Call(func=ast.Attribute(value=ast.Name(id="re"))):
                yield node
            case ast.Call(func=ast.Attribute(value=ast.Name(id="log"), attr=name)):
                if name in _LOGGED:
                    yield node
            case ast.Subscript(slice=names):
                yield names
        for kind in ("annotation", "returns"):
            if (found := getattr(node, kind, None)) is not None:
                yield found


def untold(source: str) -> Iterator[tuple[int, str]]:
    """The lines and the sentences that no translation is looked up for."""
    tree = ast.parse(source)
    over = {id(node) for part in passed_over(tree) for node in ast.walk(part)}
    inside: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            inside |= {id(each) for part in node.values for each in ast.walk(part)} - {
                id(each)
                for part in node.values
                if isinstance(part, ast.FormattedValue)
                for each in ast.walk(part.value)
            }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant | ast.JoinedStr) and id(node) not in over | inside:
            text = written(node)
            if text in _ALONE or (not _CODE.match(text) and _says_something(text)):
                yield node.lineno, text


def _says_something(text: str) -> bool:
    bare = _MARKUP.sub(lambda found: f" {' '.join(_READ_OF_MARKUP.findall(found[0]))} ", text)
    said = _without_styles(bare)
    return bool(WORDS.search(said) or (_TAG.search(text) and _IN_MARKUP.search(said)))


def _without_styles(text: str) -> str:
    before = ""
    while before != text:
        before, text = text, _RULE.sub(" ", text)
    return _STYLE.sub(" ", text)


# Where a text of a script is what somebody reads, however short it is.
_READ = re.compile(r"(?:button\(\s*|\b(?:title|placeholder): |\"aria-label\": )$")
_TEXT = re.compile(r'"((?:[^"\\\n]|\\.)*)"|`([^`]*)`')
_SELECTOR = re.compile(r"^[.#:\[]|sophnet-|[{};]|=>")


def untold_in_script(source: str) -> Iterator[tuple[int, str]]:
    """The same for JavaScript, where also one word is told on a button or in a hint."""
    code = re.sub(r"^\s*(?://|/?\*).*$", "", source, flags=re.MULTILINE)
    for found in _TEXT.finditer(code):
        before = code[max(0, found.start() - 30) : found.start()]
        text = found[1] if found[1] is not None else re.sub(r"\$\{[^}]*\}", "X", found[2])
        if re.search(r"\btr\(\s*$", before) or _SELECTOR.search(text):
            continue
        if WORDS.search(text) or (_READ.search(before) and re.search(r"[A-Za-z]{3}", text)):
            yield code.count("\n", 0, found.start()) + 1, text
