"""What makes the sandbox's results: one module for each engine, loaded on use."""

from __future__ import annotations

import importlib
from types import ModuleType


class Missing(Exception):
    """An engine is not installed; the sentence says what to install."""


def engine(module: str, package: str) -> ModuleType:
    """A module of an engine's library; raises `Missing` where ``package`` is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError:
        raise Missing(
            f"this endpoint of the sandbox needs {package}, which is not installed: "
            'pip install "sophnet-jupyter[engines]"'
        ) from None
