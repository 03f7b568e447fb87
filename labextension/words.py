"""
Write the Chinese words of the page half, for JupyterLab's server, from the one catalogue.

``python labextension/words.py``, after a string or its translation has changed. The server hands
``sophnet_jupyter.json`` to a page that speaks Chinese.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sophnet_jupyter.language import read
from sophnet_jupyter.widgets.panel.modules import FOLDER, translated

HERE = Path(__file__).parent
CATALOGUE = FOLDER.parent / "locale" / "zh_CN" / "LC_MESSAGES" / "sophnet_jupyter.po"
FILE = CATALOGUE.with_suffix(".json")
# As the page looks for it: with a dash, though the folder has none.
_HEAD = {
    "domain": "sophnet_jupyter",
    "language": "zh-CN",
    "plural_forms": "nplurals=1; plural=0;",
    "version": "1",
}
_STRING = r'"((?:[^"\\]|\\.)*)"'


def strings() -> Iterator[str]:
    """What the page half says, in English. Raises `ValueError` for what nobody could look up."""
    for path in sorted((HERE / "src").rglob("*.ts")):
        source = path.read_text("utf-8")
        for found in re.finditer(rf"trans\.__\(\s*((?:{_STRING}\s*\+?\s*)+)", source):
            yield "".join(re.findall(_STRING, found[1]))
        if re.search(r"trans\.__\(\s*[^\"\s]", source):
            raise ValueError(f"{path.name} has something translated that is no plain string")
    # Of the panels' scripts it takes those that hear.
    for path in sorted((FOLDER / "hearing").glob("*.js")):
        yield from translated(path.read_text("utf-8"))
    schema = json.loads((HERE / "schema" / "plugin.json").read_text("utf-8"))
    yield from (f"{kind}\x04{text}" for kind, text in _of_the_schema(schema))


def _of_the_schema(value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name in ("title", "description") and isinstance(inner, str):
                yield "schema", inner
            elif name == "label" and inner:
                yield "menu", inner
            else:
                yield from _of_the_schema(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _of_the_schema(inner)


def text() -> str:
    """The file, with all that is translated."""
    said = read(CATALOGUE)
    table = {each: [said[each]] for each in dict.fromkeys(strings()) if each in said}
    return json.dumps({"": _HEAD, **table}, ensure_ascii=False, indent=1) + "\n"


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
