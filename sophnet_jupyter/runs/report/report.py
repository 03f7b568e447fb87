"""What is handed over of a comparison, a run or an evaluation: the same shape of all three."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ...language import mark, tr
from ..ended import ended
from ..verdicts import scripted

SANDBOX = mark("The sandbox has answered: its answers are scripted and say nothing about models.")

# Facts of every report by their names; what is not here is called as its option is.
_FACTS = {
    "verdict": mark("verdict"),
    "written": mark("written"),
    "rows": mark("rows"),
    "sandbox": mark("sandbox"),
}


@dataclass(frozen=True, kw_only=True)
class Report:
    """
    A title, the verdict in sentences, the rows of the table, and the settings they came from.

    ``value`` is what is reported, as a notebook draws it. ``sandbox`` says whether any answer is
    the sandbox's: the verdict says so first.
    """

    title: str
    value: object
    verdict: Sequence[str]
    rows: Sequence[Mapping[str, Any]]
    asked: str = ""
    """The question in words, where there is one of all rows."""
    settings: Mapping[str, object] = field(default_factory=dict)
    sandbox: bool = False
    engines: Collection[str] = ()
    """What has made the sandbox's answers; empty words stand for its script."""
    conceal: Callable[[str], str] | None = None
    """A text as it was sent, where questions were masked: what is saved has it so."""
    at: str = field(default_factory=lambda: f"{datetime.now().astimezone():%Y-%m-%d %H:%M %z}")

    @property
    def sentences(self) -> list[str]:
        """The verdict, with the sandbox's part in it first."""
        told = scripted(self.engines) in self.verdict[:1]
        said = scripted(self.engines) if any(self.engines) else tr(SANDBOX)
        return [*([said] if self.sandbox and not told else []), *self.verdict]

    @property
    def columns(self) -> list[str]:
        """The names of all columns, in the order in which rows have them."""
        return list(dict.fromkeys(name for row in self.rows for name in row))

    @property
    def facts(self) -> dict[str, object]:
        """The settings, behind what everybody should know of the file."""
        said = {"verdict": "\n".join(self.sentences), "written": self.at, "rows": len(self.rows)}
        facts: dict[str, object] = {**said, "sandbox": self.sandbox, **self.settings}
        # Last, so that what the settings say of the same is told in its place.
        return {tr(_FACTS[name]) if name in _FACTS else name: facts[name] for name in facts}


def counted(endings: Iterable[str]) -> str:
    """How many ended how: ``990 complete, 10 failed``."""
    return tr(", ").join(ended(ending, count) for ending, count in Counter(endings).items())
