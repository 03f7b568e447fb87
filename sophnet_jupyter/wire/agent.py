"""What our requests call themselves."""

from __future__ import annotations

from functools import cache
from importlib import metadata


@cache
def user_agent() -> str:
    """``sophnet-jupyter/0.1.0``: the program alone, nothing of its user or machine."""
    try:
        return f"sophnet-jupyter/{metadata.version('sophnet-jupyter')}"
    except metadata.PackageNotFoundError:
        return "sophnet-jupyter/0"
