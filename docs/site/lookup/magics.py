"""A page for each magic, from its parser; and one for `%sophnet`, from its subjects."""

from __future__ import annotations

import inspect
import re
from argparse import SUPPRESS, Action, ArgumentParser

from IPython.core.interactiveshell import InteractiveShell

from sophnet_jupyter.magics.catalogue import MAGICS, LazyMagic, lazy_magics, summaries
from sophnet_jupyter.magics.options.help import value_of
from sophnet_jupyter.magics.session.session import KernelSession
from sophnet_jupyter.magics.sophnet.sophnet import SophNetMagics
from sophnet_jupyter.magics.sophnet.subjects import SUBJECTS

from .writing import page, plain, prose, table


def magics() -> dict[str, LazyMagic]:
    """All magics but ``%sophnet``, in the order of the help."""
    shell = InteractiveShell()
    return lazy_magics(KernelSession(shell))


def pages() -> dict[str, str]:
    """The pages by their places below ``look-up/``."""
    found = magics()
    said = summaries(found)
    written = {
        f"magics/{name}.md": _page(sign, found[sign.lstrip("%")])
        for sign in said
        if (name := sign.lstrip("%"))
    }
    written["magics/sophnet.md"] = _sophnet()
    rows = [
        (f"[`{sign}`](magics/{sign.lstrip('%')}.md)", plain(words)) for sign, words in said.items()
    ]
    rows.append(("[`%sophnet`](magics/sophnet.md)", "Status, settings, and what is kept."))
    listed = "\n".join(f"magics/{name}" for name in [*MAGICS, "sophnet"])
    written["magics.md"] = page(
        "Magics",
        "What a cell begins with. `?` behind one shows the same, <kbd>Tab</kbd> completes options "
        "and their values.",
        table(("", ""), rows),
        f"```{{toctree}}\n:hidden:\n\n{listed}\n```",
    )
    return written


def _page(sign: str, magic: LazyMagic) -> str:
    parser = magic.parser
    paragraphs = re.split(r"\n{2,}", inspect.cleandoc(_description(magic)))
    examples = [text for text in paragraphs[1:] if text.startswith("    ")]
    told = [prose(text) for text in paragraphs[1:] if not text.startswith("    ")]
    shown = "\n\n".join(inspect.cleandoc("\n" + text) for text in examples)
    block = f"```{{code-block}} text\n{shown}\n```" if shown else ""
    options = _options(parser) if parser else ""
    return page(f"`{sign}`", plain(paragraphs[0]), block, *told, options)


def _description(magic: LazyMagic) -> str:
    parser = magic.parser
    return (parser.description if parser else "") or str(magic.__doc__)


def _options(parser: ArgumentParser) -> str:
    groups: dict[str, list[tuple[str, str, str]]] = {}
    for action in parser._actions:
        if action.help is not SUPPRESS:
            title = getattr(action, "group", "") or "Options"
            groups.setdefault(title, []).append(row(action, parser))
    head = ("option", "what it does", "if not said")
    return "\n".join(f"## {title}\n\n{table(head, rows)}" for title, rows in groups.items())


def row(action: Action, parser: ArgumentParser) -> tuple[str, str, str]:
    """An option of a parser as a row of a table: how it is written, its help, its default."""
    words = (action.help or "") % {**vars(action), "prog": parser.prog}
    names = ", ".join(action.option_strings)
    called = f"{names} {value_of(action)}".strip().replace("|", "\\|")
    usual = action.default
    shown = "" if usual in (None, False, SUPPRESS, []) or usual == () else f"`{usual}`"
    return f"`{called}`", plain(words), shown


def _sophnet() -> str:
    paragraphs = re.split(r"\n{2,}", inspect.getdoc(SophNetMagics.sophnet) or "")
    examples = [text for text in paragraphs[1:] if text.startswith("    ")]
    told = [prose(text) for text in paragraphs[1:] if not text.startswith("    ")]
    shown = "\n".join(inspect.cleandoc("\n" + text) for text in examples)
    subjects = [(f"`%sophnet {name}`", plain(words)) for name, words in SUBJECTS.items()]
    defaults = [
        (f"`SophNetMagics.{name}`", f"`{type(trait).__name__}`", plain(trait.help))
        for name, trait in sorted(SophNetMagics.class_traits(config=True).items())
    ]
    return page(
        "`%sophnet`",
        plain(paragraphs[0]),
        f"```{{code-block}} text\n{shown}\n```" if shown else "",
        *told,
        "## What follows it",
        table(("", ""), subjects),
        "## Defaults\n\nSet with `%config`, or in a profile of IPython.",
        table(("name", "kind", "what it is"), defaults),
    )
