"""``--see``: results, figures and whole cells of the notebook, put behind a question."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from typing import Any

from IPython.core.error import UsageError

from ...language import tr
from ...prompt.images.objects import is_picture
from ..line.attachments import Attachments
from ..line.interpolate import Filled, fill, value_of
from ..options.found import Found, matching
from ..options.variables import values
from ..session.session import KernelSession

_CELL = re.compile(r"cell:(\d{1,9})")


def seen(session: KernelSession, words: Iterable[str], pictures: Attachments) -> Filled:
    """
    What ``--see`` names, as text to stand behind a question; pictures are attached.

    ``Out[5]``, a variable such as ``fig``, or ``cell:12``: its code with its result, or its error.
    Raises `UsageError` for what is not there.
    """
    parts: list[str] = []
    inserted: list[str] = []
    for word in words:
        if cell := _CELL.fullmatch(word):
            parts += _cell(session, int(cell[1]), pictures, inserted)
        else:
            parts.append(_value(session, word, pictures, inserted))
    return Filled("\n\n".join(parts), inserted)


def seeable(word: str, session: KernelSession) -> list[Found]:
    """Completions: variables, results, and cells that have run."""
    cells = [f"cell:{number}" for number in range(1, len(session.shell.user_ns.get("In", ())))]
    results = [f"Out[{number}]" for number in session.shell.user_ns.get("Out", ())]
    return [*values(word, session), *matching(word, [*results, *cells[-20:]], "cell")]


def _cell(
    session: KernelSession, number: int, pictures: Attachments, inserted: list[str]
) -> list[str]:
    names = session.shell.user_ns
    sources = names.get("In", ())
    if not 0 < number < len(sources):
        last = len(sources) - 1
        raise UsageError(
            tr("--see cell:{number}: cells have run up to [{last}].", number=number, last=last)
        )
    code = str(sources[number]).strip()
    inserted.append(tr("cell [{number}] {count:,} characters", number=number, count=len(code)))
    parts = [f"Cell [{number}]:\n```python\n{code}\n```"]
    if number in names.get("Out", {}):
        parts.append(_value(session, f"Out[{number}]", pictures, inserted))
    if failure := session.failures.get(number):
        parts.append(f"Its error:\n```\n{failure}\n```")
        inserted.append(tr("its error {count:,} characters", count=len(failure)))
    return parts


def _value(session: KernelSession, word: str, pictures: Attachments, inserted: list[str]) -> str:
    names = session.shell.user_ns
    try:
        value: Any = value_of(word, names)
    except LookupError:
        value = _current_figure() if word == "fig" else None
        if value is None:
            raise UsageError(
                tr(
                    "--see {word}: there is no such thing here; Out[5], a variable or cell:12.",
                    word=word,
                )
            ) from None
    if is_picture(value):
        marked = pictures.field(f"{{{word}}}", value)
        assert marked
        inserted.append(f"{word} {marked[1]}")
        return f"{word}: {marked[0]}"
    found = fill(f"{{{word}}}", names, session.failures)
    if found.left:
        raise UsageError(tr("--see {word}: it has no text and is no picture.", word=word))
    inserted += found.inserted
    return f"{word}:\n{found.text}"


def _current_figure() -> Any:
    """The figure of matplotlib that is open; None without one."""
    plots = sys.modules.get("matplotlib.pyplot")
    return plots.gcf() if plots is not None and plots.get_fignums() else None
