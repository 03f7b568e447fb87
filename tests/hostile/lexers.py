"""
Which lexers take time in proportion to their text: ``python -m tests.hostile.lexers [NAME …]``.

To be run when Pygments changes, or when a language is wanted on the list in `code_lexers`. Says for
each language (by default for those on the list) which floods cost more than 2.6 times as much at
20,000 characters as at 10,000, or never end. Half a minute of CPU a language.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping

from .costs import MOST, Sink, offenders
from .floods import FLOODS, Flood

# Whatever costs more than twice as much at first is looked at again at the full length.
SUSPICIOUS, SHORT, LONG = 2.2, 2_500, 10_000
# The prefix of the groups of sinks that are lexers.
GROUP = "lexer "

# What some lexer of Pygments 2.21 was slow at, before or behind the bounds of `is_tame`: the part
# of the corpus that a test has time for.
TELLING = (
    *("newlines", "spaces", "tabs and newlines", "spaces before each newline", "escapes"),
    *("U+0024 a line", "U+005F a line", "U+005B a line", "U+0027 a line", "U+0023 a line"),
    *("U+003E a line", "U+002F between letters", "comments", "templates", "quotations a line"),
    *(f"openings {opening!r}" for opening in ("/*", "<!-- a\n", "(*", "{-", "#|", "<<A\n")),
    *(f"openings {opening!r}" for opening in ("[\n", "/*\n", "{\n", "```a\n", "=pod\n", "a.")),
    *(f"openings {opening!r}" for opening in ("FROM a\n", "    a\n", "a\n b\n", "@a\n", "> a\n")),
    *("references", "runs of backticks"),
)


def lexer(name: str) -> Sink:
    """What reads code in a language, listed or not, as far as it is given to its lexer."""
    from sophnet_jupyter.views.safe import code_lexers

    def read(code: str) -> None:
        if code_lexers.is_tame(code, name):
            for _ in code_lexers.read(code, name):
                pass

    return read


def survey(name: str, floods: Mapping[str, Flood] = FLOODS) -> dict[str, str]:
    """The floods at which a lexer does worse than linear, and what it did."""
    group = GROUP + name
    suspects = {
        flood: FLOODS[flood] for _, flood in offenders(group, SHORT, floods, most=SUSPICIOUS)
    }
    if not suspects:
        return {}
    found = offenders(group, LONG, suspects, most=MOST)
    return {flood: said for (_, flood), said in found.items()}


def _main(names: list[str]) -> None:
    from sophnet_jupyter.views.safe.code_lexers import LANGUAGES

    for name in names or sorted(LANGUAGES):
        found = survey(name)
        sys.stdout.write(f"{name}: {found or 'linear'}\n")


if __name__ == "__main__":
    _main(sys.argv[1:])
