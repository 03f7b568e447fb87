"""``%sophnet language``: which language we speak."""

from __future__ import annotations

import sys

from IPython.core.error import UsageError

from ...language import LANGUAGES, changed, mark, tr
from ...settings import keep_language, language_choice

NAMES = {"en": mark("English"), "zh": mark("Chinese (中文)")}
CHOICES = ("auto", *LANGUAGES)


def language(rest: str) -> None:
    """Say the language, or speak another one. Raises `UsageError`, `SettingsError`."""
    if rest not in ("", *CHOICES):
        raise UsageError(tr("%sophnet language takes {choices}.", choices=", ".join(CHOICES)))
    if rest:
        try:
            keep_language("" if rest == "auto" else rest)
        finally:
            changed()
    sys.stdout.write(f"{_said()}\n")


def _said() -> str:
    now, source = language_choice()
    name = tr(NAMES[now])
    match source:
        case "%sophnet" | "kept":
            return tr(
                "{name}, as %sophnet language has set it, also for later kernels. "
                "%sophnet language auto goes by the system.",
                name=name,
            )
        case "":
            return tr("{name}, since no variable names another one.", name=name)
    return tr("{name}, by {source}.", name=name, source=source)
