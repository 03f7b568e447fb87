"""All that is said to users and can be translated, looked up in the source."""

from __future__ import annotations

import ast
import re
import runpy
from collections.abc import Iterator
from pathlib import Path

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

from sophnet_jupyter.language import read
from sophnet_jupyter.magics.catalogue import lazy_magics
from sophnet_jupyter.magics.options.help import texts as help_texts
from sophnet_jupyter.magics.session.session import KernelSession
from sophnet_jupyter.magics.sophnet.about import texts as about_texts
from sophnet_jupyter.magics.sophnet.sophnet import SophNetMagics
from sophnet_jupyter.widgets.panel.modules import translated

# A history of its own nobody would close.
UNKEPT = Config(HistoryManager={"enabled": False})
ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "sophnet_jupyter"
page = runpy.run_path(str(ROOT / "labextension" / "words.py"))


def in_python(source: str) -> tuple[list[str], list[int]]:
    """
    The texts, and the lines of those that cannot be told.

    ``tr(name)`` is a text that was marked; one that is put together could not be looked up.
    """
    texts: list[str] = []
    lines: list[int] = []
    nodes = list(ast.walk(ast.parse(source)))
    ours = {
        alias.name
        for node in nodes
        if isinstance(node, ast.ImportFrom) and str(node.module).endswith("language")
        for alias in node.names
    } & {"tr", "mark"}
    for node in nodes:
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
            continue
        if node.func.id not in ours or not node.args:
            continue
        match node.args[0]:
            case ast.Constant(value=str(text)):
                texts.append(text)
            case ast.Name() | ast.Attribute() | ast.Subscript() if node.func.id == "tr":
                pass
            case _:
                lines.append(node.lineno)
    return texts, lines


def in_script(source: str) -> tuple[list[str], list[int]]:
    """The same for JavaScript, where each text is written out at its call."""
    code = re.sub(r"^\s*(?://|/?\*).*$", "", source, flags=re.M)
    calls = [found.start() for found in re.finditer(r"(?<!function )\btr\(", code)]
    told = [found.start() for found in re.finditer(r'\btr\(\s*"(?:[^"\\\n]|\\.)*"\s*[,)]', code)]
    return translated(code), [code.count("\n", 0, at) + 1 for at in calls if at not in told]


def in_help() -> Iterator[tuple[str, str]]:
    """Docstrings and options of the magics, which are translated when their help is shown."""
    shell = InteractiveShell(config=UNKEPT)
    for name, magic in lazy_magics(KernelSession(shell)).items():
        assert magic.parser is not None
        for text in help_texts(magic.parser, magic.method.__doc__):
            yield text, f"%{name}?"
    for text in about_texts(SophNetMagics.sophnet.__doc__ or ""):
        yield text, "%sophnet?"


def sayings() -> Iterator[tuple[str, str]]:
    """Each text with the file that says it. Raises `ValueError` for one that cannot be told."""
    for suffix, take in ((".py", in_python), (".js", in_script)):
        for path in sorted(PACKAGE.rglob(f"*{suffix}")):
            if "sandbox" in path.relative_to(PACKAGE).parts:
                continue
            name = path.relative_to(ROOT).as_posix()
            texts, lines = take(path.read_text("utf-8"))
            if lines:
                raise ValueError(f"{name}, lines {lines}: a text to translate is written out")
            yield from ((text, name) for text in texts)
    yield from in_help()
    yield from ((text, "labextension") for text in page["strings"]())


def catalogue() -> dict[str, str]:
    """What is translated, without the head."""
    return {text: said for text, said in read(page["CATALOGUE"]).items() if text}


def places(text: str) -> list[str]:
    """What is put into a text, sorted: ``{name}`` of ours, ``%1`` of JupyterLab's."""
    return sorted(re.findall(r"%\d|\{\w*(?:![rsa])?(?::[^{}]*)?\}", text))
