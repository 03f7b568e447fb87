"""
Tab completion of our magics: options, their values, and variables in ``{…}`` of a prompt.

It runs on the kernel's main thread while the user waits, so that it knows what is known here and
asks nobody. It suggests; what it does not know is as good.
"""

from __future__ import annotations

import re
from argparse import Action
from collections.abc import Iterable, Mapping

from IPython.core.completer import CompletionContext, SimpleCompletion, SimpleMatcherResult

from ..catalogue import LazyMagic
from ..options.found import Found, matching
from ..options.variables import attributes, values
from ..session.session import KernelSession
from .subjects import for_subject

MAGIC = re.compile(r"^\s*(?:[\w\s,.\[\]'\"]+=\s*)?(%{1,2})(\w+)(?:\s+|$)")
# A quote that is still open holds all that follows.
WORD = re.compile(r"""(?:[^\s"']|"[^"]*(?:"|$)|'[^']*(?:'|$))+""")
_PAIR = re.compile(r"[^\W\d]\w*=")
_BRACES = re.compile(r"(?<!\{)\{(?:([^\W\d]\w*)\.)?([^\W\d]\w*)?$")

Completed = tuple[str, Iterable[Found]]
"""The piece before the cursor that is replaced, and what may take its place."""


def complete(
    context: CompletionContext, session: KernelSession, magics: Mapping[str, LazyMagic]
) -> SimpleMatcherResult:
    """The completions that IPython offers at the cursor."""
    lines = context.full_text.split("\n")[: context.cursor_line + 1]
    lines[-1] = lines[-1][: context.cursor_position]
    piece, found = completed(lines, session, magics)
    return SimpleMatcherResult(
        completions=[SimpleCompletion(text=text, type=kind) for text, kind in found],
        matched_fragment=piece,
        ordered=True,
        suppress=True,
    )


def completed(
    lines: list[str], session: KernelSession, magics: Mapping[str, LazyMagic]
) -> Completed:
    """The completions for a cell whose text ends at the cursor."""
    begin = next((n for n, line in enumerate(lines) if line.strip()), 0)
    first, last = MAGIC.match(lines[begin]), MAGIC.match(lines[-1])
    if first and first[1] == "%%" and begin < len(lines) - 1:
        # Below its first line a cell magic is a prompt, whatever stands there.
        return _in_prompt(lines[-1], session) if first[2] in magics else ("", [])
    if not last or last[2] not in (*magics, "sophnet") or last.end() == last.end(2):
        return "", []
    magic, words = last[2], lines[-1][last.end() :]
    if magic == "sophnet":
        before, word = _last_word(words)
        return word, for_subject(before, word, session)
    if _BRACES.search(words):
        return _in_prompt(words, session)
    return _in_options(magics[magic], *_last_word(words), session)


def _in_prompt(text: str, session: KernelSession) -> Completed:
    """Variables in an open brace, and their attributes."""
    brace = _BRACES.search(text)
    if brace is None:
        return "", []
    piece = brace[2] or ""
    if brace[1]:
        return piece, attributes(brace[1], piece, session)
    return piece, values(piece, session)


def _in_options(
    magic: LazyMagic, before: list[str], word: str, session: KernelSession
) -> Completed:
    """Names of options, values of the option before the cursor, or positional words."""
    parser = magic.parser
    options = parser._actions if parser else []
    actions = {name: action for action in options for name in action.option_strings}
    waiting, words = None, []
    # The options that say what may stand behind them, with their values.
    behind: list[tuple[Action, str]] = []
    for one in before:
        if waiting:
            behind += _leading(waiting, one)
            waiting = None
        elif one in actions:
            waiting = actions[one] if actions[one].nargs != 0 else None
        elif one.partition("=")[0] in actions:
            behind += _leading(actions[one.partition("=")[0]], one.partition("=")[2])
        elif behind and _PAIR.match(one):
            words.append(one)
        elif one == "--" or magic.options_first:
            # The prompt has begun, and what looks like an option in it is a word.
            return "", []
        else:
            words.append(one)
    name, equals, value = word.partition("=")
    if not waiting and equals and name in actions:
        waiting, word = actions[name], value
    if waiting:
        return _of_option(waiting, word, session)
    if not word.startswith("-"):
        found = magic.words(words, word, session) if magic.words else []
        for action, said in behind:
            find = vars(action)["behind"]
            found += [one for one in find(said, words, word, session) if one not in found]
        if found or word:
            return word, found
    names = [name for name in actions if name.startswith("--") or word == "-"]
    return word, matching(word, names, "option")


def _leading(action: Action, said: str) -> list[tuple[Action, str]]:
    return [(action, said)] if getattr(action, "behind", None) else []


def _of_option(action: Action, word: str, session: KernelSession) -> Completed:
    """Values for an option, and the part of the word that they replace."""
    if action.choices:
        return word, matching(word, map(str, action.choices), "value")
    find, between = getattr(action, "completes", None), getattr(action, "between", "")
    if between:
        # --tools f,g and --schema list[City]
        word = re.split(f"[{re.escape(between)}]", word)[-1]
    return word, find(word, session) if find else []


def values_of(action: Action, said: str, session: KernelSession) -> list[Found]:
    """What is known of a value that stands there whole."""
    if action.choices:
        return []
    word, found = _of_option(action, said, session)
    return [(name, kind) for name, kind in found if name == word]


def _last_word(words: str) -> tuple[list[str], str]:
    """The text after a magic, as all words before the last one, and the last one."""
    before = [match[0] for match in WORD.finditer(words)]
    word = before.pop() if before and words.endswith(before[-1]) else ""
    return before, word
