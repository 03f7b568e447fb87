"""A file that a menu names is the file that the magic reads, whatever it is called."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest
from IPython.core.interactiveshell import InteractiveShell

from sophnet_jupyter.magics.catalogue import lazy_magics
from sophnet_jupyter.magics.line.interpolate import interpolate
from sophnet_jupyter.magics.line.named_files import named_files
from sophnet_jupyter.magics.line.trailing import parse_around
from sophnet_jupyter.magics.session.session import KernelSession

# It asks Node, and what tsc made is there after `make test` alone.
pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
CELLS = ROOT / "labextension" / "lib" / "menus" / "file_cells.js"
NAMES = [
    *("report.pdf", "a b (2).pdf", "文件 一.pdf", "it's.pdf", 'say "so".pdf', "'quoted'.pdf"),
    *("{x}.pdf", "{file}.pdf", "100%.pdf", "%d.pdf", "a --save b.pdf", "--raw.pdf", "-o x.pdf"),
    *("two\nlines.pdf", "tab\t.pdf", "back\\slash.pdf", "*.pdf", "a[1].pdf", "~.pdf", "$HOME.pdf"),
    *("a -- b.pdf", "a  b.pdf", "😀.pdf", "line\u2028end.pdf", "sub folder/it is.pdf", "a;b&c.pdf"),
]
SCRIPT = """
const { cellFor } = await import(process.argv[1]);
const names = JSON.parse(process.argv[2]);
const cells = names.map((name) => cellFor((file) => `%parse ${file} -o text`, name));
console.log(JSON.stringify(cells));
"""


@pytest.fixture(scope="module")
def cells() -> dict[str, str]:
    """The cell that the page makes for each name."""
    node = [sys.executable, str(ROOT / "tests" / "types" / "node.py"), "node"]
    script = ["--input-type=module", "--eval", SCRIPT, CELLS.as_uri(), json.dumps(NAMES)]
    done = subprocess.run([*node, *script], capture_output=True, text=True, check=True)
    return dict(zip(NAMES, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_the_magic_reads_the_file_that_was_chosen(
    name: str, cells: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"x")
    *before, line = cells[name].split("\n")
    names = {"x": "another.pdf"}
    for assignment in before:
        variable, _, value = assignment.partition(" = ")
        names[variable] = ast.literal_eval(value)
    shell = InteractiveShell()
    magic = lazy_magics(shell, KernelSession(shell))["parse"].method
    args, words = parse_around(magic, line.removeprefix("%parse "))
    assert args.out == "text"
    assert named_files(interpolate(words, names, {})[0], (".pdf",)) == [Path(name)]
