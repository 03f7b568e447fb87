"""An evaluation for a paper: its table in LaTeX, and how it was done as a paragraph."""

from __future__ import annotations

import re
from importlib import metadata
from typing import Any

from ...errors import quoted
from ..figures import RESAMPLES, SEED
from ..verdicts import number, scripted
from .evaluated import Evaluated
from .kept import head
from .summary import ScoreFigure

_SPECIAL = {
    "\\": r"\textbackslash{}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
    **{sign: f"\\{sign}" for sign in "&%$#_{}"},
}
_SIGN = re.compile(r"[\\~^&%$#_{}]")


def to_latex(found: Evaluated) -> str:
    """A row for each column and score: n, rate or mean, and its interval of 95 %."""
    lines = [
        r"\begin{tabular}{llrrr}",
        r"\toprule",
        r"Prompt & Score & $n$ & Value & 95\,\% interval \\",
        r"\midrule",
        *map(_line, found.figures),
        r"\bottomrule",
        r"\end{tabular}",
    ]
    comments = [f"% {' '.join(line.split())}" for line in found.verdicts]
    return "\n".join([*comments, *lines]) + "\n"


def _line(one: ScoreFigure) -> str:
    value, name = one.estimate, escaped(one.column.label)
    start = f"{name} & {escaped(one.score)} & {value.n}"
    if not value.n:
        return rf"{start} & -- & -- \\"
    if one.kind == "rate":
        low, high = 100 * value.low, 100 * value.high
        return rf"{start} & {100 * value.value:.1f}\,\% & {low:.1f}--{high:.1f}\,\% \\"
    return rf"{start} & {number(value.value)} & {number(value.low)} to {number(value.high)} \\"


def escaped(text: str) -> str:
    """A text as LaTeX prints it, on one line: nothing in it is a command."""
    return _SIGN.sub(lambda sign: _SPECIAL[sign[0]], quoted(text))


def methods(found: Evaluated) -> str:
    """What somebody needs to do it again: models, dates, settings, rows, tests, prompts."""
    facts = head(found)
    said = [scripted(found.engines)] if found.sandbox else []
    models = ", ".join(facts["models_answered"]) or "no model"
    services = ", ".join(facts["services"])
    said.append(f"Answered by {models}{f' at {services}' if services else ''} ({facts['at']}).")
    if prints := facts["fingerprints"]:
        said.append(f"System fingerprints: {', '.join(prints)}.")
    said += [_prompt(one) for one in facts["columns"]]
    said.append(_settings(facts))
    rows = f"{facts['rows']:,} rows"
    turns = facts["repeat"]
    often = "once" if turns == 1 else f"{turns} times, averaged in their row"
    expected = f", expected values in the column {facts['expect']}" if facts["expect"] else ""
    said.append(f"{rows}, each asked {often}{expected}.")
    said += [_score(one) for one in facts["scores"]]
    tests = sorted({one.difference.test for one in found.compared})
    said.append(
        "Intervals of 95 %: Wilson's for rates, the bootstrap's for means "
        f"({RESAMPLES:,} resamples, seed {SEED})."
    )
    if tests:
        holm = ", adjusted by Holm" if len(found.columns) > 2 else ""
        said.append(f"Tests on the same rows: {' and '.join(tests)}{holm}.")
    said.append(f"sophnet-jupyter {metadata.version('sophnet-jupyter')}.")
    return "\n".join(said)


def _prompt(one: dict[str, Any]) -> str:
    model = f" for {one['model']}" if one["model"] else ""
    return f"Prompt {quoted(one['prompt'])}{model}: SHA-256 {one['sha256'][:16]}."


def _settings(facts: dict[str, Any]) -> str:
    settings = {**facts["settings"]}
    named = ", ".join(f"{name} {quoted(value, 80)}" for name, value in settings.items())
    return f"Settings: {named}." if named else "Settings: those of the service."


def _score(one: dict[str, Any]) -> str:
    given = {name: value for name, value in one.items() if name not in ("name", "score")}
    told = ", ".join(f"{name} {quoted(value, 1000)}" for name, value in given.items() if value)
    return f"Score {quoted(one['name'])}: {one['score']}{f' ({told})' if told else ''}."
