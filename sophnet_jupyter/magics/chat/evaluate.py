"""``%%sophchat --each --expect``: prompts and models measured on the rows of a table."""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from threading import Event, current_thread, main_thread
from typing import Any

from IPython.core.error import UsageError

from ...client.evaluating import evaluate
from ...errors import Stopped
from ...kernel import running
from ...kernel.loop import GRACE, loop
from ...kernel.loop import run as wait_for
from ...kernel.output import Cell
from ...language import tr
from ...prompt.file.prompt import Prompt
from ...runs.evaluation.evaluation import Evaluation
from ...runs.scores import exact, judge, similar
from ...views.answer import Context
from ...views.evaluation import whole
from .. import sheet
from ..background.jobs import WAITED, cell_waits
from ..each.job import RunJob
from ..each.table import table_of
from ..each.watching import TerminalWatch
from ..line.attachments import named_pictures
from ..line.near import did_you_mean
from ..session.session import KernelSession
from .request import request_options

# What a conversation has, and rows do not; and what is heard or shown of one answer.
_ALONE = ("conversation", "voice", "logprobs", "grid", "keep")
_NAMED: dict[str, Callable[[], Any]] = {"exact": exact, "similar": similar}


class EvaluationStopped(Stopped):
    """An evaluation was interrupted. What is done is kept."""

    def __init__(self, evaluation: Evaluation, out: str) -> None:
        super().__init__()
        self.evaluation = evaluation
        self._out = out

    def __str__(self) -> str:
        told = self.evaluation.run.progress()
        return tr(
            "interrupted after {done:,} of {total:,} answers; they are in {out}, and "
            "`await {out}` or --resume goes on.",
            done=told.done,
            total=told.total or 0,
            out=self._out,
        )


class EvaluationJob(RunJob):
    """An evaluation in the background: cancelled, its judges are stopped too."""

    def __init__(self, cell: int, prompt: str, evaluation: Evaluation) -> None:
        super().__init__(cell, prompt, evaluation.run)
        self.evaluation = evaluation

    def cancel(self) -> None:
        self.evaluation.stop()


class ChatEvaluation:
    """One evaluation of prompts and models in a cell."""

    def __init__(
        self,
        session: KernelSession,
        args: Namespace,
        *,
        words: str,
        prompts: Mapping[str, Any],
        models: Sequence[str],
        out: str | None,
    ) -> None:
        for name in _ALONE:
            if getattr(args, name):
                raise UsageError(
                    tr("--{name} does not go with --expect, --score and --judge.", name=name)
                )
        self._session, self._args, self._out = session, args, out
        self._prompts = _templates(words, prompts)
        self._models = models

    def run(self) -> Evaluation | None:
        """
        Ask, score and show; the evaluation is stored under the name of ``-o``, at once.

        Raises `UsageError`, `SettingsError`, `EvaluationStopped`, or what has ended it.
        """
        found, shell = self._made(), self._session.shell
        if self._args.show_request:
            self._show(found)
            return None
        if self._out:
            shell.user_ns[self._out] = found
        cell = Cell(shell)
        self._session.remember_shown_value(found, Context())
        self._session.models_seen |= {one.model for one in found.columns if one.model}
        if self._args.background and not cell_waits(cell):
            self._begin(found)
            return found
        if self._args.background:
            sys.stdout.write(tr(WAITED) + "\n")
        end = _watched(cell, found, lambda: self._again(found))
        one = running.begin(shell, stop=found.stop, has_button=_has_panel(cell))
        try:
            wait_for(followed(found))
        except KeyboardInterrupt:
            shell.displayhook.update_user_ns(found)
            raise EvaluationStopped(found, self._out or "_") from None
        finally:
            running.end(one, "complete" if found.state == "done" else "stopped")
            end()
        return found

    def _made(self) -> Evaluation:
        args, names = self._args, self._session.shell.user_ns
        table, pictures = table_of(args.each, names)
        images = [
            *([pictures] if pictures else []),
            *named_pictures(args.image or [], table, names),
        ]
        options = request_options(args, names) | {
            "system": args.system,
            "images": images or None,
            "detail": args.detail,
            "max_side": args.max_side,
        }
        if any(isinstance(one, Prompt) for one in self._prompts.values()) and not self._models:
            # A prompt file may name its model itself.
            del options["model"]
        chat = self._session.client.chat
        kept = args.resume or args.retry or (chat._recorder and chat._recorder.on)
        return evaluate(
            chat,
            self._prompts,
            table,
            expect=args.expect or "",
            scores=[*_scores(args, names)],
            models=self._models,
            judge=self._session.aliases.real(args.judge_model) if args.judge_model else "",
            repeat=1 if args.repeat is None else args.repeat,
            first=args.first,
            budget=args.budget,
            concurrency=args.concurrency,
            cache=args.cache,
            # With the history off it is in memory alone, and goes on by being awaited.
            name=self._out if kept else None,
            resume=args.resume,
            retry=args.retry,
            anyway=args.anyway,
            options=options,
            names={} if args.raw else names,
        )

    def _show(self, found: Evaluation) -> None:
        """The request of the first row for each column; nothing is sent."""
        bodies = [repr(body) for body in found.requests()]
        said = "\n".join(bodies) or tr('"The table has no rows, so nothing would be sent."')
        sheet.code(self._session.shell, said, "json")

    def _begin(self, found: Evaluation) -> None:
        """Let it go on after the cell has ended."""
        end = _watched(Cell(self._session.shell), found, lambda: self._again(found))
        self._start(found, end)

    def _again(self, found: Evaluation) -> None:
        """Go on with one that has stopped, from its panel's button."""
        if found.state not in ("running", "paused", "judging"):
            self._start(found, lambda: None)

    def _start(self, found: Evaluation, end: Callable[[], object]) -> None:
        shell = self._session.shell
        job = EvaluationJob(shell.displayhook.prompt_count, self._args.each, found)
        one = running.begin(
            shell, background=True, stop=found.stop, has_button=_has_panel(Cell(shell))
        )

        def over(error: Exception | None) -> None:
            running.end(one, "complete" if found.state == "done" else "stopped")
            end()

        job.start(followed(found), over)
        self._session.jobs.add(job)


