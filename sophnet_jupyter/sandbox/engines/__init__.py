"""What makes the sandbox's results: one module for each engine, loaded on use."""

from __future__ import annotations

import importlib
import importlib.util
from types import ModuleType


class Missing(Exception):
    """An engine is not installed; the sentence says what to install."""


def engine(module: str, package: str) -> ModuleType:
    """A module of an engine's library; raises `Missing` where ``package`` is not installed."""
    try:
        return importlib.import_module(module)
    except ImportError:
        raise _missing(package) from None


def require(module: str, package: str) -> None:
    """Raise `Missing` now where `engine` would later, without loading anything."""
    if importlib.util.find_spec(module) is None:
        raise _missing(package)


def _missing(package: str) -> Missing:
    return Missing(
        f"this endpoint of the sandbox needs {package}, which is not installed: "
        'pip install "sophnet-jupyter[engines]"'
    )
