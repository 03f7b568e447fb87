"""Who is asked in a chat panel, and how: what its settings row may change."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...errors import SettingsError
from ...language import tr

SETTINGS = ("system", "temperature", "thinking", "schema", "voice")
THINKING = {"": None, "on": True, "off": False}

# Of one question: the panel takes pictures by paste and drop, and by `ChatPanel.ask`.
_OF_A_QUESTION = ("images", "detail", "max_side")


def refuse(voice: object, options: Mapping[str, Any]) -> None:
    """Raise `SettingsError` for what the panel cannot show, before anything is paid for it."""
    for name in _OF_A_QUESTION:
        if options.get(name) is not None:
            raise SettingsError(
                tr(
                    "{name} belongs to one question: paste or drop pictures into the panel, or give"
                    " them to panel.ask(text, images).",
                    name=name,
                )
            )
    form = voice.get("format") if isinstance(voice, Mapping) else None
    if form and not str(form).lower().startswith("mp3"):
        raise SettingsError(
            tr(
                "The panel plays an answer while it comes, and that is mp3, not {form!r:.40}: "
                "leave format out, or use %%sophchat --voice.",
                form=str(form),
            )
        )


def setting(name: str, text: str, names: Mapping[str, Any]) -> Any:
    """
    The value of a setting as it was typed; None for an empty one.

    ``schema`` is a variable of the notebook. Raises `SettingsError` for what cannot be right.
    """
    text = text.strip()
    if name == "thinking":
        if text not in THINKING:
            raise SettingsError(tr("Thinking is on, off, or empty for the model's default."))
        return THINKING[text]
    if not text:
        return None
    if name == "temperature":
        try:
            value = float(text)
        except ValueError:
            value = -1.0
        if not 0 <= value <= 2:
            raise SettingsError(tr("Temperature is a number from 0 to 2."))
        return value
    if name == "schema":
        if text not in names:
            raise SettingsError(
                tr("Schema is a variable of the notebook, and there is no {text}.", text=text)
            )
        return names[text]
    return text


def shown(options: Mapping[str, Any]) -> dict[str, str]:
    """The settings as the row shows them."""
    thinking = {value: word for word, value in THINKING.items()}
    temperature = options.get("temperature")
    schema = options.get("schema")
    return {
        "system": str(options.get("system") or ""),
        "temperature": "" if temperature is None else f"{temperature:g}",
        "thinking": thinking.get(options.get("thinking"), ""),
        "schema": "" if schema is None else str(getattr(schema, "__name__", tr("a schema"))),
        "voice": str(options.get("voice") or ""),
    }
