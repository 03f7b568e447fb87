"""``%load_ext sophnet_jupyter`` and ``%unload_ext``: register and remove the magics."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

from IPython.core.completer import CompletionContext, SimpleMatcherResult, context_matcher

from ..client import sandbox
from ..errors import SophNetError
from ..kernel import loop
from ..kernel.inspecting import Describe, describe_words
from ..kernel.loop import later
from ..language import tr
from ..settings import (
    media_folder,
    media_in_files,
    model_name,
    notice,
    output_is_stable,
    replays,
)
from ..views.media.shelf import FOLDER, shelf
from ..views.output import output
from .catalogue import MAGICS, LazyMagic, lazy_magics, summaries
from .line.questions import transformer
from .session.session import KernelSession
from .sophnet.sophnet import SophNetMagics

# The user is still typing the first cell then.
WARM_UP_AFTER = 0.3
MATCHER = "sophnet"
PACKAGE = "sophnet_jupyter."
# Where what we show ourselves lives; by name, so that it is imported when there is some.
RESPONSE = "sophnet_jupyter.response.response", "Response"
COMPARISON = "sophnet_jupyter.runs.compare.comparison", "Comparison"
EXPLORATION = "sophnet_jupyter.explore.exploration", "Exploration"
EVALUATION = "sophnet_jupyter.runs.evaluation.evaluation", "Evaluation"
BACKGROUND = "sophnet_jupyter.magics.background.handle", "Background"
# What registers targets of comms, once it is imported.
TARGETS = "sophnet_jupyter.widgets.panel.line", "sophnet_jupyter.widgets.hearing.uplink"

# Kept over importlib.reload(), after which nobody else would know what there is to take away.
_Loaded = tuple[KernelSession, SophNetMagics, Callable[[], None]]
_loaded: dict[int, _Loaded] = globals().get("_loaded", {})


def load(shell: Any, *, dress: Callable[[], None] | None = None) -> KernelSession:
    """
    Register the magics, and say where requests will go.

    ``dress`` is called before the first magic is: it gives a response its looks. Returns what the
    magics share.
    """
    _take_away(shell)
    session = KernelSession(shell)
    session.dress = dress or session.dress
    magics = lazy_magics(session, dress)
    own = SophNetMagics(shell, session, partial(summaries, magics))
    shelf.in_files = media_in_files()
    shelf.folder = media_folder() or FOLDER
    output.stable = output_is_stable()
    shell.register_magics(own)
    for name, magic in magics.items():
        for kind in MAGICS[name].kinds:
            shell.magics_manager.magics[kind][name] = magic
    formatter = shell.display_formatter
    formatter.ipython_display_formatter.for_type_by_name(*RESPONSE, session.quiet)
    formatter.ipython_display_formatter.for_type_by_name(*BACKGROUND, session.quiet_handle)
    formatter.mimebundle_formatter.for_type_by_name(*RESPONSE, session.mime_bundle)
    for home in (COMPARISON, EVALUATION):
        formatter.ipython_display_formatter.for_type_by_name(*home, session.quiet)
        formatter.mimebundle_formatter.for_type_by_name(*home, session.mime_bundle)
    formatter.ipython_display_formatter.for_type_by_name(*EXPLORATION, session.show_exploration)
    formatter.mimebundle_formatter.for_type_by_name(*EXPLORATION, session.begun)
    prose = [name for name, entry in MAGICS.items() if entry.prose]
    shell.input_transformers_cleanup.append(transformer(prose))
    shell.events.register("post_run_cell", session.after_cell)
    shell.Completer.custom_matchers.append(_matcher(session, magics))
    _loaded[id(shell)] = session, own, describe_words(shell, _describer(session, magics))
    with suppress(SophNetError):
        session.aliases.read()
    # Taken first: a client would warn of it in the words of Python, which are more lines.
    told = notice()
    sys.stdout.write(greeting(session) + "\n" + (f"! {told}\n" if told else ""))
    later(WARM_UP_AFTER, lambda: warm_up(session))
    later(WARM_UP_AFTER, lambda: loop.spawn(session.look_back()))
    return session


def unload(shell: Any) -> None:
    """
    Undo `load`, and end what runs for this process: the loop's thread and the sandbox.

    Clients and panels that live on start both again with what they are asked next.
    """
    if not _take_away(shell) or _loaded:
        return
    for name in TARGETS:
        if module := sys.modules.get(name):
            module.withdraw()
    loop.close()
    sandbox.stop()


def _take_away(shell: Any) -> bool:
    """Take our things out of the shell; False where there are none."""
    if id(shell) not in _loaded:
        return False
    session, own, describe_no_more = _loaded.pop(id(shell))
    describe_no_more()
    registry = shell.magics_manager.magics
    for named in registry.values():
        for name in [name for name in named if name in MAGICS or name == "sophnet"]:
            named.pop(name)
    shell.magics_manager.registry.pop(type(own).__name__, None)
    ours = [one for one in shell.configurables if type(one).__module__.startswith(PACKAGE)]
    for holder in ours:
        shell.configurables.remove(holder)
    formatter = shell.display_formatter
    for home in (RESPONSE, BACKGROUND, COMPARISON, EVALUATION, EXPLORATION):
        formatter.ipython_display_formatter.pop(".".join(home), None)
        formatter.mimebundle_formatter.pop(".".join(home), None)
    shell.input_transformers_cleanup[:] = [
        known
        for known in shell.input_transformers_cleanup
        if getattr(known, "__name__", "") != "sophnet_questions"
    ]
    shell.events.unregister("post_run_cell", session.after_cell)
    shell.Completer.custom_matchers[:] = [
        known
        for known in shell.Completer.custom_matchers
        if getattr(known, "matcher_identifier", "") != MATCHER
    ]
    session.close()
    return True


def greeting(session: KernelSession) -> str:
    """A line that says where chat requests go."""
    try:
        settings = session.client.settings
    except SophNetError as error:
        return f"sophnet_jupyter: {error}"
    if replays():
        return tr(
            "sophnet_jupyter: answers come from a cassette, which needs no key and no network. "
            "Help: %sophnet help"
        )
    if settings.sandbox:
        return tr(
            "sophnet_jupyter: no key, so the SANDBOX answers (scripted, no real model). "
            "%sophnet login for SophNet, %sophnet help"
        )
    return tr(
        "sophnet_jupyter: chat goes to SophNet at {origin} with {model_name}, key from "
        "{key_source}. Help: %sophnet help",
        origin=settings.origin,
        model_name=model_name(),
        key_source=settings.key_from,
    )


def warm_up(session: KernelSession) -> None:
    """Import the modules of the first answer in the background, while the user types."""
    from ..views.safe import markdown
    from .chat import sophchat  # noqa: F401

    with suppress(SophNetError):
        session.client.warm_up()
    markdown.render("")


def _describer(session: KernelSession, magics: Mapping[str, LazyMagic]) -> Describe:
    """What Shift+Tab on an option or its value shows, where there is a kernel."""

    def sophnet(code: str, at: int) -> str:
        from .completion.describe import describe

        return describe(code, at, session, magics)

    return sophnet


def _matcher(session: KernelSession, magics: Mapping[str, LazyMagic]) -> Any:
    """Tab completion. IPython's second form of it: the first is mixed with jedi's guesses."""

    def sophnet(context: CompletionContext) -> SimpleMatcherResult:
        from .completion.complete import complete

        return complete(context, session, magics)

    return context_matcher(identifier=MATCHER, priority=100)(sophnet)
