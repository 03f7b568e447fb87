"""Options shared by many magics: ``-o``, ``--background``, ``--raw``, ``-x`` and so on."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from IPython.core.magic_arguments import magic_arguments

from .files import files, pictures
from .found import Finder, WordsFinder
from .option import option
from .variables import variables

Said = bool | str
"""Whether a magic has an option, or what its help says of it there."""


def asks(
    *,
    out: Said = False,
    image: Said = False,
    save: Said = False,
    background: Said = False,
    wait: Said = False,
    raw: Said = False,
    strict: Said = False,
    extra: Said = False,
    mask: Said = False,
    words: WordsFinder | None = None,
    options_first: bool = False,
) -> Callable[[Any], Any]:
    """
    A decorator that makes a magic of a method: with its own options, then the shared ones named.

    It is the last decorator that Python applies. ``words`` finds what may stand beside the options,
    for Tab. With ``options_first`` an option behind the words is a word.
    """
    said = {
        "out": out,
        "image": image,
        "save": save,
        "background": background,
        "wait": wait,
        "raw": raw,
        "strict": strict,
        "extra": extra,
        "mask": mask,
    }

    def declare(magic: Any) -> Any:
        shared = [_SHARED[name](words_of) for name, words_of in said.items() if words_of]
        # IPython keeps decorators in the order in which Python applies them: from below.
        magic.decorators = [*reversed(shared), *getattr(magic, "decorators", [])]
        magic.has_arguments = True
        docstring = inspect.getdoc(magic) or ""
        magic = magic_arguments()(magic)
        # `LazyMagic` adds the options when it is shown, in the language of then.
        magic.__doc__ = docstring
        magic.called = f"{_sign(magic)}{magic.__name__}"
        magic.words = words
        magic.options_first = options_first
        return magic

    return declare


def _sign(magic: Callable[..., object]) -> str:
    return "%%" if "cell" in inspect.signature(magic).parameters else "%"


def _shared(
    *names: str, usual: str, completes: Finder | None = None, **how: Any
) -> Callable[[Said], option]:
    def made(said: Said) -> option:
        words = usual if said is True else said
        return option(*names, completes=completes, help=words, group="Result and request", **how)

    return made


_SHARED = {
    "out": _shared(
        "-o",
        "--out",
        metavar="NAME",
        completes=variables,
        usual="Also store the response under this name.",
    ),
    "image": _shared(
        "--image",
        action="append",
        metavar="X",
        completes=pictures,
        usual="Attach an image: a path, a pattern, an address or a variable; several times.",
    ),
    "save": _shared(
        "--save",
        metavar="PATH",
        completes=files(),
        usual="Write the Markdown to this file, or a folder ending in /.",
    ),
    "background": _shared(
        "-b",
        "--background",
        action="store_true",
        usual="Let other cells run meanwhile; the result is a handle to await or cancel.",
    ),
    "wait": _shared("-w", "--wait", action="store_true", usual="Let the cell wait for the result."),
    "raw": _shared(
        "--raw", action="store_true", usual="Send the prompt as written, braces and all."
    ),
    "strict": _shared("--strict", action="store_true", usual="Fail if the answer just stops."),
    "mask": _shared(
        "--mask",
        action="store_true",
        default=None,
        usual="Replace mobile, identity, card and plate numbers and e-mail addresses before "
        "anything is sent; the answer has them again. Names are not found.",
    ),
    "extra": _shared(
        "-x",
        "--extra",
        action="append",
        metavar="KEY=VALUE",
        usual="Anything else for the request.",
    ),
}
