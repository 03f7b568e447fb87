"""Every file that we write goes through one door: `files/disk.py` and `files/saving.py`."""

from __future__ import annotations

import ast
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from sophnet_jupyter import Response
from sophnet_jupyter.errors import SettingsError
from sophnet_jupyter.files import disk, saving
from sophnet_jupyter.values.page import Page

PACKAGE = Path(saving.__file__).parents[1]
# The door itself, and what may not import it: keys are kept below all others.
DOORS = {
    "files/disk.py", "files/database.py", "settings/keystore.py", "settings/shared_sandbox.py",
}  # fmt: skip
# Writers of others get a path from `exported`.
FOREIGN = {"to_parquet", "to_feather", "to_excel", "write_table", "write_parquet", "savez"}
COPIES = {"copy", "copy2", "copyfile", "move"}

posix = pytest.mark.skipif(os.name != "posix", reason="modes of POSIX")


def writes(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """The lines of a module that write a file past the door."""
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.Module):
            body = list(_own(function))
            names = {_called(node) for node in body}
            for node in body:
                name = _called(node)
                foreign = name in FOREIGN and node.args and "exported" not in names
                if _is_write(node, name) or foreign:
                    yield node.lineno, name


def _own(function: ast.AST) -> Iterator[ast.Call]:
    for node in ast.iter_child_nodes(function):
        if isinstance(node, ast.Call):
            yield node
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _own(node)


def _called(node: ast.Call) -> str:
    return getattr(node.func, "attr", getattr(node.func, "id", ""))


def _is_write(node: ast.Call, name: str) -> bool:
    if name in ("write_text", "write_bytes", "mkstemp", "NamedTemporaryFile", "touch"):
        return True
    of = getattr(getattr(node.func, "value", None), "id", "")
    if of == "shutil" and name in COPIES:
        return True
    if name not in ("open", "fdopen"):
        return False
    flags = {part.attr for part in ast.walk(node) if isinstance(part, ast.Attribute)}
    given = [*node.args, *(word.value for word in node.keywords if word.arg == "mode")]
    modes = [one.value for one in given if isinstance(one, ast.Constant)]
    writing = any(isinstance(mode, str) and set(mode) & set("wxa+") for mode in modes)
    return bool(flags & {"O_CREAT", "O_WRONLY", "O_RDWR"}) or (
        writing and all(len(str(mode)) < 5 for mode in modes)
    )


MODULES = [
    path for path in sorted(PACKAGE.rglob("*.py"))
    if path.relative_to(PACKAGE).as_posix() not in DOORS
    # The sandbox shares no code with the rest; what it makes lies in folders of the system's.
    and path.relative_to(PACKAGE).parts[0] not in ("sandbox", "labextension")
]  # fmt: skip


def test_no_module_writes_a_file_past_the_door():
    found = [
        f"{path.relative_to(PACKAGE)}:{line} {name}"
        for path in MODULES
        for line, name in writes(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert found == []


@pytest.mark.parametrize(
    "line",
    ["open(p, 'w')", "p.open('xb')", "p.open(mode='a')", "p.write_text('')", "shutil.copy(a, b)",
     "os.open(p, os.O_CREAT)", "os.fdopen(3, 'w')", "frame.to_parquet(p)",
     "async def f():\n    p.write_bytes(b'')"],
)  # fmt: skip
def test_the_lint_sees_each_way_to_write(line):
    assert list(writes(ast.parse(line)))


@pytest.mark.parametrize(
    "line",
    ["open(p)", "p.open('rb')", "connection.open(streaming=True)", "self._file.open()",
     "with exported(p) as part:\n    frame.to_parquet(part)", "frame.to_csv()"],
)  # fmt: skip
def test_the_lint_lets_readers_be(line):
    assert not list(writes(ast.parse(line)))


@pytest.mark.parametrize(
    "stem", ["CON", "nul", "LPT1", "com9", "AUX", "CONIN$", "COM¹", "..", ".bashrc", "a/b\\c", "\0"]
)
@pytest.mark.parametrize("readable", [True, False])
def test_no_name_is_a_devices_a_folders_or_hidden(tmp_path, stem, readable):
    path = saving.save_new(b"x", tmp_path, stem, ".txt", readable=readable)
    assert path.parent == tmp_path.resolve()
    assert path.stem.lower() not in disk._DEVICES
    assert not path.name.startswith(".")


@pytest.mark.parametrize("letter", ["x", "会", "😀", "é", "\u0301", "\U0002070e"])
def test_a_long_name_of_any_script_fits_into_255_bytes(tmp_path, letter):
    for _ in range(12):
        path = saving.save_new(b"x", tmp_path, letter * 400, ".markdown", readable=True)
        assert len(os.fsencode(path.name)) <= 255


def test_chinese_names_survive(tmp_path):
    pages = (Page(name="会议记录.pdf", text="内容"), Page(name="a\u202egnp.exe", text="x"))
    paths = Response(pages=pages).save(f"{tmp_path}/")
    assert [path.name for path in paths] == ["会议记录.md", "a-gnp.md"]


@posix
def test_what_is_exported_by_name_follows_the_umask_and_the_rest_is_its_owners(tmp_path):
    old = os.umask(0o022)
    try:
        [named] = Response(text="x").save(tmp_path / "answer.md")
        with saving.exported(tmp_path / "table.csv") as part:
            part.write_text("a,b")
            assert part.suffix == ".csv"
        kept = saving.save_new(b"x", tmp_path, "of a server", ".bin")
        private = saving.save_private(b"x", tmp_path / "unasked.json")
    finally:
        os.umask(old)
    modes = [stat.S_IMODE(p.stat().st_mode) for p in (named, tmp_path / "table.csv", kept, private)]
    assert modes == [0o644, 0o644, 0o600, 0o600]


@posix
def test_a_file_that_is_replaced_leaves_its_mode(tmp_path):
    path = tmp_path / "answer.md"
    path.write_text("old")
    path.chmod(0o600)
    Response(text="x").save(path)
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == ("x", 0o600)


def test_a_writer_of_others_that_fails_leaves_what_was_there(tmp_path):
    path = tmp_path / "table.csv"
    path.write_text("old")

    def half(place):
        place.write_text("half")
        raise OSError(28, "No space left on device")

    with pytest.raises(SettingsError, match="the disk is full"), saving.exported(path) as part:
        half(part)
    with pytest.raises(UnicodeEncodeError), saving.exported(path) as part:
        part.write_text("half \ud800", encoding="utf-8")
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_disk_that_fills_up_at_the_last_step_leaves_nothing(tmp_path, monkeypatch):
    def full(self, target):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(SettingsError, match="the disk is full"):
        saving.save_new(b"x", tmp_path, "a", ".txt")
    assert list(tmp_path.iterdir()) == []
