"""Every public name of the package has a place: here what is neither client, panel nor error."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any

import sophnet_jupyter

from . import errors, panels
from .client import first
from .writing import documented, page, plain, public_methods, signed, table

MODULES = ("scores", "batch", "explore")


def places() -> dict[str, str]:
    """Where each name of ``sophnet_jupyter.__all__`` is looked up, below ``look-up/``."""
    found = {name: f"names.md#{name.lower()}" for name in sophnet_jupyter.__all__}
    found |= {name: f"panels/{name}.md" for name in panels.names()}
    found |= {name: f"errors.md#{name.lower()}" for name in errors.kinds() if name in found}
    return found | {"Client": "client.md", "Dify": "client/dify.md", "TeleAI": "client/excel.md"}


def pages() -> dict[str, str]:
    """The pages by their places below ``look-up/``."""
    here = [name for name, place in places().items() if place.startswith("names.md")]
    parts = [part for name in here for part in _told(name, getattr(sophnet_jupyter, name))]
    rows = [
        (
            f"[`{name}`]({place.replace('names.md', '')})",
            plain(first(getattr(sophnet_jupyter, name))),
        )
        for name, place in places().items()
    ]
    written = {
        f"{name}.md": _module(name, import_module(f"sophnet_jupyter.{name}")) for name in MODULES
    }
    written["names.md"] = page(
        "Names of the package",
        "All that `sophnet_jupyter` makes public. `import sophnet_jupyter` imports none of them "
        "until it is asked for.",
        table(("name", "what it is"), rows),
        *parts,
    )
    return written


def _told(name: str, value: Any, level: int = 2, place: str = "sophnet_jupyter") -> list[str]:
    parts = [f"{'#' * level} `{name}`"]
    if not (inspect.isclass(value) and issubclass(value, BaseException)):
        parts.append(signed(f"{place}.{name}", value))
    parts.append(documented(value))
    if inspect.isclass(value):
        for each, method in public_methods(value).items():
            if said := documented(method):
                parts.append(f"{'#' * (level + 1)} `{name}.{each}`")
                if not isinstance(method, property):
                    parts.append(signed(each, method))
                parts.append(said)
    return parts


def _module(name: str, module: Any) -> str:
    parts = [documented(module)]
    for each in module.__all__:
        value = getattr(module, each)
        parts.append(f"## `{each}`")
        parts += [signed(f"sophnet_jupyter.{name}.{each}", value), documented(value)]
    return page(f"`sophnet_jupyter.{name}`", *parts)
