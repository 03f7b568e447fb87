"""What a chat cell says of scores: whether it measures at all, and completions."""

from __future__ import annotations

import inspect
from argparse import Namespace

from IPython.core.error import UsageError

from ...language import tr
from ..options.found import Found, matching
from ..options.variables import variables_that
from ..session.session import KernelSession

# Scores that need no more than their name.
PLAIN = ("exact", "similar")
_scores_here = variables_that(lambda value: hasattr(value, "marked") or inspect.isfunction(value))


def named_scores(word: str, session: KernelSession) -> list[Found]:
    """Completions: scores that need no more than their name, and variables that are scores."""
    return [*matching(word, PLAIN, "score"), *_scores_here(word, session)]


def evaluates(args: Namespace) -> bool:
    """Whether a line asks for an evaluation. Raises `UsageError` where there is no table."""
    wanted = [name for name in ("expect", "score", "judge") if getattr(args, name)]
    if wanted and args.each is None:
        raise UsageError(
            tr(
                "--{wanted} measures answers to the rows of a table: name it, --each.",
                wanted=wanted[0],
            )
        )
    if args.judge_model and not args.judge:
        raise UsageError(tr("--judge-model says who answers the question of --judge."))
    return bool(wanted)
