"""The clients: `Client` for everything, `Dify` and `TeleAI` for these services alone."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .client import Client as Client
    from .dify import Dify as Dify
    from .teleai import TeleAI as TeleAI

# Imported when first asked for.
_HOMES = {
    "Client": "client",
    "Dify": "dify",
    "TeleAI": "teleai",
}

if not TYPE_CHECKING:

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
