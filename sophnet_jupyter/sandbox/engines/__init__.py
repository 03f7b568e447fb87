"""What makes the sandbox's results: one module for each engine, loaded on use."""

from __future__ import annotations

import importlib
import importlib.util
import sys
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
        f"{source(package, sys.version_info[:2])}"
    )


def source(package: str, python: tuple[int, int]) -> str:
    """The command that installs ``package`` where this Python runs."""
    # The extra leaves out what has no wheel, so that nobody needs a compiler for the rest.
    if package == "pocketsphinx" and python >= (3, 14):
        return "pip install pocketsphinx, with a C compiler, since it has no wheel for this Python"
    # An extra of its own, since espeak-ng is under the GPL.
    extra = (
        "espeak" if package in ("espeak-ng", "espeakng-loader", "espeakng_loader") else "engines"
    )
    return f'pip install "sophnet-jupyter[{extra}]"'
