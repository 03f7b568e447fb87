"""The list of magics, and the module of each: imported when it is first used."""

from __future__ import annotations

from argparse import ArgumentParser
from collections.abc import Callable, Mapping
from functools import cached_property
from importlib import import_module
from threading import RLock
from typing import TYPE_CHECKING, Any, NamedTuple

from .interrupt import in_one_line
from .session.session import KernelSession

if TYPE_CHECKING:
    from .options.found import WordsFinder


class Entry(NamedTuple):
    """The module of a magic, its kinds, and whether its text is prose."""

    module: str
    holder: str
    kinds: tuple[str, ...]
    prose: bool = False
    """So that a question mark at the end of its line means a question, not help."""


LINE, CELL, BOTH = ("line",), ("cell",), ("line", "cell")

# In the order in which help lists them.
MAGICS = {
    "sophchat": Entry("chat.sophchat", "ChatMagics", BOTH, prose=True),
    "sophprompt": Entry("prompt_files", "PromptMagics", BOTH),
    "imagine": Entry("imagine", "ImagineMagics", BOTH, prose=True),
    "animate": Entry("animate", "AnimateMagics", BOTH, prose=True),
    "speak": Entry("speak", "SpeakMagics", BOTH, prose=True),
    "transcribe": Entry("transcribe", "TranscribeMagics", LINE),
    "parse": Entry("parse_document", "DocumentMagics", LINE),
    "ocr": Entry("ocr", "OcrMagics", LINE),
    "knowledge": Entry("knowledge.knowledge", "KnowledgeMagics", LINE),
    "embed": Entry("embed", "EmbedMagics", BOTH),
    "explore": Entry("explore", "ExploreMagics", LINE),
    "listen": Entry("listen", "ListenMagics", LINE),
    "talk": Entry("talk", "TalkMagics", LINE),
    "dify": Entry("dify.dify", "DifyMagics", BOTH, prose=True),
    "excel": Entry("excel", "ExcelMagics", BOTH, prose=True),
}


class LazyMagic:
    # No docstring of its own: it shows the one of the magic that it stands for.
    _ipython_magic_no_var_expand = True

    def __init__(self, name: str, make: Callable[[], Any]) -> None:
        self.__name__ = name
        self._make = make

    def __call__(self, *arguments: str) -> object:
        with in_one_line():
            return self.method(*arguments)

    @cached_property
    def method(self) -> Any:
        """The magic's function, imported on first access."""
        return getattr(self._make(), self.__name__)

    @property
    def parser(self) -> ArgumentParser | None:
        """The magic's argument parser; None where it declares no options."""
        found: ArgumentParser | None = getattr(self.method, "parser", None)
        return found

    @property
    def words(self) -> WordsFinder | None:
        """The finder of completions for positional words; None where there are none."""
        found: WordsFinder | None = getattr(self.method, "words", None)
        return found

    @property
    def options_first(self) -> bool:
        """Whether options count only before the text; after it they are part of the text."""
        return bool(getattr(self.method, "options_first", False))

    @property
    def summary(self) -> str:
        """The first sentence of the magic's docstring, without the options."""
        from .options.help import summary_of

        return summary_of(self.method.__doc__ or "")

    # IPython asks for these two where a magic's name is followed by a question mark.

    @property
    def __doc__(self) -> str:  # type: ignore[override]
        said = self.method.__doc__ or ""
        if self.parser is None:
            return str(said)
        from .options.help import help_text

        return help_text(self.parser, said)

    @property
    def __wrapped__(self) -> Any:
        return self.method


def lazy_magics(
    session: KernelSession, first: Callable[[], None] | None = None
) -> dict[str, LazyMagic]:
    """All magics but ``%sophnet``, none imported yet; ``first`` is called before one is."""
    holders: dict[str, Any] = {}
    # A cell and a page that asks for a completion beside it come on two threads.
    one_at_a_time = RLock()

    def make(entry: Entry) -> Any:
        with one_at_a_time:
            if not holders and first:
                first()
            if entry.holder not in holders:
                module = import_module(f".{entry.module}", __package__)
                holders[entry.holder] = getattr(module, entry.holder)(session)
            return holders[entry.holder]

    return {
        name: LazyMagic(name, lambda entry=entry: make(entry))  # type: ignore[misc]
        for name, entry in MAGICS.items()
    }


def summaries(magics: Mapping[str, LazyMagic]) -> dict[str, str]:
    """Each magic with a summary of one line, for help and the README."""
    return {
        f"{'%%' if 'cell' in MAGICS[name].kinds else '%'}{name}": magic.summary
        for name, magic in magics.items()
    }
