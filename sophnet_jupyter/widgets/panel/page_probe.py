"""Something to draw that is not seen: a page that draws it says what it can do."""

from __future__ import annotations

from typing import Any

from .panel import Buffers, Command, Panel

# Of the page's words, those that are known.
MICROPHONE = frozenset(("granted", "prompt", "denied", "insecure", "missing", "barred"))


class PageProbe(Panel):
    """``facts`` are what the page has said of itself, or None: ``secure`` and ``microphone``."""

    file = "page_probe"
    facts: dict[str, Any] | None = None

    def obey(self, command: Command, buffers: Buffers) -> None:
        match command:
            case {"kind": "page", "secure": bool(secure), "microphone": str(found)}:
                word = found if found in MICROPHONE else "prompt"
                self.facts = {"secure": secure, "microphone": word}

    def bundle(self) -> dict[str, Any]:
        """The mime bundle to be shown, which draws nothing anywhere."""
        data, _ = self._repr_mimebundle_() or ({}, {})
        return {**data, "text/html": "", "text/plain": ""}
