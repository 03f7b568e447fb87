"""
What a word on a magic's line means: an option, or the value of one.

As completion, it runs on the kernel's main thread while the user waits: it asks nobody.
"""

from __future__ import annotations

from argparse import Action
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import NamedTuple

from ...errors import SophNetError
from ...language import tr
from ...settings import model_name
from ...views.safe.control_characters import plain
from ..catalogue import LazyMagic
from ..options.help import said_of
from ..session.session import KernelSession
from ..sophnet.subjects import SUBJECTS
from .complete import MAGIC, WORD, values_of


class LineWord(NamedTuple):
    """A word of a line, from its first letter to behind its last."""

    text: str
    begin: int
    end: int


def describe(code: str, at: int, session: KernelSession, magics: Mapping[str, LazyMagic]) -> str:
    """
    Words on what stands at a place of a cell, in letters from its beginning.

    Empty where that is no option of ours and no value of one: Python's names are IPython's.
    """
    at = min(at, len(code))
    begin = code.rfind("\n", 0, at) + 1
    line = code[begin:].partition("\n")[0]
    above = code[:begin].strip()
    found = MAGIC.match(line)
    if not found or (above and found[1] == "%%") or above.startswith("%%"):
        return ""
    words = [
        LineWord(each[0], each.start(), each.end()) for each in WORD.finditer(line, found.end())
    ]
    place = at - begin
    if found[2] == "sophnet":
        first = words[0] if words else None
        there = first and first.begin <= place <= first.end and SUBJECTS.get(first.text)
        return f"%sophnet {first.text}\n\n{_sentence(tr(there))}" if first and there else ""
    if found[2] not in magics:
        return ""
    for action, word, value in _said(magics[found[2]], words):
        if word.begin <= place <= word.end:
            in_name = value is None or place <= word.begin + word.text.find("=")
            return _option(action) if in_name or value is None else _value(action, value, session)
    return ""


def _said(magic: LazyMagic, words: list[LineWord]) -> Iterator[tuple[Action, LineWord, str | None]]:
    """Each word that is an option, or the value of one; the value is None where it is none."""
    options = magic.parser._actions if magic.parser else []
    actions = {name: action for action in options for name in action.option_strings}
    waiting: Action | None = None
    for word in words:
        name, equals, value = word.text.partition("=")
        if waiting:
            yield waiting, word, word.text
            waiting = None
        elif word.text in actions:
            yield actions[word.text], word, None
            waiting = actions[word.text] if actions[word.text].nargs != 0 else None
        elif equals and name in actions:
            yield actions[name], word, value
        elif word.text == "--" or magic.options_first:
            return


def _option(action: Action) -> str:
    names = ", ".join(action.option_strings)
    wants = "" if action.nargs == 0 else f" {action.metavar or action.dest.upper()}"
    lines = [f"{names}{wants}", "", _sentence(said_of(action))]
    if action.choices:
        lines += ["", tr("One of {names}.", names=", ".join(map(str, action.choices)))]
    return "\n".join(lines).strip()


def _value(action: Action, said: str, session: KernelSession) -> str:
    """What is known of the value, then what it is the value of."""
    said = said.strip("\"'")
    known = [_known(name, kind, session) for name, kind in values_of(action, said, session)]
    return "\n\n".join([*known, _option(action)])


def _known(name: str, kind: str, session: KernelSession) -> str:
    match kind:
        case "model":
            facts = _of_model(name, session)
        case "alias":
            facts = tr("short for {name}", name=session.aliases.known.get(name, ""))
        case _ if kind.startswith("cosyvoice"):
            facts = tr("a voice of {model}", model=kind)
        case _:
            facts = kind
    return plain(f"{name} · {facts}")


def _of_model(name: str, session: KernelSession) -> str:
    usual = session.aliases.known.get(model_name(), model_name())
    said = tr("the model that answers where none is named") if name == usual else tr("a model")
    with suppress(SophNetError):
        if price := session.client.history.prices().find("SophNet", name):
            sums = tr(
                "{input:f} in and {output:f} out, {currency} per million tokens by your prices",
                input=price.input,
                output=price.output,
                currency=price.currency,
            )
            return f"{said}\n{sums}"
    return said


def _sentence(words: str) -> str:
    words = words.strip()
    return words if not words or words[-1] in ".!?…。！？" or not words.isascii() else f"{words}."
