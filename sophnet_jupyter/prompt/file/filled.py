"""The messages of a prompt file once its variables are filled, with what its head asks for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


class FilledPrompt(list[Mapping[str, Any]]):
    """Messages to send; ``options`` are arguments of a chat where nobody says otherwise."""

    def __init__(
        self, messages: Iterable[Mapping[str, Any]], options: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(messages)
        self.options = dict(options or {})
