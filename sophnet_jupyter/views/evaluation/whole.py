"""An evaluation as it stays in a notebook: its verdict first, its scores, then what is wrong."""

from __future__ import annotations

from ...language import mark, tr
from ...runs.evaluation.answers import ScoredAnswer
from ...runs.evaluation.evaluated import Evaluated
from ..answer.answer import loud
from ..answer.figures import sandboxed
from ..safe.control_characters import plain
from ..safe.look import FAINT, SMALL, WRAP, fold, one_line
from ..safe.maths import inert
from . import answers, scores

_VERDICT = f"margin:2px 0;{WRAP}"
# Of the table's own columns so many, beside what was expected and what came.
MOST_COLUMNS = 2
# Verdicts that are read at once: six columns are fifteen pairs.
MOST_VERDICTS = 8


def bundle(found: Evaluated, context: object = None) -> dict[str, str]:
    """A mime bundle of an evaluation at any time."""
    html = head(found) + scores.table(found.figures) + wrong(found) + how(found)
    return {"text/html": html, "text/plain": plain(repr(found))}


STATES = {
    "ready": mark("ready"),
    "running": mark("running"),
    "paused": mark("paused"),
    "judging": mark("judging"),
    "stopped": mark("stopped"),
    "failed": mark("failed"),
    "budget": mark("at the limit of its budget"),
    "done": mark("done"),
}


def head(found: Evaluated, *, with_badge: bool = True) -> str:
    """The verdict: the sandbox first, the first sentence of the rest in bold."""
    lines = found.verdicts
    shown, more = lines[:MOST_VERDICTS], lines[MOST_VERDICTS:]
    badge = loud(inert(sandboxed(found.engines))) if with_badge else ""
    html = f'<div style="{SMALL};margin:0 0 4px">{badge}{inert(size(found))}</div>'
    # What stands before a verdict, and figures of single scores, are less than the verdict.
    strong = found.comparing
    html += "".join(_sentence(line, strong=line in strong) for line in shown)
    rest = "".join(_sentence(line, strong=line in strong) for line in more)
    return html + (fold(tr("{count} more", count=len(more)), rest) if more else "")


def size(found: Evaluated) -> str:
    """How many rows and columns it is of, and what it took."""
    rows, turns = len(found.asked.rows), found.asked.repeat
    said = [tr("1 row") if rows == 1 else tr("{count:,} rows", count=rows)]
    said += (
        [tr("{count} prompts and models", count=len(found.columns))]
        if len(found.columns) > 1
        else []
    )
    said += [tr("{turns} times each", turns=turns)] if turns > 1 else []
    usage = found.usage
    if usage.prompt_tokens or usage.completion_tokens:
        said.append(
            tr(
                "{prompt_tokens:,} tokens in · {completion_tokens:,} out",
                prompt_tokens=usage.prompt_tokens,
                completion_tokens=usage.completion_tokens,
            )
        )
    said += [
        f"{amount:.4g} {currency}".strip() for currency, amount in found.cost.items() if amount
    ]
    return " · ".join([*said, *([] if found.state == "done" else [tr(STATES[found.state])])])


def going(found: Evaluated) -> str:
    """How far one is that goes on, in a line."""
    told = found.run.progress()
    badge = f"{sandboxed(told.engines)} · " if told.sandbox else ""
    failed = (" " + tr("· {failed:,} failed", failed=told.failed)) if told.failed else ""
    return (
        badge
        + tr(
            "{state}: {done:,} of {total:,} answers",
            state=tr(STATES[found.state]),
            done=told.done,
            total=told.total or 0,
        )
        + failed
    )


def wrong(found: Evaluated) -> str:
    """The answers that are wrong; where none is, that none is."""
    bad = wrong_first(found.answers)
    ended = [one for one in found.answers if one.ended]
    if not ended:
        return ""
    if not bad:
        none = tr("No answer is wrong by any score.")
        return f'<div style="{SMALL};{FAINT};margin:6px 0">{none}</div>'
    title = tr(
        "{count:,} of {count2:,} answers are wrong by a score", count=len(bad), count2=len(ended)
    )
    several = len(found.columns) > 1
    drawn = answers.table(bad, found.score_names, own_columns(found), several=several)
    return f'<div style="{SMALL};margin:8px 0 2px;font-weight:600">{title}</div>{drawn}'


def wrong_first(listed: list[ScoredAnswer]) -> list[ScoredAnswer]:
    """Those that any score calls wrong, the failed ones first."""
    bad = [one for one in listed if one.ended and one.wrong]
    return sorted(bad, key=lambda one: (not one.failed, one.number))


def own_columns(found: Evaluated) -> list[str]:
    """The table's columns that the prompts name, else its first ones."""
    names = [name for name in found.asked.table.columns if name != found.asked.expect]
    asked = [name for name in names if any(f"{{{name}" in column.text for column in found.columns)]
    return (asked or names)[:MOST_COLUMNS]


def how(found: Evaluated) -> str:
    """How it was done, and what was asked, behind a line that opens it."""
    from ...runs.evaluation.written import methods

    lines = "".join(
        f'<div style="margin:2px 0;{WRAP}">{inert(one_line(line))}</div>'
        for line in methods(found).split("\n")
    )
    prompts = "".join(
        f'<p style="margin:6px 0 2px"><b>{inert(one_line(one.label))}</b></p>'
        f'<div style="white-space:pre-wrap;{WRAP}">{inert(plain(one.text[:2000]))}</div>'
        for one in found.columns
    )
    return fold(tr("how it was done"), lines + prompts)


def _sentence(line: str, *, strong: bool) -> str:
    look = "font-weight:600" if strong else f"{SMALL};{FAINT}"
    return f'<div style="{_VERDICT};{look}">{inert(one_line(plain(line)))}</div>'
