"""The language of this process, and what is said in it."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Protocol

from .catalogue import read

ENGLISH = "en"
# By their names here, each with the folder of its catalogue.
LANGUAGES = {ENGLISH: "", "zh": "zh_CN"}
_LOCALE = Path(__file__).parents[1] / "locale"


class Listener(Protocol):
    """What draws itself anew when the language has changed."""

    def language_changed(self) -> None: ...


# Who knows the language: the settings, once loaded, since they alone read the environment.
_asked: list[Callable[[], str]] = []
_listeners: weakref.WeakSet[Listener] = weakref.WeakSet()


def ask_by(source: Callable[[], str]) -> None:
    """Learn the language from ``source``, which is asked each time something is said."""
    _asked[:] = [source]


def current() -> str:
    """The language in which we speak now, one of `LANGUAGES`."""
    return _asked[0]() if _asked else ENGLISH


def listen(listener: Listener) -> None:
    """Tell ``listener`` of changes, for as long as it lives."""
    _listeners.add(listener)


def changed() -> None:
    """Tell all that listen."""
    for listener in list(_listeners):
        listener.language_changed()


@cache
def translations(language: str) -> dict[str, str]:
    """All that is translated into a language, by its English; empty for English."""
    folder = LANGUAGES[language]
    if not folder:
        return {}
    try:
        found = read(_LOCALE / folder / "LC_MESSAGES" / "sophnet_jupyter.po")
    except (OSError, ValueError):
        # A file that somebody has edited, or left out: what is said is English then.
        return {}
    return {text: said for text, said in found.items() if text}


def tr(text: str, /, **values: object) -> str:
    """
    ``text`` in the language of this moment, with ``values`` in the places of ``{names}``.

    Without values, braces stay as they are. To be called where something is shown, not where a
    module is loaded.
    """
    said = translations(current()).get(text, text)
    return said.format(**values) if values else said


def mark(text: str, /) -> str:
    """``text`` as it is: a sentence to be translated where it is shown, by ``tr(name)``."""
    return text
