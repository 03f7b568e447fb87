"""A file that a menu names is the file that the magic reads, whatever it is called."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from argparse import Namespace
from pathlib import Path

import pytest

from sophnet_jupyter.magics.catalogue import lazy_magics
from sophnet_jupyter.magics.excel import ExcelMagics
from sophnet_jupyter.magics.line.attachments import _meant
from sophnet_jupyter.magics.line.interpolate import interpolate
from sophnet_jupyter.magics.line.named_files import named_files, named_pictures
from sophnet_jupyter.magics.line.options import parse
from sophnet_jupyter.magics.line.suffixes import DOCUMENTS, PICTURES
from sophnet_jupyter.magics.line.trailing import parse_around
from sophnet_jupyter.magics.session.session import KernelSession
from sophnet_jupyter.magics.transcribe import TranscribeMagics

from ..shells import bare_shell

# It asks Node, and what tsc made is there after `make test` alone.
pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
INSERTS = ROOT / "labextension" / "lib" / "menus" / "inserts.js"
NAMES = [
    *("report.pdf", "a b (2).pdf", "文件 一.pdf", "it's.pdf", 'say "so".pdf', "'quoted'.pdf"),
    *("{x}.pdf", "{file}.pdf", "100%.pdf", "%d.pdf", "a --save b.pdf", "--raw.pdf", "-o x.pdf"),
    *("two\nlines.pdf", "tab\t.pdf", "back\\slash.pdf", "*.pdf", "a[1].pdf", "~.pdf", "$HOME.pdf"),
    *("a -- b.pdf", "a  b.pdf", "😀.pdf", "line\u2028end.pdf", "sub folder/it is.pdf", "a;b&c.pdf"),
]
SCRIPT = """
const { fileInserts } = await import(process.argv[1]);
const inserts = fileInserts({ __: (text) => text });
const cellsOf = (name) => inserts.map(({ id, kinds, cells }) => {
    const path = name.replace(".pdf", `.${kinds[0]}`);
    return [id, path, cells(path)];
});
console.log(JSON.stringify(JSON.parse(process.argv[2]).map(cellsOf)));
"""


@pytest.fixture(scope="module")
def cells() -> dict[str, list[tuple[str, str, list[str]]]]:
    """For each name the commands of the menu, the file of their kind, and the cells they make."""
    node = [sys.executable, str(ROOT / "tests" / "types" / "node.py"), "node"]
    script = ["--input-type=module", "--eval", SCRIPT, INSERTS.as_uri(), json.dumps(NAMES)]
    done = subprocess.run([*node, *script], capture_output=True, text=True, check=True)
    return dict(zip(NAMES, json.loads(done.stdout), strict=True))


class Reader:
    """What the magics of the menu read, by the id of its command."""

    def __init__(self, names: dict[str, object]) -> None:
        self.shell = bare_shell()
        self.shell.user_ns.update(names)
        self.session = KernelSession(self.shell)

    def line(self, name: str, line: str) -> tuple[Namespace, str]:
        magic = lazy_magics(self.session)[name].method
        return parse_around(magic, line.removeprefix(f"%{name} "))

    def transcribe(self, line: str) -> list[object]:
        args, words = self.line("transcribe", line)
        assert args.out == "talk"
        return TranscribeMagics(self.session)._recordings(words)[0]

    def ocr(self, line: str) -> list[object]:
        args, words = self.line("ocr", line)
        assert args.out == "page"
        filled, _ = interpolate(words, self.shell.user_ns, {})
        return [value for value, _ in named_pictures(filled, self.shell.user_ns, PICTURES)]

    def parse(self, line: str) -> list[Path]:
        args, words = self.line("parse", line)
        assert args.out == "text"
        return named_files(interpolate(words, self.shell.user_ns, {})[0], DOCUMENTS)

    def describe(self, line: str) -> list[object]:
        magic = lazy_magics(self.session)["sophchat"].method
        args, words = parse(magic, line.partition("\n")[0].removeprefix("%%sophchat "))
        assert not words
        return _meant(*args.image, self.shell.user_ns)

    def embed(self, code: str) -> list[Path]:
        call = ast.parse(code.split("\n")[1]).body[0]
        return [Path(ast.literal_eval(call.value.args[0]))]

    def excel(self, line: str) -> list[Path]:
        put: list[Path] = []

        class Noting(ExcelMagics):
            def _put(self, file: Path, name: str) -> None:
                put.append(file)

        Noting(self.session).excel(line.removeprefix("%excel "))
        return put


@pytest.mark.parametrize("name", NAMES)
def test_each_magic_reads_the_file_that_was_chosen(
    name: str,
    cells: dict[str, list[tuple[str, str, list[str]]]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).parent.mkdir(exist_ok=True)
    read = {}
    for command, path, made in cells[name]:
        (tmp_path / path).write_bytes(b"x")
        names: dict[str, object] = {"x": "another.pdf"}
        text = "\n".join(made)
        if text.startswith("file = "):
            first, text = text.split("\n", 1)
            names["file"] = ast.literal_eval(first.removeprefix("file = "))
        if command == "excel":
            text = text.split("\n")[0]
        read[command] = getattr(Reader(names), command)(text)
    assert read == {command: [Path(path)] for command, path, _ in cells[name]}
