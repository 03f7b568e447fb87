"""What a chat cell compares: the models, settings and prompts that its line names."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping, Sequence
from typing import Any

from IPython.core.error import UsageError

from ...errors import SettingsError
from ...language import tr
from ...options.chat import ChatOptions
from ...prompt.file import place
from ...prompt.file.prompt import Prompt
from ..line.near import did_you_mean
from ..line.options import json_or_text
from ..options.found import Found, matching
from ..options.variables import variables_that
from ..session.session import KernelSession

SETTINGS = ("system", *ChatOptions.__annotations__)
# Those whose values say something side by side.
_COMMON = ("temperature", "top_p", "max_tokens", "thinking", "seed", "system", "reasoning_effort")
_prompts_here = variables_that(lambda value: isinstance(value, str | Prompt))


def settings(word: str, session: KernelSession) -> list[Found]:
    """Completions: options whose values can be compared."""
    return matching(word, [f"{name}=" for name in _COMMON], "option")


def named_prompts(word: str, session: KernelSession) -> list[Found]:
    """Completions: variables that hold prompts, and prompt files."""
    return [*_prompts_here(word, session), *matching(word, place.listed(), "prompt")]


def columns(word: str, session: KernelSession) -> list[Found]:
    """Completions: the columns of the last comparison, each with its model."""
    found = session.compared.columns if session.compared else ()
    return [(str(one.number), one.label) for one in found if str(one.number).startswith(word)]


def models_of(args: Namespace, session: KernelSession) -> list[str]:
    """The models that a line names, in the order in which it does; short names are replaced."""
    words = [name.strip() for word in args.model or [] for name in word.split(",")]
    if args.model and not all(words):
        raise UsageError(tr("-m takes names of models with commas between them, as in A,B."))
    return [session.aliases.real(name) for name in words]


def grid_of(args: Namespace) -> dict[str, list[Any]]:
    """``--grid temperature=0,0.7`` as a list of values by the name of the option."""
    found: dict[str, list[Any]] = {}
    for word in args.grid or []:
        name, equals, values = word.partition("=")
        name = name.strip().replace("-", "_")
        if not equals or not name or not values.strip():
            raise UsageError(
                tr("--grid takes NAME=A,B, as temperature=0,0.7, not {word!r}.", word=word)
            )
        if name not in SETTINGS:
            said = did_you_mean(
                name, SETTINGS, tr("temperature, top_p, max_tokens, seed and so on.")
            )
            raise UsageError(
                tr("--grid: a chat has no option {name}. {said}", name=name, said=said)
            )
        if name in found:
            raise UsageError(
                tr("--grid: {name} stands there twice; its values go behind one =.", name=name)
            )
        found[name] = _values(values)
    return found


def prompts_of(args: Namespace, names: Mapping[str, Any]) -> dict[str, Any]:
    """The prompts that ``--prompt`` names: variables first, then files. Empty without it."""
    words = [name.strip() for word in args.prompt or [] for name in word.split(",")]
    if len(set(words)) < len(words):
        raise UsageError(tr("--prompt names one twice: --repeat 2 asks everything a second time."))
    return {name: _prompt(name, names) for name in words}


def _prompt(name: str, names: Mapping[str, Any]) -> str | Prompt | Sequence[Any]:
    value = names.get(name)
    if isinstance(value, str | Prompt | list | tuple) and value:
        return value
    if value is not None:
        raise UsageError(
            tr(
                "--prompt: {name} is a {name2}, and no prompt.",
                name=name,
                name2=type(value).__name__,
            )
        )
    try:
        return Prompt(name)
    except SettingsError as error:
        if name in place.listed():
            # It is there, and what is wrong is in it.
            raise
        known = [each for each, one in names.items() if isinstance(one, str | Prompt)]
        near = did_you_mean(name, [*known, *place.listed()], str(error))
        raise UsageError(
            tr("--prompt: there is no variable {name}. {near}", name=name, near=near)
        ) from None


def _values(text: str) -> list[Any]:
    if text.lstrip().startswith("[") and isinstance(found := json_or_text(text), list):
        return found
    return [_words.get(part, json_or_text(part)) for part in map(str.strip, text.split(","))]


# As Python writes them.
_words = {"True": True, "False": False}
