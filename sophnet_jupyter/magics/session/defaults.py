"""Defaults of a chat cell: ``c.SophNetMagics.…`` and ``%config``."""

from __future__ import annotations

from argparse import Namespace

from traitlets import Bool, Float, Int, Unicode
from traitlets.config import Configurable


class ChatDefaults(Configurable):
    """
    Defaults for chat. A key is never among them, since ``%config`` prints them all.

    They come after the options of a line and before the environment; ``model`` is the same as
    ``%sophnet model``, and the last one to speak is heard. Not sent where nothing is set.
    """

    model = Unicode("", help="Chat model, or a short name of %sophnet alias.").tag(config=True)
    temperature = Float(
        None, min=0, max=2, allow_none=True, help="0 to 2: how random the answer is."
    ).tag(config=True)
    max_tokens = Int(None, min=1, allow_none=True, help="Longest answer, in tokens.").tag(
        config=True
    )
    thinking = Bool(
        None, allow_none=True, help="True lets the model think aloud first, False forbids it."
    ).tag(config=True)
    system = Unicode("", help='System message; -s "" sends none.').tag(config=True)


def fill(args: Namespace, defaults: ChatDefaults) -> None:
    """Fill the options that a line leaves open with the defaults."""
    if args.temperature is None:
        args.temperature = defaults.temperature
    if args.max_tokens is None:
        args.max_tokens = defaults.max_tokens
    if args.system is None:
        args.system = defaults.system or None
    if not (args.think or args.no_think):
        args.think, args.no_think = defaults.thinking is True, defaults.thinking is False
