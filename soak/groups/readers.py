"""Floods against whatever reads a stranger's text."""

from __future__ import annotations

from sophnet_jupyter.views.safe.code_lexers import LANGUAGES
from tests.hostile import sinks
from tests.hostile.costs import proven
from tests.hostile.floods import FLOODS, MARKDOWN, NESTINGS
from tests.hostile.lexers import GROUP, TELLING

from ..tally import Tally

SMALL, SHORT, LONG = 800, 1_600, 12_000


def run(tally: Tally, *, small: bool) -> None:
    telling = {name: FLOODS[name] for name in TELLING}
    if small:
        _count(tally, "texts", ["json_text.first_value", "transcripts"], SMALL, dict(NESTINGS))
        return
    _count(tally, "markdown", list(sinks.MARKDOWN), SHORT, FLOODS)
    _count(tally, "texts", list(sinks.TEXTS), SHORT, NESTINGS | MARKDOWN | telling)
    _count(tally, "markdown.render", ["markdown.render"], LONG, MARKDOWN)
    languages = sorted(LANGUAGES)
    _count(tally, GROUP + " ".join(languages), languages, SHORT, telling)
    tally.figures["languages that are colored"] = len(languages)
    tally.figures["readers"] = len(sinks.MARKDOWN) + len(sinks.TEXTS)


def _count(tally, group, names, size, floods):  # type: ignore[no-untyped-def]
    if group == "texts" and len(names) < 5:
        for name in names:
            _count(tally, name, [name], size, floods)
        return
    found = proven(group, size, floods)
    for name in names:
        for flood in floods:
            said = found.get((name, flood))
            tally.count(f"{name}, {flood}, {size} characters", said is None, said)
