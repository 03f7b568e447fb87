"""The panels, from their signatures, docstrings and traits."""

from __future__ import annotations

import inspect
from typing import Any

import sophnet_jupyter
from sophnet_jupyter.magics.sophnet.panels import PANELS
from sophnet_jupyter.widgets.panel.panel import Panel

from .writing import cell, documented, page, plain, public_methods, signed, table

# What every panel obeys and leaves: for who writes one, not for who uses it.
_INNER = set(public_methods(Panel)) | {"obey", "state", "still"}


def names() -> list[str]:
    """The names of the panels."""
    return [call.partition("(")[0] for call in PANELS]


def traits(kind: Any) -> dict[str, Any]:
    """The traits of a panel that are its own and said, without those of every widget."""
    inherited = set(Panel.class_traits()) - {"key"}
    return {
        name: trait
        for name, trait in kind.class_traits().items()
        if name not in inherited and trait.help
    }


def pages() -> dict[str, str]:
    """The pages by their places below ``look-up/``."""
    written = {f"panels/{name}.md": _page(name) for name in names()}
    rows = [
        (f"[`{call}`](panels/{call.partition('(')[0]}.md)", plain(said))
        for call, said in PANELS.items()
    ]
    listed = "\n".join(f"panels/{name}" for name in names())
    written["panels.md"] = page(
        "Panels",
        "Each works below the cell that makes it and goes on while other cells run. A panel is a "
        "name of `sophnet_jupyter`.",
        table(("", ""), rows),
        f"```{{toctree}}\n:hidden:\n\n{listed}\n```",
    )
    return written


def _page(name: str) -> str:
    kind = getattr(sophnet_jupyter, name)
    rows = [
        (f"`{each}`", f"`{type(trait).__name__}`", cell(trait.help))
        for each, trait in sorted(traits(kind).items())
    ]
    parts = [signed(f"sophnet_jupyter.{name}", kind), documented(kind)]
    if rows:
        parts += ["## Traits", table(("name", "kind", "what it is"), rows)]
    for each, method in public_methods(kind).items():
        if each in _INNER or not inspect.getdoc(method):
            continue
        parts.append(f"## `.{each}`")
        if not isinstance(method, property):
            parts.append(signed(each, method))
        parts.append(documented(method))
    return page(f"`{name}`", *parts)
