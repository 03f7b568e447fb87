"""The values of a prompt file on a line: ``-p reviews review="…" tone={tone}``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

from IPython.core.error import UsageError

from ...errors import SettingsError
from ...language import tr
from ...prompt.file.filled import FilledPrompt
from ...prompt.file.prompt import Prompt
from ...prompt.fill import FIELD
from ..line.interpolate import fill, value_of
from ..line.near import did_you_mean
from ..options.found import Found, matching
from ..session.session import KernelSession

_PAIR = re.compile(r"""([^\W\d]\w*)=((?:[^\s"']+|"[^"]*"|'[^']*')+)(?:\s+|$)""")


def with_values(
    session: KernelSession, prompts: Mapping[str, Any], words: str, *, raw: bool
) -> tuple[dict[str, Any], str]:
    """
    The prompts with the values that the words begin with, and the words behind those.

    A file sees what is passed so, and no name of the notebook beside it: ``text={df}`` passes one.
    Raises `UsageError` for a value that none of the files takes.
    """
    files = [each for each in prompts.values() if isinstance(each, Prompt)]
    known = list(dict.fromkeys(name for each in files for name in each.variables))
    values: dict[str, Any] = {}
    while files and (match := _PAIR.match(words)):
        name = match[1]
        if name not in known:
            advice = did_you_mean(name, known)
            if not advice:
                break
            raise UsageError(
                tr(
                    "{names} has no variable {name}. {advice}",
                    names=_names(prompts),
                    name=name,
                    advice=advice,
                )
            )
        values[name] = _value(name, match[2], session, raw=raw)
        words = words[match.end() :]
    found = {
        label: one.given(**{name: values[name] for name in values if name in one.variables})
        if isinstance(one, Prompt)
        else one
        for label, one in prompts.items()
    }
    return found, words


def turns_of_file(prompt: Prompt, words: str) -> FilledPrompt:
    """
    The turns of a prompt file; the words are its only value that is missing, else a turn behind.

    Raises `SettingsError` for values that are missing.
    """
    if words.strip() and len(prompt.missing) == 1:
        prompt, words = prompt.given(**{prompt.missing[0]: words.strip()}), ""
    own = FilledPrompt(prompt.messages(), prompt.options)
    if words:
        own.append({"role": "user", "content": words})
    return own


def values_of_prompts(
    said: str, before: list[str], word: str, session: KernelSession
) -> list[Found]:
    """Completions: the variables of the prompts behind ``-p``, as ``review=``, each once."""
    given = {each.partition("=")[0] for each in before}
    known: dict[str, None] = {}
    for name in said.split(","):
        with suppress(SettingsError):
            value = session.shell.user_ns.get(name)
            prompt = value if isinstance(value, Prompt) else Prompt(name)
            known |= dict.fromkeys(prompt.variables)
    return matching(word, [f"{name}=" for name in known if name not in given], "variable")


def _value(name: str, text: str, session: KernelSession, *, raw: bool) -> Any:
    """A text with the notebook's values in it; one alone in braces is that value itself."""
    if len(text) > 1 and text[0] == text[-1] and text[0] in "\"'":
        text = text[1:-1]
    if raw:
        return text
    names = session.shell.user_ns
    if FIELD.fullmatch(text):
        try:
            return value_of(text[1:-1], names)
        except LookupError:
            raise UsageError(
                tr("{name}={text}: there is no such value in this notebook.", name=name, text=text)
            ) from None
    return fill(text, names, session.failures).text


def _names(prompts: Mapping[str, Any]) -> str:
    named: Sequence[str] = list(prompts)
    return (
        tr("The prompt {named}", named=named[0])
        if len(named) == 1
        else tr("None of {named}", named=", ".join(named))
    )
