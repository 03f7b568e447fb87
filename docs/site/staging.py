"""
All sources of the site in one folder, as Sphinx wants them.

What is read on its own in the repository (the pages of `docs/`, the notebooks, the changelog)
stands there under the links that lead to it, and here where a reader of the site looks for it:
`PLACES` says where, and each relative link is made to lead there.
"""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path, PurePosixPath

from . import lookup, notebooks

ROOT = Path(__file__).parents[2]
PAGES = ROOT / "docs" / "site" / "pages"
PLACES = {
    "CHANGELOG.md": "changelog.md",
    "CONTRIBUTING.md": "understand/contributing.md",
    "README.zh-CN.md": "zh/readme.md",
    "SECURITY.md": "understand/security.md",
    "docs/administration.md": "understand/administration.md",
    "docs/design.md": "understand/design.md",
    "docs/history.md": "do/history.md",
    "docs/many-rows.md": "do/many-rows.md",
    "docs/services.md": "understand/services.md",
    "docs/services/dify.md": "understand/services/dify.md",
    "docs/services/sophnet.md": "understand/services/sophnet.md",
    "docs/services/teleai.md": "understand/services/teleai.md",
    "examples/hub/README.md": "understand/hub.md",
}
# Where a link leads that the site does not follow: the same, told on a page of its own.
INSTEAD = {
    "README.md": "index.md",
    "notebooks": "do/index.md",
    "notebooks/demo-app.ipynb": "start/hosts.md",
}
_LINK = re.compile(r"(\]\()([^()\s]+)(\))")
_CODE = re.compile(r"(^```.*?^```|`[^`\n]+`)", re.MULTILINE | re.DOTALL)


def places() -> dict[str, str]:
    """Where each file of the repository that has a page stands on the site."""
    found = dict(PLACES)
    found |= {f"notebooks/{name}.ipynb": f"do/{name}.ipynb" for name in notebooks.names()}
    own = (path.relative_to(PAGES).as_posix() for path in sorted(PAGES.rglob("*.md")))
    return found | {f"docs/site/pages/{name}": name for name in own}


def stage(target: Path, executed: Path) -> None:
    """Write all sources below ``target``; ``executed`` has the notebooks with their outputs."""
    shutil.rmtree(target, ignore_errors=True)
    for name, text in lookup.pages().items():
        _write(target / "look-up" / name, text)
    for source, place in places().items():
        if place.endswith(".ipynb"):
            book = json.loads((executed / Path(place).name).read_text("utf-8"))
            for cell in book["cells"]:
                if cell["cell_type"] == "markdown":
                    text = "".join(cell["source"])
                    cell["source"] = moved(text, source, place, target)
            _write(target / place, json.dumps(book, ensure_ascii=False))
        else:
            text = (ROOT / source).read_text("utf-8")
            _write(target / place, moved(text, source, place, target))
    if (executed / "sophnet-media").is_dir():
        shutil.copytree(executed / "sophnet-media", target / "do" / "sophnet-media")


def moved(text: str, source: str, place: str, target: Path) -> str:
    """The text of the file ``source`` with its links as they are at ``place``."""
    parts = _CODE.split(text)
    parts[::2] = [
        _LINK.sub(lambda found: _link(found, source, place, target), part) for part in parts[::2]
    ]
    return "".join(parts)


def _link(found: re.Match[str], source: str, place: str, target: Path) -> str:
    before, link, after = found.groups()
    name, _, anchor = link.partition("#")
    if not name or re.match(r"[a-z]+:", name):
        return found[0]
    led = os.path.normpath(PurePosixPath(source).parent / name).replace(os.sep, "/")
    there = places().get(led) or INSTEAD.get(led)
    if there is None:
        # A picture, a figure, a program: it goes along, to be looked at.
        there = f"files/{led}" if (ROOT / led).is_file() else ""
        if not there:
            raise FileNotFoundError(f"{source} links to {link}, which is no file")
        _copy(ROOT / led, target / there)
    relative = os.path.relpath(there, PurePosixPath(place).parent).replace(os.sep, "/")
    return f"{before}{relative}{'#' + anchor if anchor else ''}{after}"


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target)


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
