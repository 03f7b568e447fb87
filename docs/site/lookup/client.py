"""A page for each resource of the client, from its signatures and docstrings."""

from __future__ import annotations

import inspect
from typing import Any

import sophnet_jupyter
from sophnet_jupyter.files.lines import lines

from .writing import documented, page, plain, public_methods, signed, table

# What a knowledge base is asked by; any id does, since nothing is sent.
_ANY = "handbook"


def resources() -> dict[str, Any]:
    """The resources of a client by how they are reached from it."""
    client = sophnet_jupyter.Client("a-key")
    names = [
        *("chat", "images", "videos", "voice", "voicechat", "speech", "ocr", "documents"),
        *("embeddings", "files", "account", "tasks", "dify", "excel", "history"),
    ]
    found = {name: getattr(client, name) for name in names}
    knowledge = client.knowledge(_ANY)
    found |= {
        "knowledge": knowledge,
        "knowledge.files": knowledge.files,
        "knowledge.qa": knowledge.qa,
    }
    return found


def pages() -> dict[str, str]:
    """The pages by their places below ``look-up/``."""
    found = resources()
    written = {f"client/{name}.md": _page(name, value) for name, value in found.items()}
    rows = [
        (f"[`client.{_called(name)}`](client/{name}.md)", plain(first(type(value))))
        for name, value in found.items()
    ]
    own = {
        name: each
        for name, each in public_methods(sophnet_jupyter.Client).items()
        if name not in found and not isinstance(each, property) and inspect.getdoc(each)
    }
    listed = "\n".join(f"client/{name}" for name in found)
    written["client.md"] = page(
        "Client",
        signed("sophnet_jupyter.Client", sophnet_jupyter.Client),
        documented(sophnet_jupyter.Client),
        "## Resources",
        "Each has `create`, or its own verb, which settles to one [response](names.md#response), "
        "and most have `stream`, which yields [events](events.md).",
        table(("", ""), rows),
        *_methods("client", own),
        f"```{{toctree}}\n:hidden:\n\n{listed}\n```",
    )
    return written


def first(value: Any) -> str:
    """The first line of a docstring."""
    return next(iter(lines(inspect.getdoc(value) or "")), "")


def _called(name: str) -> str:
    return name.replace("knowledge", "knowledge(service_id)")


def _page(name: str, value: Any) -> str:
    called = f"client.{_called(name)}"
    return page(
        f"`{called}`",
        documented(type(value)),
        *_methods(called, public_methods(type(value))),
    )


def _methods(called: str, methods: dict[str, Any]) -> list[str]:
    parts = []
    for name, each in methods.items():
        if not inspect.getdoc(each):
            continue
        parts.append(f"## `{called}.{name}`")
        if not isinstance(each, property):
            parts.append(signed(f"{called}.{name}", each))
        parts.append(documented(each))
    return parts
