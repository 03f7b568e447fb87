"""
Write ``src/magics.json``: the magics that the page half knows, from the catalogue.

``python labextension/magics.py``, after a magic was added; then `make lab` builds the bundle.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from IPython.core.interactiveshell import InteractiveShell

from sophnet_jupyter.magics.catalogue import MAGICS, lazy_magics
from sophnet_jupyter.magics.session.session import KernelSession

FILE = Path(__file__).parent / "src" / "magics.json"


def known() -> dict[str, dict[str, Any]]:
    """Each magic's kinds, its options that take no value, and how many pictures it takes."""
    shell = InteractiveShell.instance()
    magics = lazy_magics(KernelSession(shell))
    found: dict[str, dict[str, Any]] = {"sophnet": {"kinds": ["line"], "flags": [], "images": ""}}
    for name, magic in magics.items():
        actions = magic.parser._actions if magic.parser else []
        flags = [word for action in actions if action.nargs == 0 for word in action.option_strings]
        named = [action for action in actions if "--image" in action.option_strings]
        images = "several" if named and vars(named[0]).get("several") else "one" if named else ""
        kinds = list(MAGICS[name].kinds)
        found[name] = {"kinds": kinds, "flags": sorted(flags), "images": images}
    return found


def text() -> str:
    """The file: a line for each magic."""
    lines = [f"  {json.dumps(name)}: {json.dumps(facts)}" for name, facts in known().items()]
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
