"""
Lexers for the code in an answer: those that were measured, and only for code they are quick at.

The language of a block is the model's word, and Pygments has six hundred lexers, all made for the
code that people write. Some never end where others' code meets them (an HTML comment is enough
for ``mcschema``), many take four times as long for twice the text, and a regular expression that
runs can be neither interrupted nor ended: while it does, no other thread of the kernel goes on.
So a language is colored only if its lexer takes at most 2.6 times as long for twice the text,
whatever the text is. ``python -m tests.hostile.lexers`` measures that, and a test repeats it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pygments.lexer import Lexer  # type: ignore[import-untyped]

# What is longer is shown plain: nobody reads it, and each color is forty characters of HTML.
LONGEST, MOST_TOKENS = 20_000, 20_000
# Many lexers look at the rest of the line, or of the blanks, from each place in it. With these
# bounds the whole takes time in proportion to its lines.
LONGEST_LINE, LONGEST_RUN = 1_000, 200
# What opens and never closes is looked for to the end of the text, each time it opens.
MOST_OPEN = 20
_PAIRS = (("/*", "*/"), ("<!--", "-->"), ("[", "]"))
_PAIRS_OF = {
    **dict.fromkeys(("ocaml", "fsharp"), (("(*", "*)"),)),
    "delphi": (("(*", "*)"), ("{", "}")),
    "haskell": (("{-", "-}"),),
    **dict.fromkeys(("common-lisp", "scheme", "racket", "julia"), (("#|", "|#"),)),
    "lua": (("[[", "]]"),),
    "markdown": (("```", "\n```\n"),),
    # What ends a text after "<<" is a word of its own, so that these are counted only.
    "perl": (("<<", "\0"), ("\n=", "\n=cut")),
}
# Words without a mark between them may be the types before the name of a method, and each of them
# is tried as that name.
MOST_WORDS = 60
_WORDS = re.compile(rf"(?<![\w.$<>?@\[\]])(?:[\w.$<>?@\[\]]++\s++){{{MOST_WORDS}}}")
_SLOW_AT = {
    **dict.fromkeys(("java", "csharp", "groovy"), _WORDS),
    # What may come before the name of a section in a comment.
    "powershell": re.compile(rf"(?<![#\s])[#\s]{{{LONGEST_RUN}}}"),
}
# A lexer that yields so many empty tokens in one place stands still.
_STILL = 1_000
# Each run is read once, so that many short ones do not take their square.
_RUN = re.compile(r"\s++|(\S)\1++")
# One long line is how JSON is sent, and its lexer reads each character once.
_ANY_LINES = frozenset({"json"})

# Pygments' names. sed is none of them: its lexer takes the square of lines that end nothing.
LANGUAGES = frozenset(
    (
        "ada apache awk bash batch c clojure cmake cobol common-lisp console cpp csharp css cuda d "
        "dart delphi diff docker elixir emacs-lisp erlang fortran fsharp glsl go graphql groovy "
        "haskell html http ini java javascript json json5 jsx julia kotlin latex less lua make "
        "markdown matlab mysql nasm nginx nim objective-c ocaml octave perl php postgresql "
        "powershell prolog properties protobuf pycon python r racket ruby rust scala scheme scss "
        "sql swift toml tsql tsx typescript verilog vhdl vim xml yaml zig"
    ).split()
)


def tokens(code: str, language: str) -> Iterator[tuple[str, str]]:
    """
    The code as kinds (``Name.Function``) and their texts.

    They may end before the code does, and do so at its beginning where it is to be plain. Runs
    a lexer as they are read, and may raise whatever that does.
    """
    name = _names().get(language.lower())
    if name and is_tame(code, name):
        yield from read(code, name)


def is_tame(code: str, name: str) -> bool:
    """True for code that a lexer may be given. Takes time in proportion to its length."""
    return (
        len(code) <= LONGEST
        and all(run.end() - run.start() < LONGEST_RUN for run in _RUN.finditer(code))
        and (name in _ANY_LINES or max(map(len, code.split("\n"))) <= LONGEST_LINE)
        and all(_closes(code, *pair) for pair in (*_PAIRS, *_PAIRS_OF.get(name, ())))
        and not (name in _SLOW_AT and _SLOW_AT[name].search(code))
    )


def _closes(code: str, begin: str, end: str) -> bool:
    return code.count(begin, code.rfind(end) + 1) <= MOST_OPEN


def read(code: str, name: str) -> Iterator[tuple[str, str]]:
    """The tokens of any of Pygments' lexers, up to `MOST_TOKENS`, or where it stands still."""
    still = 0
    # Without the preparations of get_tokens, which would take a byte order mark away.
    found = _built(name).get_tokens_unprocessed(code)
    for count, (_, kind, text) in enumerate(found, 1):
        still = 0 if text else still + 1
        if count > MOST_TOKENS or still > _STILL:
            return
        if text:
            yield str(kind).removeprefix("Token."), text


@cache
def _names() -> dict[str, str]:
    """Pygments' name for each name that a listed language goes by."""
    from pygments.lexers import get_all_lexers  # type: ignore[import-untyped]

    found: dict[str, str] = {}
    for _, aliases, _, _ in get_all_lexers(plugins=False):
        if listed := LANGUAGES.intersection(aliases):
            found |= dict.fromkeys(aliases, min(listed))
    return found


@cache
def _built(name: str) -> Any:
    from pygments.lexers import get_lexer_by_name

    lexer: Lexer = get_lexer_by_name(name)
    return lexer
