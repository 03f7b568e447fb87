"""How far a run is, in words: ``312 of 1,000 rows · 47 rows/s · 15 s left · 3 failed``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...errors import span
from ...events import Usage
from ...language import mark, tr
from ...runs.progress import RunProgress, State
from ...runs.run import Run
from ..answer.figures import sandboxed
from ..safe.look import clipped, one_line

SIGNS: Mapping[State, str] = {
    "ready": "○",
    "running": "▶",
    "paused": "❚❚",
    "stopped": "■",
    "failed": "✕",
    "budget": "■",
    "done": "✓",
}
_SAID: Mapping[State, str] = {
    "ready": mark("not begun"),
    "paused": mark("paused"),
    "stopped": mark("stopped"),
    "failed": mark("ended by an error"),
    "budget": mark("at the limit of its budget"),
}
LONGEST_ERROR = 200


def line(run: Run) -> str:
    """The figures of a run in one line."""
    return " · ".join(facts(run.progress(), waits=run.waits))


def facts(told: RunProgress, *, waits: str = "", with_badge: bool = True) -> list[str]:
    """
    The figures one by one; ``waits`` says what was learned about the service's limits.

    ``with_badge`` says first who has answered, where it was no service.
    """
    going = told.state in ("running", "paused")
    sandbox = [who] if with_badge and (who := sandboxed(told.engines)) else []
    done = tr("{count:,} rows", count=told.done)
    if told.total is not None:
        done = tr("{done:,} of {total:,} rows", done=told.done, total=told.total)
    said = [*sandbox, done]
    said += [tr(_SAID[told.state])] if told.state in _SAID else []
    if told.state == "running":
        said += [tr("{rate} rows/s", rate=_rate(told.per_second))] if told.per_second else []
        said += (
            [tr("{span} left", span=span(told.eta))]
            if told.eta is not None and told.eta >= 1
            else []
        )
    elif told.seconds and not going:
        said += [
            span(told.seconds)
            if told.seconds >= 10
            else tr("{seconds:.1f} s", seconds=told.seconds)
        ]
    said += [tr("{failed:,} not complete", failed=told.failed)] if told.failed else []
    said += [equal(told.equal)] if told.equal else []
    said += [tr("{cached:,} from earlier calls", cached=told.cached)] if told.cached else []
    said += [tr("{kept:,} from before", kept=told.kept)] if told.kept else []
    said += [paid] if (paid := tokens(told.usage, told.cost)) else []
    if told.kept and (now := tokens(told.usage_now, told.cost_now)):
        said += [tr("this time {now}", now=now)]
    said += [waits] if waits and going else []
    return said


def equal(count: int) -> str:
    return (
        tr("{count:,} rows equal to others", count=count)
        if count > 1
        else tr("1 row equal to others")
    )


def tokens(usage: Usage, cost: Mapping[str, float]) -> str:
    """What it took: ``31,200 tokens in, 4,100 out, 0.12 CNY``."""
    said = []
    if usage.prompt_tokens or usage.completion_tokens:
        said.append(
            tr(
                "{prompt_tokens:,} tokens in, {completion_tokens:,} out",
                prompt_tokens=usage.prompt_tokens,
                completion_tokens=usage.completion_tokens,
            )
        )
    elif usage.total_tokens:
        said.append(tr("{total_tokens:,} tokens", total_tokens=usage.total_tokens))
    said += [money(amount, currency) for currency, amount in cost.items()]
    return tr(", ").join(said)


def money(amount: float, currency: str) -> str:
    """An amount with as many digits as it takes to say something."""
    digits = 2 if amount >= 0.095 or not amount else 4 if amount >= 0.00095 else 6
    return f"{amount:,.{digits}f} {currency}".rstrip()


def estimate(run: Run) -> str:
    """What all rows would take, by those that were answered; nothing where nobody can say."""
    told = run.progress()
    asked = told.done - told.equal - told.cached - told.kept
    if run.whole is None or not told.complete or asked < 1 or run.whole <= told.done:
        return ""
    share = run.whole / told.done
    usage = Usage(
        prompt_tokens=round(told.usage.prompt_tokens * share),
        completion_tokens=round(told.usage.completion_tokens * share),
        total_tokens=round(told.usage.total_tokens * share),
    )
    cost = {currency: amount * share for currency, amount in told.cost.items()}
    paid = tokens(usage, cost)
    return (
        tr("All {whole:,} rows would take about {paid}.", whole=run.whole, paid=paid)
        if paid
        else ""
    )


def failures(told: RunProgress) -> list[str]:
    """The last failures, each with the number of its row."""
    return [
        tr("row {number}: {why}", number=row.number, why=_why(row.error, row.ending))
        for row in told.failures
    ]


def notes(run: Run) -> list[str]:
    """What a reader is to know beside the figures."""
    said = [tr("Values: {sources}.", sources=run.sources)] if run.sources else []
    if run.renamed:
        pairs = ", ".join(
            tr("{old} is {new}", old=old, new=new) for old, new in run.renamed.items()
        )
        said.append(tr("The table has columns of these names already, so {pairs}.", pairs=pairs))
    said += run.notes
    return [*said, *filter(None, [estimate(run) if run.total != run.whole else ""])]


def _why(error: str, ending: str) -> str:
    return clipped(one_line(error or ending), LONGEST_ERROR)


def _rate(per_second: float) -> str:
    return f"{per_second:.0f}" if per_second >= 10 else f"{per_second:.1f}"


def percent(told: RunProgress) -> float | None:
    """How far it is, from 0 to 100; None where nobody knows how many rows there are."""
    return None if not told.total else 100 * told.done / told.total


def in_words(run: Run) -> str:
    """All of it as plain text, for terminals and saved notebooks."""
    told = run.progress()
    said: Sequence[str] = [f"{SIGNS[told.state]} {line(run)}", *failures(told), *notes(run)]
    return "\n".join(map(one_line, said))
