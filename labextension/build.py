"""
Build the bundle into ``prebuilt/``: ``python labextension/build.py``.

The same source makes the same bytes, wherever it lies: so the bundle is committed, nobody who only
uses it needs Node, and a test builds it again and compares. `npm ci` comes first; see the Makefile.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
NODE = HERE.parent / "tests" / "types" / "node.py"
MODULES = Path("node_modules")
STEPS = (
    [MODULES / "typescript/bin/tsc"],
    [
        MODULES / "@jupyter/builder/lib/build-labextension.js",
        "--core-package-file",
        # Pinned: the bundle asks every page for this version of JupyterLab or a newer 4.
        MODULES / "@jupyterlab/core-meta/core.package.json",
        ".",
    ],
)


def build(folder: Path) -> None:
    """Build ``folder``, a copy of this one perhaps. Raises `CalledProcessError`."""
    for step in STEPS:
        node = [sys.executable, str(NODE), "node", *map(str, step)]
        subprocess.run(node, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def take_version() -> None:
    """Write the version of the package, which is said in one place, into ``package.json``."""
    package = (HERE.parent / "sophnet_jupyter" / "__init__.py").read_text("utf-8")
    (version,) = re.findall(r'^__version__ = "(.+)"$', package, re.MULTILINE)
    path = HERE / "package.json"
    text = path.read_text("utf-8")
    path.write_text(
        re.sub(r'"version": "[^"]+"', f'"version": "{version}"', text, count=1), "utf-8"
    )


if __name__ == "__main__":
    take_version()
    build(HERE)
