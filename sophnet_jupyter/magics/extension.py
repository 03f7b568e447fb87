"""What ``%load_ext sophnet_jupyter`` adds to a shell, and how it is taken away again."""

from __future__ import annotations

import inspect
import sys
from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

from IPython.core.magic import Magics

from ..errors import SophNetError
from ..kernel.loop import later
from ..response import Response
from ..settings import media_in_files, model_name
from ..views import safe_markdown
from ..views.embedding import shelf
from .background import Background
from .chat import ChatMagics
from .complete import IDENTIFIER, matcher
from .dify import DifyMagics
from .excel import ExcelMagics
from .imagine import ImagineMagics
from .parse_document import DocumentMagics
from .questions import transformer
from .session import Session
from .sophnet import SophNetMagics

# Line magics whose words are prose, in which a question mark at the end means a question.
ASKING = ["sophchat", "imagine", "dify", "excel"]
# The user is still typing the first cell then.
WARM_UP_AFTER = 0.3

# Kept over importlib.reload(), after which nobody else would know what there is to take away.
_loaded: dict[int, tuple[Session, list[Magics]]] = globals().get("_loaded", {})


def load(shell: Any) -> None:
    """Register the magics, and say where requests will go."""
    unload(shell)
    session = Session(shell)
    asking = askers(shell, session)
    holders = [*asking, SophNetMagics(shell, session, summaries(*asking))]
    shelf.in_files = media_in_files()
    shell.register_magics(*holders)
    formatter = shell.display_formatter
    formatter.ipython_display_formatter.for_type(Response, session.quiet)
    formatter.ipython_display_formatter.for_type(Background, session.quiet_handle)
    formatter.mimebundle_formatter.for_type(Response, session.mime_bundle)
    shell.input_transformers_cleanup.append(transformer(ASKING))
    shell.events.register("post_run_cell", session.after_cell)
    shell.Completer.custom_matchers.append(matcher(session, parsers(holders)))
    _loaded[id(shell)] = session, holders
    with suppress(SophNetError):
        session.aliases.read()
    sys.stdout.write(greeting(session) + "\n")
    later(WARM_UP_AFTER, lambda: warm_up(session))


def askers(shell: Any, session: Session) -> list[Magics]:
    """The magics that ask a service, in the order in which help lists them."""
    return [
        ChatMagics(shell, session),
        ImagineMagics(shell, session),
        DocumentMagics(shell, session),
        DifyMagics(shell, session),
        ExcelMagics(shell, session),
    ]


def unload(shell: Any) -> None:
    """Undo `load`. The sandbox ends with the kernel; other clients may be using it."""
    if id(shell) not in _loaded:
        return
    session, holders = _loaded.pop(id(shell))
    for holder in holders:
        for kind, named in holder.magics.items():
            for name in named:
                shell.magics_manager.magics[kind].pop(name, None)
        shell.magics_manager.registry.pop(type(holder).__name__, None)
        shell.configurables.remove(holder)
    formatter = shell.display_formatter
    formatter.ipython_display_formatter.pop(Response, None)
    formatter.ipython_display_formatter.pop(Background, None)
    formatter.mimebundle_formatter.pop(Response, None)
    shell.input_transformers_cleanup[:] = [
        known
        for known in shell.input_transformers_cleanup
        if getattr(known, "__name__", "") != "sophnet_questions"
    ]
    shell.events.unregister("post_run_cell", session.after_cell)
    shell.Completer.custom_matchers[:] = [
        known
        for known in shell.Completer.custom_matchers
        if getattr(known, "matcher_identifier", "") != IDENTIFIER
    ]
    session.jobs.close()


def parsers(holders: list[Magics]) -> dict[str, ArgumentParser | None]:
    """The options of each magic, for completion; None where they are not declared."""
    return {
        name: getattr(method, "parser", None)
        for holder in holders
        for named in holder.magics.values()
        for name, method in named.items()
    }


def greeting(session: Session) -> str:
    """One line: where chat goes."""
    try:
        settings = session.client.settings
    except SophNetError as error:
        return f"sophnet_jupyter: {error}"
    if settings.sandbox:
        return (
            "sophnet_jupyter: no key, so the SANDBOX answers (scripted, no real model). "
            "%sophnet login for SophNet, %sophnet help"
        )
    return (
        f"sophnet_jupyter: chat goes to SophNet at {settings.origin} with {model_name()}, "
        f"key from {settings.key_source}. Help: %sophnet help"
    )


def summaries(*holders: Magics) -> dict[str, str]:
    """Each magic with the first line of its docstring, for help and the README."""
    found = {}
    for holder in holders:
        for name in sorted(set(holder.magics["line"]) | set(holder.magics["cell"])):
            marks = "%%" if name in holder.magics["cell"] else "%"
            method = getattr(type(holder), name)
            # magic_arguments puts its usage above our words, indented.
            lines = inspect.cleandoc(method.__doc__).splitlines()
            found[f"{marks}{name}"] = next(line for line in lines if line[:1].isupper())
    return found


def warm_up(session: Session) -> None:
    """Import what the first answer needs while the user types."""
    with suppress(SophNetError):
        session.client.warm_up()
    safe_markdown.render("")
