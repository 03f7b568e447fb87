"""What a panel sends for what was typed: values of the notebook in it, or a prompt file filled."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import SettingsError
from ...language import tr
from ...prompt.file import place
from ...prompt.file.prompt import Prompt
from ...prompt.fill import FIELD, Filled, fill, value_of

# Characters of a value in the words that stand for a question.
SHOWN = 300


def notebook_fill(text: str, names: Mapping[str, Any]) -> Filled:
    """A text with values of the notebook, as in a cell. Runs their code: not on the loop."""
    return fill(text, names) if "{" in text else Filled(text)


def prompt_of(given: object) -> Prompt | None:
    """A prompt file by its name, or itself; None for none. Raises `SettingsError`."""
    if not given:
        return None
    if isinstance(given, Prompt):
        return given
    if isinstance(given, str):
        return Prompt(given)
    raise SettingsError(tr("prompt is the name of a prompt file, or a sophnet_jupyter.Prompt."))


def names_of_prompts() -> list[str]:
    """The prompt files beside the notebook."""
    try:
        return place.listed()
    except OSError:
        return []


def form_of(prompt: Prompt | None) -> dict[str, Any] | None:
    """A prompt file as a form: a field for each variable, with its default."""
    if prompt is None:
        return None
    defaults = prompt.defaults
    return {
        "name": prompt.name,
        "description": prompt.description,
        "model": str(prompt.options.get("model") or ""),
        "fields": [
            {"name": name, "value": str(defaults.get(name, "")), "needed": name in prompt.missing}
            for name in prompt.variables
        ],
    }


def filled_form(
    prompt: Prompt, values: Mapping[str, Any], names: Mapping[str, Any]
) -> tuple[str, list[Mapping[str, Any]]]:
    """
    The words that stand for a filled form, and its messages; ``{name}`` in a field is a value of
    the notebook. Raises `SettingsError` for a field that is empty and must not be.
    """
    texts = {name: str(text) for name, text in values.items() if name in prompt.variables}
    given = {name: _value(text, names) for name, text in texts.items() if text.strip()}
    if empty := [name for name in prompt.missing if name not in given]:
        raise SettingsError(
            tr("{empty} is empty: the prompt {name} needs it.", empty=empty[0], name=prompt.name)
        )
    said = [f"{name}: {_short(texts[name])}" for name in given]
    return "\n".join([prompt.name, *said]), prompt.messages(**given)


def _value(text: str, names: Mapping[str, Any]) -> Any:
    if FIELD.fullmatch(text.strip()):
        try:
            return value_of(text.strip()[1:-1], names)
        except LookupError:
            return text
    return fill(text, names).text


def _short(text: str) -> str:
    return text if len(text) <= SHOWN else f"{text[:SHOWN]}…"
