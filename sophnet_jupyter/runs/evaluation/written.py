"""An evaluation for a paper: its table in LaTeX, and how it was done as a paragraph."""

from __future__ import annotations

import re
from importlib import metadata
from typing import Any

from ...errors import quoted
from ...language import tr
from ..figures import RESAMPLES, SEED
from ..verdicts import in_rows, number, scripted
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
    models = ", ".join(facts["models_answered"]) or tr("no model")
    who = {"models": models, "services": ", ".join(facts["services"]), "at": facts["at"]}
    if who["services"]:
        said.append(tr("Answered by {models} at {services} ({at}).", **who))
    else:
        said.append(tr("Answered by {models} ({at}).", **who))
    if prints := facts["fingerprints"]:
        said.append(tr("System fingerprints: {names}.", names=", ".join(prints)))
    said += [_prompt(one) for one in facts["columns"]]
    said.append(_settings(facts))
    said.append(_rows(facts))
    said += [_score(one) for one in facts["scores"]]
    tests = tr(" and ").join(
        tr(name) for name in sorted({one.difference.test for one in found.compared})
    )
    said.append(
        tr(
            "Intervals of 95 %: Wilson's for rates, the bootstrap's for means "
            "({n:,} resamples, seed {seed}).",
            n=RESAMPLES,
            seed=SEED,
        )
    )
    if tests and len(found.columns) > 2:
        said.append(tr("Tests on the same rows: {tests}, adjusted by Holm.", tests=tests))
    elif tests:
        said.append(tr("Tests on the same rows: {tests}.", tests=tests))
    said.append(f"sophnet-jupyter {metadata.version('sophnet-jupyter')}.")
    return "\n".join(said)


def _rows(facts: dict[str, Any]) -> str:
    turns = facts["repeat"]
    said = tr("{rows}, each asked once", rows=in_rows(facts["rows"]))
    if turns > 1:
        said = tr(
            "{rows}, each asked {turns} times, averaged in their row",
            rows=in_rows(facts["rows"]),
            turns=turns,
        )
    if facts["expect"]:
        return tr("{said}, expected values in the column {name}.", said=said, name=facts["expect"])
    return tr("{said}.", said=said)


def _prompt(one: dict[str, Any]) -> str:
    name = quoted(one["prompt"])
    if one["model"]:
        name = tr("{prompt} for {model}", prompt=name, model=one["model"])
    return tr("Prompt {name}: SHA-256 {hash}.", name=name, hash=one["sha256"][:16])


def _settings(facts: dict[str, Any]) -> str:
    settings = {**facts["settings"]}
    named = ", ".join(f"{name} {quoted(value, 80)}" for name, value in settings.items())
    return tr("Settings: {named}.", named=named) if named else tr("Settings: those of the service.")


def _score(one: dict[str, Any]) -> str:
    given = {name: value for name, value in one.items() if name not in ("name", "score")}
    told = ", ".join(f"{name} {quoted(value, 1000)}" for name, value in given.items() if value)
    name = quoted(one["name"])
    if not told:
        return tr("Score {name}: {score}.", name=name, score=one["score"])
    return tr("Score {name}: {score} ({told}).", name=name, score=one["score"], told=told)