async def followed(found: Evaluation) -> None:
    """The evaluation, to its end."""
    await found


def _has_panel(cell: Cell) -> bool:
    return cell.watched and cell.place == "notebook"


def _watched(cell: Cell, found: Evaluation, go_on: Callable[[], object]) -> Callable[[], object]:
    """Show it while it goes on, where somebody watches; returns how to show its end."""
    if _has_panel(cell):
        from ...widgets.evaluation.panel import EvaluationPanel

        panel = EvaluationPanel(found)
        panel.on_go_on = go_on
        panel._ipython_display_()
        return lambda: _last_word(panel)
    if cell.place == "terminal":
        line = TerminalWatch(found.run)
        line.begin()

        def end() -> None:
            line.end()
            sys.stdout.write(f"{whole.bundle(found)['text/plain']}\n")

        return end
    return lambda: cell.publish(whole.bundle(found))


def _last_word(panel: Any) -> None:
    """Show how it ended; the cell ends once that is sent, but a job ends on the loop's thread."""
    shown = Event()

    def show() -> None:
        panel.perform(panel.ended)
        shown.set()

    loop().call_soon_threadsafe(show)
    if current_thread() is main_thread():
        shown.wait(GRACE)


def _templates(words: str, prompts: Mapping[str, Any]) -> dict[str, Any]:
    if prompts and words.strip():
        raise UsageError(tr("The prompt is that of the cell, or those of --prompt, not both."))
    for name, prompt in prompts.items():
        if not isinstance(prompt, str | Prompt):
            raise UsageError(
                tr("--prompt: {name} is no template over columns: give it as a text.", name=name)
            )
    return dict(prompts) if prompts else {"prompt": words.strip()}


def _scores(args: Namespace, names: Mapping[str, Any]) -> list[Any]:
    words = [name.strip() for word in args.score or [] for name in word.split(",")]
    found = [one for word in words if word for one in _score(word, names)]
    if args.judge:
        found.append(judge(args.judge))
    if args.expect and not any(getattr(one, "expects", False) for one in found):
        # What is expected is compared, whatever else is measured.
        found.insert(0, exact())
    return found


def _score(word: str, names: Mapping[str, Any]) -> list[Any]:
    value = names.get(word)
    if value is None and word in _NAMED:
        return [_NAMED[word]()]
    if value is None:
        known = [*_NAMED, *(name for name, one in names.items() if hasattr(one, "marked"))]
        raise UsageError(
            tr(
                "--score: there is no {word}. {did_you_mean}",
                word=word,
                did_you_mean=did_you_mean(word, known, ""),
            ).rstrip()
        )
    return list(value) if isinstance(value, list | tuple) else [value]
